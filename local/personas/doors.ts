import type { Environment } from "../environment.ts";

/** The parts of the local stack that a persona is made with, as whoever holds their keys. */
export interface Doors {
  supabase<T>(path: string, body?: object, method?: "POST" | "PATCH"): Promise<T>;
  rpc<T>(name: string, args: object): Promise<T>;
  stripe<T>(path: string, fields?: Record<string, string>): Promise<T>;
  /** The doors that Stripe does not have: the clock, and what people do in its Dashboard. */
  double<T>(door: string, body?: object): Promise<T>;
  now(): Promise<Date>;
  signal: AbortSignal;
}

const WAIT_MS = 120_000;
const PAUSE_MS = 300;

/** Opens the doors. Each call throws when it is refused, with what was answered. */
export function openDoors(environment: Environment, signal: AbortSignal): Doors {
  const { SUPABASE_URL = "", SUPABASE_SECRET_KEY = "" } = environment;
  const { STRIPE_API_BASE = "", STRIPE_SECRET_KEY = "" } = environment;
  const json = { "content-type": "application/json" };
  const supabase = <T>(path: string, body?: object, method: "POST" | "PATCH" = "POST") =>
    ask<T>(`${SUPABASE_URL}${path}`, { apikey: SUPABASE_SECRET_KEY, ...json }, signal, method, toJson(body));
  const double = <T>(door: string, body?: object) =>
    ask<T>(`${STRIPE_API_BASE}/_double/${door}`, json, signal, "POST", toJson(body));
  return {
    supabase,
    rpc: (name, args) => supabase(`/rest/v1/rpc/${name}`, args),
    stripe: (path, fields) =>
      ask(
        `${STRIPE_API_BASE}${path}`,
        { authorization: `Bearer ${STRIPE_SECRET_KEY}` },
        signal,
        "POST",
        fields && new URLSearchParams(fields),
      ),
    double,
    now: async () => new Date((await double<{ now: string }>("clock")).now),
    signal,
  };
}

const toJson = (body: object | undefined) => body && JSON.stringify(body);

/** Asks until something is there. @throws Error naming what was waited for, after two minutes */
export async function until<T>(what: string, find: () => Promise<T | null | undefined | false>): Promise<T> {
  for (const deadline = Date.now() + WAIT_MS; ; ) {
    const found = await find();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`there is still no ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function ask<T>(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  method: string,
  body?: string | URLSearchParams,
): Promise<T> {
  const answer = await fetch(url, { headers, signal, ...(body === undefined ? {} : { method, body }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${new URL(url).pathname} answered ${answer.status}: ${text.slice(0, 200)}`);
  return (text === "" ? null : JSON.parse(text)) as T;
}
