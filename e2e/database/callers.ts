import { createHmac } from "node:crypto";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import type { ClonedDatabase } from "./clone.ts";
import { actAs } from "./people.ts";

/** Who asks: a visitor, the server, or the person of this id. */
export type Who = "anon" | "service_role" | (string & {});

export interface Answer {
  status: number;
  body: unknown;
  /** The code of an error: SQLSTATE, or PostgREST's own. */
  code: string | undefined;
}

/** Signs the token that Supabase's auth would give to a person. */
export function signToken(
  claims: Record<string, unknown>,
  secret: string,
  header: Record<string, string> = { alg: "HS256", typ: "JWT" },
): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${header.alg === "none" ? "" : createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

export function tokenOf(database: ClonedDatabase, userId: string, changes: Record<string, unknown> = {}): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims = { sub: userId, aud: "authenticated", role: "authenticated", iat: nowSeconds, exp: nowSeconds + 3600 };
  return signToken({ ...claims, ...changes }, database.keys.jwtSecret);
}

/** The headers with which somebody asks over REST. */
export function headersOf(database: ClonedDatabase, who: Who): Record<string, string> {
  if (who === "service_role") return { apikey: database.keys.secret };
  if (who === "anon") return { apikey: database.keys.publishable };
  return { apikey: database.keys.publishable, authorization: `Bearer ${tokenOf(database, who)}` };
}

/** Asks PostgREST's dialect: `path` follows /rest/v1/. */
export async function ask(database: ClonedDatabase, who: Who, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { ...headersOf(database, who), "content-type": "application/json", ...init.headers };
  const answer = await database.rest(`http://supabase.test/rest/v1/${path}`, { ...init, headers });
  const text = await answer.text();
  const body: unknown = text === "" ? null : JSON.parse(text);
  const code = !answer.ok && body && typeof body === "object" && "code" in body ? String(body.code) : undefined;
  return { status: answer.status, body, code };
}

export function callOverRest(database: ClonedDatabase, who: Who, name: string, args: object): Promise<Answer> {
  return ask(database, who, `rpc/${name}`, { method: "POST", body: JSON.stringify(args) });
}

/** Calls a function over the direct connection, in the role that REST would take. */
export async function callDirectly(
  database: ClonedDatabase,
  who: Who,
  name: string,
  args: Record<string, postgres.SerializableParameter | object>,
): Promise<Answer> {
  try {
    const named = Object.keys(args).map((key, at) => `"${key}" => $${at + 1}`);
    const body = await actAs(database.sql, who, async (sql) => {
      const [row] = await sql.unsafe(
        `select public."${name}"(${named}) as answer`,
        Object.values(args) as postgres.ParameterOrJSON<never>[],
      );
      return row?.answer;
    });
    return { status: 200, body, code: undefined };
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    return { status: 400, body: error.message, code: error.code };
  }
}

/** Supabase's own client over the database, without a network. */
export function clientOf(database: ClonedDatabase): SupabaseClient {
  return createClient("http://supabase.test", database.keys.publishable, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { fetch: (input, init) => database.rest(input, init) },
    realtime: { transport: class {} as never },
  });
}
