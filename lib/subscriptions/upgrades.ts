import type { Upgrade } from "@/lib/billing/upgrades";
import { baseLines, type ReadInvoice, type ReadSubscription } from "./snapshot";

interface Prorated {
  readonly at: Date;
  readonly end: Date;
  readonly listCents: number;
  readonly netCents: number;
  readonly planKey: string;
  readonly allowance: number;
  readonly interval: Upgrade["interval"];
}

function proratedBases({ lines }: ReadInvoice): Prorated[] {
  return lines
    .flatMap(({ meaning, isProration, period, listCents, netCents }) =>
      isProration && meaning?.kind === "base" && meaning.plan
        ? [
            {
              at: period.start,
              end: period.end,
              listCents,
              netCents,
              planKey: meaning.planKey,
              allowance: meaning.plan.monthlyAllowance,
              interval: meaning.interval,
            },
          ]
        : [],
    )
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** The charge among prorations: what costs something, or with a code for 100 % off the plan that is in force now. */
function chargeOf(prorated: Prorated[], { base }: ReadSubscription): Prorated | undefined {
  return (
    prorated.findLast(({ listCents }) => listCents > 0) ??
    prorated.findLast(({ listCents, planKey }) => listCents === 0 && planKey === base?.planKey)
  );
}

/** The whole period a proration is the rest of, and the allowance sold for it. */
function soldPeriod(subscription: ReadSubscription, end: Date) {
  const line = subscription.invoices
    .flatMap((read) => baseLines(read))
    .find(({ period }) => period.end.getTime() === end.getTime());
  if (line) return { period: line.period, allowance: line.meaning.plan?.monthlyAllowance ?? 0 };
  if (end.getTime() !== subscription.periodEnd.getTime()) return null;
  return { period: { start: subscription.periodStart, end }, allowance: 0 };
}

function upgradeOf(subscription: ReadSubscription, read: ReadInvoice): Upgrade[] {
  const { id, currency } = read.invoice;
  const prorated = proratedBases(read);
  const bought = chargeOf(prorated, subscription);
  if (!id || !bought) return [];
  const returned = prorated.find((line) => line.listCents <= 0 && line !== bought);
  const sold = soldPeriod(subscription, bought.end);
  if (!sold || bought.at < sold.period.start) return [];
  if (subscription.trialEnd && bought.at < subscription.trialEnd) return [];
  return [
    {
      invoice: id,
      allowances: { from: returned?.allowance ?? sold.allowance, to: bought.allowance },
      interval: bought.interval,
      at: bought.at,
      period: sold.period,
      paid: {
        cents: Math.max(
          0,
          prorated.reduce((sum, { netCents }) => sum + netCents, 0),
        ),
        currency,
      },
    },
  ];
}

/**
 * Upgrades whose invoice is paid, read from its proration lines: what was there before, what came, from when. Several
 * changes on one invoice count as one, from the first plan to the last. In a trial a dearer plan costs nothing yet, and
 * brings nothing.
 */
export function upgradesOf(subscription: ReadSubscription): Upgrade[] {
  return subscription.invoices
    .filter(({ invoice }) => invoice.status === "paid")
    .flatMap((read) => upgradeOf(subscription, read));
}
