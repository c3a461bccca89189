import {
  CONFIRM_AFTER_SECONDS,
  LOOK_AGAIN_AFTER_SECONDS,
  type MeterRow,
  type MeterState,
  REVIEW_AFTER_SECONDS,
} from "./metering";

/** A row of an hour that is compared with Stripe's sum, with what an earlier look has shown. */
export interface CheckedRow extends MeterRow {
  readonly lookedAt: Date | null;
  readonly lookedSum: number | null;
}

/** What a comparison makes of a row. `revised`: Stripe does not have it, so it is sent under a new identifier. */
export interface Check {
  readonly id: string;
  readonly revision: number;
  readonly was: MeterState;
  readonly becomes: MeterState | "revised";
  readonly sum: number | null;
  readonly nextAttemptAt: Date | null;
  readonly error: string | null;
}

const MOST_UNKNOWN = 16;
const KNOWN: readonly MeterState[] = ["accepted", "confirmed", "billed"];
const UNKNOWN: readonly MeterState[] = ["verify", "review"];
const IN_FLIGHT: readonly MeterState[] = ["closed", "sending", "unsure", "canceling"];

const after = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1000);
const total = (rows: readonly CheckedRow[]) => rows.reduce((sum, { value }) => sum + value, 0);

/**
 * Some of the rows whose values add up to the target; null if none do. Which of several choices is taken makes no
 * difference to money, since the rest is the same sum.
 */
export function rowsAddingUpTo(target: number, rows: readonly CheckedRow[]): CheckedRow[] | null {
  if (rows.length > MOST_UNKNOWN) return null;
  for (let chosen = 0; chosen < 2 ** rows.length; chosen += 1) {
    const some = rows.filter((_, index) => chosen & (1 << index));
    if (total(some) === target) return some;
  }
  return null;
}

/**
 * Compares an hour with what Stripe shows for it. While anything of that hour is in flight nothing is decided. Accepted
 * rows are confirmed when the sums agree an hour after; a row in doubt is decided at the second look of at least
 * 15 minutes apart that shows the same: the sum is right with it, or without it, or neither, and then a person looks.
 * @param sum credits that Stripe shows for the customer in that hour
 */
export function checkHour(rows: readonly CheckedRow[], sum: number, now: Date): Check[] {
  const soon = after(now, LOOK_AGAIN_AFTER_SECONDS);
  const waiting = rows.filter(({ state }) => state === "accepted" || state === "verify");
  const check = (
    row: CheckedRow,
    becomes: Check["becomes"],
    nextAttemptAt: Date | null,
    error: string | null = null,
  ): Check => ({
    id: row.id,
    revision: row.revision,
    was: row.state,
    becomes,
    sum: becomes === "verify" ? sum : null,
    nextAttemptAt,
    error,
  });
  if (rows.some(({ state }) => IN_FLIGHT.includes(state)))
    return waiting.map((row) => ({ ...check(row, row.state, soon), sum: null }));

  const known = total(rows.filter(({ state }) => KNOWN.includes(state)));
  const unknown = rows.filter(({ state }) => UNKNOWN.includes(state));
  const there = rowsAddingUpTo(sum - known, unknown);
  const difference = `Stripe shows ${sum} for this hour, and we have told it ${known}`;

  return waiting.map((row) => {
    if (row.state === "verify") {
      const seenTwice = row.lookedSum === sum && row.lookedAt && after(row.lookedAt, LOOK_AGAIN_AFTER_SECONDS) <= now;
      if (!seenTwice) return check(row, "verify", soon);
      if (!there) return check(row, "review", null, `${difference}; it adds up neither with this row nor without it`);
      return there.includes(row) ? check(row, "confirmed", null) : check(row, "revised", now);
    }
    const acceptedAt = row.acceptedAt ?? now;
    if (there && after(acceptedAt, CONFIRM_AFTER_SECONDS) <= now) return check(row, "confirmed", null);
    if (!there && after(acceptedAt, REVIEW_AFTER_SECONDS) <= now) return check(row, "review", null, difference);
    return check(row, "accepted", there ? after(acceptedAt, CONFIRM_AFTER_SECONDS) : soon, there ? null : difference);
  });
}
