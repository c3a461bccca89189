import type { ModelKey } from "@/lib/billing/catalogue";
import { isModelKey } from "@/lib/billing/rating";

export const rangeKeys = ["period", "7d", "30d", "90d"] as const;
export type RangeKey = (typeof rangeKeys)[number];

/** The longest stretch that may be asked for by its ends. */
const MOST_DAYS = 400;

/** Half-open, `[from, to)`. */
export interface Days {
  from: Date;
  to: Date;
}

export interface Filter extends Days {
  /** "between": the two ends stand in the address, such as those of an invoice's period. */
  range: RangeKey | "between";
  model: ModelKey | null;
  /** The days just before, as many, to compare with. */
  before: Days;
}

type Parameters = Record<string, string | string[] | undefined>;

const DAY_MS = 86_400_000;
const midnight = (date: Date): Date => new Date(Math.floor(date.getTime() / DAY_MS) * DAY_MS);
const addDays = (date: Date, days: number): Date => new Date(date.getTime() + days * DAY_MS);

/** The whole days, in UTC, that a stretch touches: days are what the rollup knows. */
export const wholeDays = ({ from, to }: Days): Days => ({
  from: midnight(from),
  to: new Date(Math.ceil(to.getTime() / DAY_MS) * DAY_MS),
});

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$/;

function timeOf(words: unknown): Date | null {
  const time = typeof words === "string" && TIME.test(words) ? new Date(words) : null;
  return time && !Number.isNaN(time.getTime()) ? time : null;
}

/** Two ends in an address, if they make a stretch of at most so many days. */
function betweenOf(parameters: Parameters): Days | null {
  const [from, to] = [timeOf(parameters.from), timeOf(parameters.to)];
  if (!from || !to || from >= to || to.getTime() - from.getTime() > MOST_DAYS * DAY_MS) return null;
  return { from, to };
}

/** A day as the database writes it: 2026-11-22. */
export const isoDay = (date: Date): string => date.toISOString().slice(0, 10);

/** The credit period of an account: its subscription's, else the calendar month. */
export function periodOf(subscription: { periodStart: Date; periodEnd: Date } | null, now: Date): Days {
  if (subscription && subscription.periodStart <= now && now < subscription.periodEnd) {
    return { from: subscription.periodStart, to: subscription.periodEnd };
  }
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return { from: new Date(Date.UTC(year, month, 1)), to: new Date(Date.UTC(year, month + 1, 1)) };
}

/**
 * Reads the filter of the usage page from its address. What makes no sense falls back to the current period and every model.
 * @param period - the account's current credit period
 */
export function filterOf(parameters: Parameters, period: Days, now: Date): Filter {
  const range = rangeKeys.find((key) => key === parameters.range) ?? "period";
  const between = parameters.range === undefined ? betweenOf(parameters) : null;
  const model = typeof parameters.model === "string" && isModelKey(parameters.model) ? parameters.model : null;
  if (between) {
    const { from: first, to: last } = wholeDays(between);
    const before = { from: new Date(2 * first.getTime() - last.getTime()), to: first };
    return { range: "between", model, ...between, before };
  }
  const to = addDays(midnight(now), 1);
  const from = range === "period" ? midnight(period.from) : addDays(to, -Number.parseInt(range, 10));
  const length = Math.max(1, Math.round((to.getTime() - from.getTime()) / DAY_MS));
  return { range, model, from, to, before: { from: addDays(from, -length), to: from } };
}
