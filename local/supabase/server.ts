import { fileURLToPath } from "node:url";
import type postgres from "postgres";
import { readConfig } from "./config.ts";

export interface Keys {
  publishable: string;
  secret: string;
  jwtSecret: string;
}

export interface SupabaseOptions {
  /** As `postgres`, not the superuser. */
  databaseUrl: string;
  keys: Keys;
  /** Where auth mail goes; without it such mail is dropped. */
  sendMail?: (mail: { to: string; subject: string; text?: string; html?: string }) => Promise<void>;
  /** The app's address in mails; config.toml's otherwise. */
  siteUrl?: string;
  connections?: number;
}

/** Supabase's auth and REST over one database, in this process. */
export interface Supabase {
  fetch(request: Request): Promise<Response>;
  /** To be called after a change of the schema, which this server does not notice by itself. */
  forgetSchema(): Promise<void>;
  close(): Promise<void>;
}

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Opens Supabase's auth and REST (`@supabase/lite`) over a database, creating the schema `auth` if it is missing.
 * Works around what version 0.10.0 does differently from hosted Supabase: see the comments.
 */
export async function openSupabase(options: SupabaseOptions): Promise<Supabase> {
  process.env.DO_NOT_TRACK = "1";
  // supabase-js refuses to load on Node 20 without one; nothing here uses realtime.
  if (!("WebSocket" in globalThis)) Object.assign(globalThis, { WebSocket: class {} });
  const [{ App }, { createPostgresConnection }] = await Promise.all([
    import("@supabase/lite"),
    import("@supabase/lite/postgres"),
  ]);
  const connection = createPostgresConnection({
    url: options.databaseUrl,
    postgresOptions: {
      max: options.connections ?? 10,
      onnotice: () => undefined,
      types: { json: plainJson(114), jsonb: plainJson(3802) },
    },
  });
  // It would grant everything on every table to anon and authenticated on the first request.
  Object.assign(connection, { ensureRlsContext: async () => true });

  quietRefusals();
  const config = readConfig(PROJECT);
  const app = new App({
    connection,
    api: config.api,
    auth: {
      ...config.auth,
      ...(options.siteUrl ? { site_url: options.siteUrl, additional_redirect_urls: [`${options.siteUrl}/**`] } : {}),
      jwt_secret: options.keys.jwtSecret,
      publishable_key: options.keys.publishable,
      secret_key: options.keys.secret,
    },
    options: {
      server: { admin: false, logger: false },
      drivers: {
        email: { send: async ({ html = "", ...mail }) => options.sendMail?.({ ...mail, html, text: plainText(html) }) },
      },
    },
  });
  try {
    await app.init();
    await app.ensureSystemSchema();
    await connection.exec("grant usage on schema auth to anon, authenticated, service_role");
    for (const definition of WHO_AM_I) await connection.exec(definition);
    // A failed statement of its own schema is swallowed by the call above, so look at the outcome.
    await connection.exec("select auth.uid(), (select count(*) from auth.users where false)");
  } catch (error) {
    await connection.close();
    throw error;
  }
  return {
    fetch: async (request) => app.fetch(request),
    forgetSchema: () => connection.clearSchemaCache(),
    close: () => connection.close(),
  };
}

// Its own text part links to an address of its own, which the app does not have.
function plainText(html: string): string {
  const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " " };
  return html
    .replace(/<a [^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/g, (_, href, label) =>
      label === href ? href : `${label}: ${href}`,
    )
    .replace(/<(head|style)[\s\S]*?<\/\1>/g, "")
    .replace(/<(br|\/p|\/h1)[^>]*>/g, "\n")
    .replace(/<[^>]+>/g, "")
    .replace(/&\w+;/g, (entity) => entities[entity] ?? entity)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .join("\n\n");
}

let isQuiet = false;

// It prints every error of the database on the console, also those that are an ordinary answer to the caller.
function quietRefusals(): void {
  if (isQuiet) return;
  isQuiet = true;
  const print = console.error;
  console.error = (...words: unknown[]) => {
    const [first] = words;
    if (!(first instanceof Error && first.name === "PostgresError" && "code" in first)) return print(...words);
    if (!/^(PT|22|23|42501)/.test(String(first.code))) print(`Supabase: ${first.message} (${first.code})`);
  };
}

// As on hosted Supabase: from either of the settings in which a request's claims may arrive.
const WHO_AM_I = [
  `create or replace function auth.uid() returns uuid language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),
      (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'))::uuid $$`,
  `create or replace function auth.role() returns text language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claim.role', true), ''),
      (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'))::text $$`,
];

// It encodes json itself before the driver does, so that a text must pass as it is: otherwise it is stored as a string.
function plainJson(oid: number): postgres.PostgresType {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value)),
    parse: (value: string) => JSON.parse(value),
  };
}
