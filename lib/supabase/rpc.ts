import type { ParameterOrJSON, Sql } from "postgres";
import { env } from "@/lib/env";
import { database } from "@/lib/supabase/direct";

/** The database refused to run a function: a broken invariant, a missing right, or no connection. Never an expected "no". */
export class RpcError extends Error {
  override name = "RpcError";
  constructor(
    readonly functionName: string,
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${functionName}: ${message}`, options);
  }
}

type Arguments = Record<string, unknown>;
const NAME = /^[a-z_][a-z0-9_]*$/;

/**
 * Calls a function of the database with the service's rights: over the direct connection if DATABASE_URL is set, else
 * over REST. Both answer alike: a set of rows as an array, a row as an object, jsonb as what it says, times as ISO text.
 * @param name the function in the schema `public`
 * @param args by parameter name; undefined is left out, a Date is sent as ISO text
 * @throws RpcError if the database raises; expected refusals are answers, `{ ok: false, code }`
 */
export async function rpc<T = unknown>(name: string, args: Arguments): Promise<T> {
  if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is not the name of a function`);
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  const answer = env().DATABASE_URL ? await callDirectly(database(), name, given) : await callOverRest(name, given);
  return answer as T;
}

/** The transport over HTTP, with the secret key. */
export async function callOverRest(name: string, args: Arguments, send: typeof fetch = fetch): Promise<unknown> {
  const { SUPABASE_URL, SUPABASE_SECRET_KEY } = env();
  const response = await send(`${SUPABASE_URL}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers: { apikey: SUPABASE_SECRET_KEY, "content-type": "application/json" },
    body: JSON.stringify(args),
    cache: "no-store",
  });
  const text = await response.text();
  if (response.ok) return text === "" ? null : JSON.parse(text);
  const problem = readProblem(text);
  throw new RpcError(name, problem.code ?? `HTTP${response.status}`, problem.message ?? `answered ${response.status}`);
}

function readProblem(text: string): { code?: string; message?: string } {
  try {
    return JSON.parse(text) as { code?: string; message?: string };
  } catch {
    return { message: text.slice(0, 200) };
  }
}

type Shape = "value" | "values" | "row" | "rows";
const shapes = new WeakMap<Sql, Map<string, Promise<Shape>>>();

/** The transport over a pooled connection, with prepared statements. */
export async function callDirectly(sql: Sql, name: string, args: Arguments): Promise<unknown> {
  try {
    const shape = await shapeOf(sql, name);
    const names = Object.keys(args);
    const list = names.map((key, index) => `${identifier(key)} => $${index + 1}`).join(", ");
    const call = `public.${name}(${list})`;
    const query = {
      value: `select to_jsonb(${call}) as answer`,
      row: `select to_jsonb(answered) as answer from ${call} answered`,
      values: `select coalesce(jsonb_agg(answered), '[]') as answer from ${call} answered`,
      rows: `select coalesce(jsonb_agg(to_jsonb(answered)), '[]') as answer from ${call} answered`,
    }[shape];
    const [row] = await sql.unsafe<{ answer: unknown }[]>(
      query,
      names.map((key) => parameter(args[key])),
      { prepare: true },
    );
    return row?.answer ?? null;
  } catch (error) {
    if (error instanceof RpcError || !(error instanceof Error)) throw error;
    const code = "code" in error && typeof error.code === "string" ? error.code : "connection";
    throw new RpcError(name, code, error.message, { cause: error });
  }
}

function identifier(key: string): string {
  if (!NAME.test(key)) throw new TypeError(`${JSON.stringify(key)} is not the name of a parameter`);
  return key;
}

// Postgres says what type each parameter has, so objects and lists become jsonb or arrays on its word.
function parameter(value: unknown): ParameterOrJSON<never> {
  return (value instanceof Date ? value.toISOString() : value) as ParameterOrJSON<never>;
}

function shapeOf(sql: Sql, name: string): Promise<Shape> {
  const known = shapes.get(sql) ?? new Map<string, Promise<Shape>>();
  shapes.set(sql, known);
  const remembered = known.get(name);
  if (remembered) return remembered;
  const asked = askShape(sql, name);
  known.set(name, asked);
  asked.catch(() => known.delete(name));
  return asked;
}

async function askShape(sql: Sql, name: string): Promise<Shape> {
  const [found] = await sql<{ set: boolean; composite: boolean }[]>`
    select p.proretset as set, (t.typtype = 'c' or t.typname = 'record') as composite
    from pg_catalog.pg_proc p join pg_catalog.pg_type t on t.oid = p.prorettype
    where p.pronamespace = 'public'::regnamespace and p.proname = ${name} limit 1`;
  if (!found) throw new RpcError(name, "PGRST202", "there is no such function");
  if (found.set) return found.composite ? "rows" : "values";
  return found.composite ? "row" : "value";
}
