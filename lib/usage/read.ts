import type { SupabaseClient } from "@supabase/supabase-js";
import type { ModelKey } from "@/lib/billing/catalogue";
import type { AccountId } from "@/lib/billing/units";
import type { Database } from "@/lib/supabase/database.types";
import { type Days, isoDay, wholeDays } from "./range";

type Client = SupabaseClient<Database>;
type DailyRow = Database["public"]["Tables"]["usage_daily"]["Row"];
type EntryRow = Database["public"]["Tables"]["credit_entries"]["Row"];
type EventRow = Database["public"]["Tables"]["usage_events"]["Row"];

/** PostgREST cuts every answer at 1,000 rows without saying so; nothing here asks for more at once. */
const PAGE_ROWS = 500;

/** What was used on one UTC day, by one model and feature. */
export interface DailyUsage {
  day: string;
  /** Null for what has a fixed price. */
  model: string | null;
  feature: string;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  credits: number;
}

function toDaily(row: DailyRow): DailyUsage {
  return {
    day: row.day,
    model: row.model === "" ? null : row.model,
    feature: row.feature,
    calls: row.events,
    inputTokens: row.input_tokens + row.cached_input_tokens,
    outputTokens: row.output_tokens + row.reasoning_tokens,
    credits: row.credits,
  };
}

/**
 * An account's usage by day, model and feature, oldest day first, read as the signed-in person.
 * @param range - every day it touches
 * @throws Error when the database cannot answer
 */
export async function readDailyUsage(client: Client, account: AccountId, range: Days): Promise<DailyUsage[]> {
  const all: DailyUsage[] = [];
  const days = wholeDays(range);
  for (let offset = 0; ; offset += PAGE_ROWS) {
    const { data, error } = await client
      .from("usage_daily")
      .select("*")
      .eq("account_id", account)
      .gte("day", isoDay(days.from))
      .lt("day", isoDay(days.to))
      .order("day")
      .order("model")
      .order("feature")
      .range(offset, offset + PAGE_ROWS - 1);
    if (error) throw new Error(`The usage could not be read: ${error.message}`, { cause: error });
    all.push(...data.map(toDaily));
    if (data.length < PAGE_ROWS) return all;
  }
}

/** A place between two entries of the ledger, for paging. */
export interface Place {
  recordedAt: string;
  id: string;
}

/** One line of the ledger, with the tokens behind it where there are any. */
export interface Entry extends Place {
  operation: string;
  feature: string | null;
  model: string | null;
  key: string | null;
  /** The signed change of the balance. */
  credits: number;
  overageCredits: number;
  debtCredits: number;
  balanceAfter: number;
  tokens: { input: number; cachedInput: number; output: number; reasoning: number } | null;
  estimated: boolean;
}

/** The local REST layer writes times as Postgres does, hosted ones as ISO 8601; microseconds stay, unlike in a Date. */
const isoTime = (text: string): string => text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");

function toEntry(row: EntryRow, event: EventRow | undefined): Entry {
  return {
    recordedAt: isoTime(row.recorded_at),
    id: row.id,
    operation: row.operation,
    feature: row.feature,
    model: row.model,
    key: row.key,
    credits: row.credits,
    overageCredits: row.overage_credits,
    debtCredits: row.debt_credits,
    balanceAfter: row.balance_after,
    tokens: event
      ? {
          input: event.input_tokens,
          cachedInput: event.cached_input_tokens,
          output: event.output_tokens,
          reasoning: event.reasoning_tokens,
        }
      : null,
    estimated: event?.estimated ?? false,
  };
}

interface EntryQuery extends Days {
  account: AccountId;
  model: ModelKey | null;
  /** Only entries with overage, and the range is of the time at which the ledger billed them. */
  overageOnly?: boolean;
  /** Only entries older than this place. */
  after?: Place | undefined;
  most: number;
}

async function readEventsOf(client: Client, account: AccountId, ids: string[]): Promise<Map<string, EventRow>> {
  const events = new Map<string, EventRow>();
  for (let start = 0; start < ids.length; start += 100) {
    const some = ids.slice(start, start + 100);
    const { data, error } = await client.from("usage_events").select("*").eq("account_id", account).in("id", some);
    if (error) throw new Error(`The usage events could not be read: ${error.message}`, { cause: error });
    for (const event of data) events.set(event.id, event);
  }
  return events;
}

/**
 * The entries that explain every credit, newest first, read as the signed-in person and paged by key.
 * @param query.most - how many, at most 500
 * @throws Error when the database cannot answer
 */
export async function readEntries(client: Client, query: EntryQuery): Promise<Entry[]> {
  const { account, from, to, model, overageOnly, after, most } = query;
  const time = overageOnly ? "happened_at" : "recorded_at";
  let asked = client
    .from("credit_entries")
    .select("*")
    .eq("account_id", account)
    .gte(time, from.toISOString())
    .lt(time, to.toISOString());
  if (model) asked = asked.eq("model", model);
  if (overageOnly) asked = asked.gt("overage_credits", 0);
  if (after) {
    asked = asked.or(
      `recorded_at.lt."${after.recordedAt}",and(recorded_at.eq."${after.recordedAt}",id.lt.${after.id})`,
    );
  }
  const { data, error } = await asked
    .order("recorded_at", { ascending: false })
    .order("id", { ascending: false })
    .limit(Math.min(most, PAGE_ROWS));
  if (error) throw new Error(`The entries could not be read: ${error.message}`, { cause: error });
  const events = await readEventsOf(
    client,
    account,
    data.filter((row) => row.operation === "spend").map((row) => row.id),
  );
  return data.map((row) => toEntry(row, events.get(row.id)));
}

/** Every entry of a range, newest first, a page at a time. */
export async function* allEntries(client: Client, query: Omit<EntryQuery, "after" | "most">): AsyncGenerator<Entry[]> {
  let after: Place | undefined;
  for (;;) {
    const page = await readEntries(client, { ...query, after, most: PAGE_ROWS });
    if (page.length > 0) yield page;
    if (page.length < PAGE_ROWS) return;
    after = page.at(-1);
  }
}

const PLACE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))_([0-9a-f-]{36})$/;

/** A place as it stands in an address. */
export const placeInWords = ({ recordedAt, id }: Place): string => `${recordedAt}_${id}`;

/** Reads a place from an address; anything else is the beginning. */
export function placeOf(words: unknown): Place | undefined {
  const [, recordedAt, id] = (typeof words === "string" && words.replace(" ", "+").match(PLACE)) || [];
  return recordedAt && id ? { recordedAt, id } : undefined;
}
