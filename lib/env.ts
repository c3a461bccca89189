import { z } from "zod";
import { findValueProblems } from "./env-values";

const text = z.string().min(1);
const address = z.url({ protocol: /^https?$/, error: "must be an address such as https://app.example.com" });
const OPTIONAL = {
  LEDGERLINE_LOCAL: z.literal("1", { error: "may only be 1, or absent" }),
  LEDGERLINE_CLOCK_FILE: text,
  VERCEL: text,
  CRON_SECRET: z.string().min(16, { error: "must have at least 16 characters" }),
  PORT: z.coerce.number().int().min(1).max(65_535),
  DATABASE_URL: text,
  STRIPE_API_BASE: address,
  STRIPE_DASHBOARD_URL: address,
  STRIPE_THIN_WEBHOOK_SECRET: text,
  METER_SINK: z.enum(["stripe", "none"], { error: "may be stripe or none" }),
  RESEND_BASE_URL: address,
  RESEND_WEBHOOK_SECRET: text,
  ALERT_EMAIL: text,
  MAILBOX_URL: address,
  AI_API_KEY: text,
  AI_BASE_URL: address,
  AI_MODELS: text,
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: text,
};
const REQUIRED = {
  APP_URL: address.transform((url) => url.replace(/\/$/, "")),
  SUPABASE_URL: address,
  SUPABASE_PUBLISHABLE_KEY: text,
  SUPABASE_SECRET_KEY: text,
  STRIPE_SECRET_KEY: text,
  STRIPE_WEBHOOK_SECRET: text,
  RESEND_API_KEY: text,
  MAIL_FROM: text,
  JOBS_SECRET: z.string().min(16, { error: "must have at least 16 characters" }),
  SUPPORT_EMAIL: z.email({ error: "must be a mail address such as support@example.com" }),
};
type RequiredName = keyof typeof REQUIRED;

const schema = z.object({ ...OPTIONAL, ...REQUIRED }).partial();
type Parsed = z.infer<typeof schema>;

/** The settings of this process. A name in `RequiredName` throws when it is read and absent; the others may be undefined. */
export type Env = Readonly<Omit<Parsed, RequiredName> & Required<Pick<Parsed, RequiredName>>>;

interface Group {
  title: string;
  names: RequiredName[];
  wayOut: string;
}

const GROUPS: Group[] = [
  { title: "The app's address", names: ["APP_URL"], wayOut: "Set it to where people reach the app." },
  {
    title: "Supabase",
    names: ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"],
    wayOut: "Copy them from your Supabase project, Settings → API keys.",
  },
  {
    title: "Stripe",
    names: ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
    wayOut: "Copy the key from Stripe, Developers → API keys; `npm run stripe:setup` makes the webhook and its secret.",
  },
  {
    title: "Resend",
    names: ["RESEND_API_KEY", "MAIL_FROM"],
    wayOut: "Copy the key from Resend, API Keys, and name a sender on a domain verified there.",
  },
  { title: "Jobs", names: ["JOBS_SECRET"], wayOut: "Make one with `openssl rand -hex 32`." },
  { title: "Support", names: ["SUPPORT_EMAIL"], wayOut: "Set it to the address your customers may write to." },
];
const LOCAL_WAY_OUT = "On your own machine `npm run dev` sets everything; elsewhere see .env.example.";
const DOUBLE_KEY = "sk_test_double_";

/** A setting is missing, malformed, or contradicts another. The message is a sentence a founder can act on. */
export class EnvError extends Error {
  override name = "EnvError";
}

const isLoopback = (url: string) => ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);

function localModeProblems(values: Parsed): string[] {
  const problems: string[] = [];
  const local = values.LEDGERLINE_LOCAL !== undefined;
  const { APP_URL, STRIPE_SECRET_KEY, STRIPE_API_BASE, RESEND_BASE_URL } = values;
  const doubleKey = STRIPE_SECRET_KEY?.startsWith(DOUBLE_KEY) ?? false;

  if (local && values.VERCEL !== undefined) {
    problems.push("LEDGERLINE_LOCAL is set on Vercel. Local mode moves the clock and must be absent there: remove it.");
  }
  if (local && APP_URL !== undefined && !["localhost", "127.0.0.1"].includes(new URL(APP_URL).hostname)) {
    problems.push(
      `LEDGERLINE_LOCAL is set, but APP_URL is ${APP_URL}. Remove LEDGERLINE_LOCAL, or use http://localhost.`,
    );
  }
  if (local && /^(sk|rk)_live_/.test(STRIPE_SECRET_KEY ?? "")) {
    problems.push(
      "LEDGERLINE_LOCAL is set with a live Stripe key, and local mode moves the clock. Remove one of the two.",
    );
  }
  if (!local && doubleKey) {
    problems.push("STRIPE_SECRET_KEY belongs to the local Stripe double. Replace it by a key of your Stripe account.");
  }
  if (!local && STRIPE_API_BASE !== undefined) {
    problems.push("STRIPE_API_BASE is set outside local mode. Remove it, so that payments go to Stripe.");
  }
  if (local && doubleKey && STRIPE_API_BASE === undefined) {
    problems.push(
      "STRIPE_SECRET_KEY belongs to the local Stripe double, but STRIPE_API_BASE does not say where it is.",
    );
  }
  if (STRIPE_SECRET_KEY !== undefined && !doubleKey && STRIPE_API_BASE !== undefined) {
    problems.push(
      "STRIPE_API_BASE points at the local Stripe double, but STRIPE_SECRET_KEY is a real key. Remove one.",
    );
  }
  if (!local && RESEND_BASE_URL !== undefined && isLoopback(RESEND_BASE_URL)) {
    problems.push("RESEND_BASE_URL points at the local mailbox outside local mode. Remove it, so that mail leaves.");
  }
  if (values.AI_MODELS !== undefined && values.AI_API_KEY === undefined && values.AI_BASE_URL === undefined) {
    problems.push("AI_MODELS is set without a provider. Set AI_API_KEY or AI_BASE_URL too, or remove AI_MODELS.");
  }
  return problems;
}

const sentence = (problems: string[]) => new EnvError(["The settings need a hand:", ...problems].join("\n  - "));

function missing(values: Parsed, group: Group): string {
  const absent = group.names.filter((name) => values[name] === undefined);
  return `${group.title}: ${absent.join(" and ")} ${absent.length === 1 ? "is" : "are"} missing. ${group.wayOut} ${LOCAL_WAY_OUT}`;
}

function groupOf(name: RequiredName): Group {
  const group = GROUPS.find((candidate) => candidate.names.includes(name));
  if (!group) throw new Error(`${name} belongs to no group of settings`);
  return group;
}

function present(source: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(source).filter(([name, value]) => name in schema.shape && value?.trim()));
}

const badValues = (error: z.ZodError) => error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);

/**
 * Reads settings from `source`, empty ones counting as absent.
 * @throws EnvError when a value is malformed, or local mode and the keys of a live service meet;
 * later, when a required name is read that is not set
 */
export function parseEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const parsed = schema.safeParse(present(source));
  if (!parsed.success) throw sentence(badValues(parsed.error));
  const problems = localModeProblems(parsed.data);
  if (problems.length > 0) throw sentence(problems);

  const settings: Parsed = { ...parsed.data };
  for (const name of Object.keys(REQUIRED) as RequiredName[]) {
    if (settings[name] !== undefined) continue;
    Object.defineProperty(settings, name, {
      get: () => {
        throw sentence([missing(parsed.data, groupOf(name))]);
      },
    });
  }
  return settings as Env;
}

/** Everything that is wrong with the settings, a sentence each: malformed values, contradictions, groups filled by half. */
export function findEnvProblems(source: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const parsed = schema.safeParse(present(source));
  const values = present(source) as Parsed;
  const incomplete = GROUPS.filter((group) => group.names.some((name) => values[name] === undefined));
  return [
    ...(parsed.success ? localModeProblems(parsed.data) : badValues(parsed.error)),
    ...findValueProblems(source).map((problem) => problem.text),
    ...incomplete.map((group) => missing(values, group)),
  ];
}

/**
 * Checks that every service is configured wholly, and in production that none is left out.
 * The app calls it at its start; commands that need one service only do not.
 * @throws EnvError naming everything that is wrong, and the way out
 */
export function checkEnv(source: Readonly<Record<string, string | undefined>> = process.env): void {
  const problems = findEnvProblems(source);
  if (problems.length > 0) throw sentence(problems);
}

let last: { key: string; settings: Env } | undefined;

/** The settings of this process, parsed when first asked for. See `parseEnv` for what it throws. */
export function env(): Env {
  const key = Object.keys(schema.shape)
    .map((name) => process.env[name] ?? "")
    .join("\u0000");
  if (last?.key !== key) last = { key, settings: parseEnv(process.env) };
  return last.settings;
}

/** Whether this process runs in local mode, where the clock moves and Stripe is a double. */
export const isLocal = (): boolean => env().LEDGERLINE_LOCAL === "1";
