import {
  bridgeGrant,
  type GrantOrder,
  paidGrants,
  trialGrant,
  upgradeGrant,
  type VoidOrder,
  voidsOf,
} from "@/lib/billing/grants";
import type { Standing } from "@/lib/billing/standing";
import { baseLines, basePeriod, type ReadInvoice, type ReadSubscription } from "./snapshot";

/** What the state of a subscription gives and takes back. */
export interface AllowanceOrders {
  readonly grants: GrantOrder[];
  readonly voids: VoidOrder[];
}

const seconds = (date: Date) => date.getTime() / 1000;

/** On net terms the period counts when its invoice is finalized, else when it is paid. */
const counts = ({ invoice }: ReadInvoice) =>
  invoice.status === "paid" || (invoice.collection_method === "send_invoice" && invoice.status === "open");

function isTrialLine(subscription: ReadSubscription, period: { start: Date; end: Date }): boolean {
  const { trial_start: start, trial_end: end } = subscription.raw;
  return start !== null && end !== null && seconds(period.start) >= start && seconds(period.end) <= end;
}

function paidPeriods(subscription: ReadSubscription, terms: number | null) {
  return subscription.invoices.filter(counts).flatMap((read) =>
    baseLines(read)
      .filter((line) => !isTrialLine(subscription, line.period))
      .flatMap((line) => {
        const base = basePeriod(subscription, line.meaning, line.period, terms);
        return base ? [{ base, paid: { cents: Math.max(0, line.netCents), currency: read.invoice.currency } }] : [];
      }),
  );
}

/** The running period, as the line that bills it writes it: the line is what the credits are keyed by. */
function currentPeriod(subscription: ReadSubscription) {
  const billed = subscription.invoices
    .flatMap((read) => baseLines(read))
    .find(({ period }) => period.end.getTime() === subscription.periodEnd.getTime());
  return billed?.period ?? { start: subscription.periodStart, end: subscription.periodEnd };
}

function upgrades(subscription: ReadSubscription, now: Date): GrantOrder[] {
  const full = { start: subscription.periodStart, end: subscription.periodEnd };
  return subscription.invoices.filter(counts).flatMap(({ invoice, lines }) => {
    const prorated = lines.flatMap((line) =>
      line.isProration && line.meaning?.kind === "base" && line.meaning.plan
        ? [{ ...line, allowance: line.meaning.plan.monthlyAllowance }]
        : [],
    );
    const bought = prorated.find((line) => line.netCents > 0);
    const returned = prorated.find((line) => line.netCents < 0);
    if (!bought || !invoice.id || bought.period.start < full.start || bought.period.end > full.end) return [];
    return upgradeGrant(
      {
        invoice: invoice.id,
        oldAllowance: returned?.allowance ?? 0,
        newAllowance: bought.allowance,
        remaining: bought.period,
        full,
        paid: { cents: Math.max(0, bought.netCents + (returned?.netCents ?? 0)), currency: invoice.currency },
      },
      now,
    );
  });
}

/** Whether the running period may have its bridge: the plan runs, nobody has stopped it, and it does not end at once. */
function deservesBridge(subscription: ReadSubscription, standing: Standing, now: Date): boolean {
  const stopped = standing.dunning?.stage === "downgraded" || standing.dunning?.stage === "suspended" || standing.hold;
  const { cancelAt, trialEnd, periodStart, periodEnd } = subscription;
  return (
    (subscription.status === "active" || subscription.status === "past_due") &&
    !stopped &&
    subscription.raw.pause_collection === null &&
    subscription.raw.collection_method === "charge_automatically" &&
    (cancelAt === null || cancelAt > periodStart) &&
    (trialEnd === null || trialEnd <= now) &&
    periodEnd > now
  );
}

/**
 * What the state of the subscription that counts gives an account and takes back, by the rules for bridge, rest,
 * yearly months, trial and upgrade. Decided from lines and items, never from an event; every grant has a key, so the
 * same state asked again gives nothing.
 */
export function allowanceOrders(
  subscription: ReadSubscription,
  account: string,
  standing: Standing,
  now: Date,
): AllowanceOrders {
  const terms = standing.terms?.monthlyAllowance ?? null;
  const periods = paidPeriods(subscription, terms);
  const running = periods.filter(({ base }) => base.period.end > now);
  const current = subscription.base && basePeriod(subscription, subscription.base, currentPeriod(subscription), terms);
  const isPaid = (start: Date) => periods.some(({ base }) => base.period.start.getTime() === start.getTime());
  const { endedAt } = subscription;
  const overtaken = running.filter(
    ({ base: { period } }) => current && period.start < current.period.start && period.end > current.period.start,
  );
  const trial = subscription.status === "trialing" && subscription.trialEnd;
  return {
    grants: [
      ...(trial ? trialGrant(account, trial, subscription.base?.plan?.trial?.allowance ?? 0) : []),
      ...(current && deservesBridge(subscription, standing, now) ? bridgeGrant(current) : []),
      ...running
        .filter((period) => !overtaken.includes(period))
        .flatMap(({ base, paid }) => paidGrants(base, paid, endedAt)),
      ...upgrades(subscription, now),
    ],
    voids: [
      ...overtaken.flatMap(({ base }) => voidsOf(base, now, "reanchored", true)),
      ...(endedAt ? running.flatMap(({ base }) => voidsOf(base, endedAt, "ended")) : []),
      ...(endedAt && current && !isPaid(current.period.start) ? voidsOf(current, endedAt, "unpaid", true) : []),
    ],
  };
}
