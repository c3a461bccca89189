import type { Period } from "./allowance";
import type { Interval } from "./catalogue";
import { upgradeMonths } from "./changes";
import type { GrantOrder, Paid, VoidOrder } from "./grants";
import { policy } from "./plans";

/** An upgrade in mid-period that was paid, as its invoice says it. */
export interface Upgrade {
  readonly invoice: string;
  /** Credits a month, before and after. */
  readonly allowances: { readonly from: number; readonly to: number };
  readonly interval: Interval;
  /** From when the new plan is paid. */
  readonly at: Date;
  /** The whole period of the base item. */
  readonly period: Period;
  readonly paid: Paid;
}

const MONTHS = 12;
const keyOf = (invoice: string, month: number) => (month === 0 ? invoice : `${invoice}:${month}`);

/** The keys of everything an upgrade brings: what a refund of its payment is about. */
export function upgradeKeys(invoice: string): Array<{ source: string; source_id: string }> {
  return Array.from({ length: MONTHS }, (_, month) => ({ source: "upg", source_id: keyOf(invoice, month) }));
}

/**
 * What an upgrade in mid-period adds, by the fraction of time that is left, and of a yearly period month by month. A
 * proration whose period is over, as one made in Stripe's dashboard may be when it is billed, adds nothing.
 * @param endedAt when the subscription ended; months that would begin later are not given
 */
export function upgradeGrants(upgrade: Upgrade, endedAt: Date | null, now: Date): GrantOrder[] {
  if (upgrade.period.end <= now) return [];
  const { invoice, allowances, interval, at, period, paid } = upgrade;
  const months = upgradeMonths(allowances, interval, at, period);
  const given = months.filter(({ effectiveAt }) => effectiveAt === null || endedAt === null || effectiveAt < endedAt);
  const share = Math.floor(paid.cents / Math.max(1, months.length));
  return given.map(({ month, amount, effectiveAt, expiresAt }, index) => ({
    source: "upg",
    sourceId: keyOf(invoice, month),
    amount,
    category: "included",
    priority: 10,
    effectiveAt,
    expiresAt,
    paidCents: index === 0 ? paid.cents - share * (given.length - 1) : share,
    currency: paid.currency,
    lowCreditPercent: policy.lowCreditPercent,
  }));
}

/**
 * Cancels what an upgrade would still bring: months that begin after `from`, or without it everything, because the period
 * it belongs to was cut short and its money credited.
 */
export function upgradeVoids(upgrade: Upgrade, reason: "ended" | "reanchored", from?: Date): VoidOrder[] {
  const months = upgradeMonths(upgrade.allowances, upgrade.interval, upgrade.at, upgrade.period);
  return months
    .filter(({ effectiveAt }) => !from || (effectiveAt !== null && effectiveAt >= from))
    .map(({ month }) => {
      const sourceId = keyOf(upgrade.invoice, month);
      return { source: "upg", sourceId, key: `${reason}:upg:${sourceId}` };
    });
}
