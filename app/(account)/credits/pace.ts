import type { AccountId } from "@/lib/billing/units";
import { userClient } from "@/lib/supabase/server";

const WINDOW_DAYS = 14;
const DAY_MS = 86_400_000;
/** The most rows the REST layer answers at once, silently. */
const PAGE = 1_000;

const dayName = (at: Date) => at.toISOString().slice(0, 10);

/** What was spent lately, and over how many days: fewer than the window for an account that has just begun. */
export interface Pace {
  used: number;
  days: number;
}

/**
 * Credits spent in the last two weeks, today included, read as the signed-in person.
 * @throws Error when the database cannot answer
 */
export async function readPace(account: AccountId, at: Date): Promise<Pace> {
  const client = await userClient();
  const since = dayName(new Date(at.getTime() - (WINDOW_DAYS - 1) * DAY_MS));
  let used = 0;
  let first: string | undefined;
  for (let from = 0, more = true; more; from += PAGE) {
    const { data, error } = await client
      .from("usage_daily")
      .select("day, credits")
      .eq("account_id", account)
      .gte("day", since)
      .order("day")
      .order("model")
      .order("feature")
      .range(from, from + PAGE - 1);
    if (error) throw new Error(`The usage of an account could not be read: ${error.message}`);
    used += data.reduce((sum, row) => sum + row.credits, 0);
    first ??= data[0]?.day;
    more = data.length === PAGE;
  }
  const began = first === undefined ? at : new Date(`${first}T00:00:00Z`);
  return { used, days: Math.min(WINDOW_DAYS, Math.floor((at.getTime() - began.getTime()) / DAY_MS) + 1) };
}
