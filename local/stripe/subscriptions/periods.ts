export type Interval = "day" | "week" | "month" | "year";

/** A half-open span of time in Stripe's seconds: `start` belongs to it, `end` does not. */
export interface Period {
  start: number;
  end: number;
}

/** How often a price recurs. */
export interface Recurrence {
  interval: Interval;
  interval_count: number;
}

/**
 * Moves a moment by whole intervals, counted from the moment itself: the 31st plus one month is the last day of a
 * short month, and plus two months the 31st again.
 * @param anchor seconds since 1970.
 * @returns seconds since 1970, with the anchor's time of day (UTC).
 */
export function addIntervals(anchor: number, { interval, interval_count }: Recurrence, times: number): number {
  const steps = interval_count * times;
  if (interval === "day") return anchor + steps * 86_400;
  if (interval === "week") return anchor + steps * 7 * 86_400;
  return addMonths(anchor, interval === "year" ? steps * 12 : steps);
}

function addMonths(anchor: number, months: number): number {
  const from = new Date(anchor * 1000);
  const first = new Date(anchor * 1000);
  first.setUTCDate(1);
  first.setUTCMonth(from.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return Math.floor(first.getTime() / 1000);
}

/** The period of an anchored cycle that holds a moment; a moment before the anchor gets the stub that ends at it. */
export function periodAround(anchor: number, recurrence: Recurrence, moment: number): Period {
  let times = Math.floor((moment - anchor) / longestSeconds(recurrence)) - 1;
  while (addIntervals(anchor, recurrence, times + 1) <= moment) times += 1;
  return { start: addIntervals(anchor, recurrence, times), end: addIntervals(anchor, recurrence, times + 1) };
}

function longestSeconds({ interval, interval_count }: Recurrence): number {
  const days = { day: 1, week: 7, month: 31, year: 366 }[interval];
  return days * 86_400 * interval_count;
}

/** The period that follows one of an anchored cycle. */
export function periodAfter(anchor: number, recurrence: Recurrence, period: Period): Period {
  return periodAround(anchor, recurrence, period.end);
}
