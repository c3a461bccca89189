import type { Period } from "@/lib/billing/allowance";
import {
  type BasePeriod,
  bridgeGrant,
  type GrantOrder,
  grantKeys,
  type Paid,
  paidGrants,
  trialGrant,
  type VoidOrder,
  voidsOf,
} from "@/lib/billing/grants";
import type { DunningStage, Standing } from "@/lib/billing/standing";
import { upgradeGrants, upgradeVoids } from "@/lib/billing/upgrades";
import { isOwed } from "@/lib/dunning/unpaid";
import type { SubscriptionLine } from "@/lib/stripe/invoices";
import { baseLines, basePeriod, type ReadInvoice, type ReadSubscription } from "./snapshot";
import { upgradesOf } from "./upgrades";

/** What the state of a subscription gives and takes back. */
export interface AllowanceOrders {
  readonly grants: GrantOrder[];
  readonly voids: VoidOrder[];
  /** What comes back if it was withdrawn before, since its invoice counts now. */
  readonly returned: ReadonlyArray<{ source: string; source_id: string }>;
  /** What is taken back when unpaid invoices withdraw the plan. */
  readonly withdrawn: VoidOrder[];
}

const isSame = (one: Period, other: Period) => one.end.getTime() === other.end.getTime();
const seconds = (date: Date) => date.getTime() / 1000;

const isStopped = (stage: DunningStage | null) => stage === "downgraded" || stage === "suspended";
const isOnTerms = ({ invoice }: ReadInvoice) => invoice.collection_method === "send_invoice";
const isPaidInvoice = ({ invoice }: ReadInvoice) => invoice.status === "paid";

/** On net terms the period counts when its invoice is finalized, unless others were left unpaid, else when it is paid. */
const counts = (stage: DunningStage | null) => (read: ReadInvoice) =>
  isPaidInvoice(read) || (isOnTerms(read) && read.invoice.status === "open" && !isStopped(stage));

function isTrialLine(subscription: ReadSubscription, period: { start: Date; end: Date }): boolean {
  const { trial_start: start, trial_end: end } = subscription.raw;
  return start !== null && end !== null && seconds(period.start) >= start && seconds(period.end) <= end;
}

/**
 * What was paid for a base line: less what was credited of it, and less what the same invoice gives back of a plan left in
 * mid-period, so that its credits carry exactly the money that came. An upgrade's invoice says it of its prorations itself.
 */
function paidFor(read: ReadInvoice, line: SubscriptionLine): Paid | null {
  if (!isPaidInvoice(read)) return null;
  const prorations = read.lines.filter(({ isProration, meaning }) => isProration && meaning?.kind === "base");
  const returned = prorations.some(({ listCents }) => listCents > 0)
    ? 0
    : prorations.reduce((sum, { netCents }) => sum + netCents, 0);
  const cents = Math.max(0, line.netCents - line.creditedCents + returned);
  return { cents, currency: read.invoice.currency };
}

/** The base periods that some of the invoices bill; a line that was credited before it was paid brings nothing. */
function periodsOf(subscription: ReadSubscription, terms: number | null, isMeant: (read: ReadInvoice) => boolean) {
  const { endedAt } = subscription;
  return subscription.invoices.filter(isMeant).flatMap((read) => {
    const paidAt = read.invoice.status_transitions.paid_at;
    const isLate = endedAt !== null && paidAt !== null && paidAt > seconds(endedAt);
    return baseLines(read)
      .filter((line) => !line.isCredited && !isTrialLine(subscription, line.period))
      .flatMap((line) => {
        const base = basePeriod(subscription, line.meaning, line.period, terms);
        return base ? [{ base, paid: paidFor(read, line), endedAt: isLate ? null : endedAt }] : [];
      });
  });
}

/**
 * The base line that bills the running period: it says when the period began and which plan was sold for it, which an
 * upgrade in its middle does not change.
 */
function billedLine(subscription: ReadSubscription) {
  return subscription.invoices
    .flatMap((read) => baseLines(read))
    .find(({ period }) => period.end.getTime() === subscription.periodEnd.getTime());
}

function currentBase(subscription: ReadSubscription, terms: number | null) {
  const billed = billedLine(subscription);
  const meaning = billed?.meaning ?? subscription.base;
  const period = billed?.period ?? { start: subscription.periodStart, end: subscription.periodEnd };
  return meaning && basePeriod(subscription, meaning, period, terms);
}

/** Whether the running period may have its bridge: the plan runs, nobody has stopped it, and it does not end at once. */
function deservesBridge(
  subscription: ReadSubscription,
  standing: Standing,
  stage: DunningStage | null,
  now: Date,
): boolean {
  const stopped = isStopped(stage) || standing.hold || standing.subscription?.endingRequestedAt;
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
 * same state asked again gives nothing. A period that was paid only after the plan had ended is honoured whole.
 * @param stage where dunning is from now on
 */
export function allowanceOrders(
  subscription: ReadSubscription,
  account: string,
  standing: Standing,
  stage: DunningStage | null,
  now: Date,
): AllowanceOrders {
  const terms = standing.terms?.monthlyAllowance ?? null;
  const periods = periodsOf(subscription, terms, counts(stage));
  const running = periods.filter(({ base }) => base.period.end > now);
  const current = currentBase(subscription, terms);
  const bought = upgradesOf(subscription);
  const inPeriod = bought.filter(({ period }) => period.end.getTime() === subscription.periodEnd.getTime());
  const cutShort = bought.filter(
    ({ at, period }) => current && !isSame(period, current.period) && at < current.period.start && period.end > now,
  );
  const isPaid = (start: Date) =>
    periodsOf(subscription, terms, isPaidInvoice).some(({ base }) => base.period.start.getTime() === start.getTime());
  const isRunning = ({ base }: { base: BasePeriod }) => base.period.end > now;
  const owed = periodsOf(subscription, terms, (read) => isOnTerms(read) && isOwed(read.invoice)).filter(isRunning);
  const forgone = periodsOf(subscription, terms, (read) => isOnTerms(read) && read.invoice.status === "void").filter(
    (period) => isRunning(period) && !periods.some(({ base }) => isSame(base.period, period.base.period)),
  );
  const { endedAt } = subscription;
  const overtaken = running.filter(
    ({ base: { period } }) => current && period.start < current.period.start && period.end > current.period.start,
  );
  const trial = subscription.status === "trialing" && subscription.trialEnd;
  return {
    grants: [
      ...(trial ? trialGrant(account, trial, subscription.base?.plan?.trial?.allowance ?? 0) : []),
      ...(current && deservesBridge(subscription, standing, stage, now) ? bridgeGrant(current) : []),
      ...running
        .filter((period) => !overtaken.includes(period))
        .flatMap(({ base, paid, endedAt: until }) => paidGrants(base, paid, until)),
      ...inPeriod.flatMap((upgrade) => upgradeGrants(upgrade, endedAt, now)),
    ],
    returned: running.filter((period) => !overtaken.includes(period)).flatMap(({ base }) => grantKeys(base)),
    voids: [
      ...overtaken.flatMap(({ base }) => voidsOf(base, now, "reanchored", true)),
      ...cutShort.flatMap((upgrade) => upgradeVoids(upgrade, "reanchored")),
      ...running.flatMap(({ base, endedAt: from }) => (from ? voidsOf(base, from, "ended") : [])),
      ...forgone.flatMap(({ base }) => voidsOf(base, now, "unpaid", true)),
      ...(endedAt ? inPeriod.flatMap((upgrade) => upgradeVoids(upgrade, "ended", endedAt)) : []),
      ...(endedAt && current && !isPaid(current.period.start) ? voidsOf(current, endedAt, "unpaid", true) : []),
    ],
    withdrawn: [
      ...(current && !isPaid(current.period.start) ? voidsOf(current, now, "unpaid", true) : []),
      ...owed.flatMap(({ base }) => voidsOf(base, now, "unpaid", true)),
    ],
  };
}
