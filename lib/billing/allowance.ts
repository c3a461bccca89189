import { policy } from "./plans";
import { type Credits, credits } from "./units";

/** A stretch of time, its end not included. */
export interface Period {
  readonly start: Date;
  readonly end: Date;
}

/** One month of a yearly allowance. */
export interface AllowanceMonth extends Period {
  readonly month: number;
  readonly bridge: Credits;
  readonly rest: Credits;
}

/** What is given at the roll of a period, before its invoice is paid: the policy's share, rounded down. */
export function bridgeOf(allowance: number, percent = policy.bridgePercent): Credits {
  return credits(Number((BigInt(allowance) * BigInt(percent)) / 100n));
}

/** What is given once the period is paid: allowance less bridge, so that both add up exactly. */
export function restOf(allowance: number, percent = policy.bridgePercent): Credits {
  return credits(allowance - bridgeOf(allowance, percent));
}

/** The same day and time so many months later; a day that the month lacks becomes its last (31 Jan → 28 Feb → 31 Mar). */
export function addMonths(start: Date, months: number): Date {
  const moved = new Date(start);
  moved.setUTCDate(1);
  moved.setUTCMonth(start.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(start.getUTCDate(), lastDay));
  return moved;
}

/** A yearly period's allowance as twelve months, the first with a bridge; the last ends with the period. */
export function yearlyMonths(period: Period, monthlyAllowance: number): AllowanceMonth[] {
  return Array.from({ length: 12 }, (_, month) => ({
    month,
    start: month === 0 ? period.start : addMonths(period.start, month),
    end: month === 11 ? period.end : addMonths(period.start, month + 1),
    bridge: month === 0 ? bridgeOf(monthlyAllowance) : credits(0),
    rest: month === 0 ? restOf(monthlyAllowance) : credits(monthlyAllowance),
  }));
}

/** The calendar month, in UTC, that the free allowance belongs to, and its name in keys ("2026-11"). */
export function calendarMonth(now: Date): Period & { readonly name: string } {
  const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
  return { start, end, name: start.toISOString().slice(0, 7) };
}

/**
 * Credits an upgrade adds in mid-period: both allowances by the fraction of *time* left, each rounded down.
 * A discount on the money changes nothing.
 * @param remaining the proration line's period
 * @param full the whole billing period
 */
export function upgradeDelta(oldAllowance: number, newAllowance: number, remaining: Period, full: Period): Credits {
  const part = BigInt(remaining.end.getTime() - remaining.start.getTime());
  const whole = BigInt(full.end.getTime() - full.start.getTime());
  if (whole <= 0n || part < 0n || part > whole)
    throw new RangeError("the remaining period is not part of the full one");
  const share = (allowance: number) => Number((BigInt(allowance) * part) / whole);
  return credits(Math.max(0, share(newAllowance) - share(oldAllowance)));
}

/** When bought credits expire by the policy; null: never. */
export function packExpiry(boughtAt: Date, afterDays = policy.packsExpireAfterDays): Date | null {
  return afterDays === null ? null : new Date(boughtAt.getTime() + afterDays * 86_400_000);
}

/**
 * What should have been taken back from a grant after refunds and disputes, in credits.
 * It is the state of the payment that counts, never the number of events about it.
 * @param share returned and disputed money divided by the money charged, as two whole amounts of cents
 * @param gone credits of the grant that have expired or were voided already
 */
export function clawBackTarget(grant: number, share: { returned: number; charged: number }, gone: number): Credits {
  if (share.charged <= 0) return credits(0);
  const returned = BigInt(Math.min(share.returned, share.charged));
  const charged = BigInt(share.charged);
  const target = (BigInt(grant) * returned + charged - 1n) / charged;
  return credits(Math.max(0, Number(target) - gone));
}
