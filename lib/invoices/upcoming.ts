import Stripe from "stripe";
import type { Period } from "@/lib/billing/allowance";
import type { Currency, Plan } from "@/lib/billing/catalogue";
import { formatDate } from "@/lib/billing/format";
import { basePrice, planVersion } from "@/lib/billing/offers";
import { ratedPlan } from "@/lib/billing/overage";
import { policy } from "@/lib/billing/plans";
import type { Standing, StandingSubscription } from "@/lib/billing/standing";
import { type AccountId, type Credits, credits } from "@/lib/billing/units";
import {
  type OverageRate,
  overageCents,
  overageRateOf,
  overageWords,
  type SoFarLine,
  soFar,
} from "@/lib/billing/upcoming";
import { now } from "@/lib/clock";
import { readStanding } from "@/lib/standing";
import { type NextInvoice, previewNext } from "@/lib/stripe/upcoming";
import { rpc } from "@/lib/supabase/rpc";

/** What the running period has come to, and what the next invoice will say if nothing more is used. */
export interface PeriodSoFar {
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly currency: string;
  /** They add up to the total. */
  readonly lines: readonly SoFarLine[];
  readonly totalCents: number;
  /** Of the overage shown, credits Stripe has not accepted yet. */
  readonly unsentCredits: Credits;
  /** Credits of which we do not know whether Stripe has them; not counted as unsent. */
  readonly inDoubtCredits: Credits;
  /** "stripe": Stripe's preview and our unsent units. "ours": Stripe did not answer; without discount, tax and balance. */
  readonly source: "stripe" | "ours";
  /** Whether the plan ends with the period. */
  readonly isLast: boolean;
  /** Whether the plan is paused, so that its invoices are not charged. */
  readonly isPaused: boolean;
  readonly asOf: Date;
}

const BILLED = ["trialing", "active", "past_due", "unpaid"];

const isCurrency = (currency: string, price: Readonly<Record<Currency, number>>): currency is Currency =>
  Object.hasOwn(price, currency);

function planRate(plan: Plan | null, currency: string): OverageRate | null {
  return plan?.overage && isCurrency(currency, plan.overage.per1000) ? overageRateOf(plan, currency) : null;
}

function soldPlan({ plan, planVersion: version }: StandingSubscription): Plan | null {
  return plan && version !== null ? planVersion(plan, version) : null;
}

/** The plan's price, by the terms of an enterprise; a price that plans.ts has forgotten says itself what it costs. */
function rateOf(next: NextInvoice, standing: Standing, subscription: StandingSubscription): OverageRate | null {
  if (standing.terms) return standing.terms.overageTiers;
  const plan = next.meteredPeriod ? next.meteredPlan : soldPlan(subscription);
  const own = next.meteredCentsPer1000;
  return planRate(plan, next.currency) ?? (own === null ? null : [{ upToCredits: null, centsPer1000: own }]);
}

/** What we know without Stripe: the next base price, and the overage of our own books. */
async function ownFigure(account: AccountId, standing: Standing, subscription: StandingSubscription) {
  const known = await rpc<{ credits: number; currency: string | null }>("read_running_overage", {
    account_id: account,
  });
  const plan = soldPlan(subscription);
  const currency = known.currency ?? policy.currency;
  const rate = standing.terms?.overageTiers ?? planRate(plan && ratedPlan(subscription, plan), currency);
  const price = plan && basePrice(plan, subscription.interval);
  const renews = subscription.cancelAt === null || subscription.cancelAt > subscription.periodEnd;
  const lines: SoFarLine[] = [
    ...(plan && price && renews && isCurrency(currency, price)
      ? [
          {
            kind: "base" as const,
            description: `${plan.name}, from ${formatDate(subscription.periodEnd)}`,
            cents: price[currency],
          },
        ]
      : []),
    ...(rate && subscription.meteredItem
      ? [
          {
            kind: "overage" as const,
            description: overageWords(known.credits),
            cents: overageCents(rate, known.credits),
          },
        ]
      : []),
  ];
  return { currency, lines, totalCents: lines.reduce((sum, { cents }) => sum + cents, 0) };
}

async function askStripe(subscription: string): Promise<NextInvoice | null | "unavailable"> {
  try {
    return await previewNext(subscription);
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    console.error(`Stripe did not preview the next invoice of ${subscription}: ${error.message}`);
    return "unavailable";
  }
}

/**
 * What an account's running period has come to: Stripe's preview with our unsent units rated by the same prices, so
 * that it equals the invoice once everything was sent. When Stripe does not answer, what our own books say.
 * @returns null when nothing will be billed: no plan, or one that ends and leaves nothing
 * @throws Error if the database cannot answer
 */
export async function readPeriodSoFar(account: AccountId): Promise<PeriodSoFar | null> {
  const standing = await readStanding(account);
  const { subscription } = standing;
  if (!subscription || !BILLED.includes(subscription.status)) return null;
  const [unreported, next] = await Promise.all([
    rpc<{ credits: number; in_doubt: number }>("read_unreported_overage", { account_id: account }),
    askStripe(subscription.id),
  ]);
  const isOurs = next === "unavailable";
  if (next === null && unreported.credits <= 0) return null;
  const figure =
    isOurs || next === null
      ? await ownFigure(account, standing, subscription)
      : { currency: next.currency, ...soFar(next, unreported.credits, rateOf(next, standing, subscription)) };
  const period: Period = (!isOurs && next?.meteredPeriod) || {
    start: subscription.periodStart,
    end: subscription.periodEnd,
  };
  return {
    periodStart: period.start,
    periodEnd: period.end,
    currency: figure.currency,
    lines: figure.lines,
    totalCents: figure.totalCents,
    unsentCredits: credits(Math.max(0, unreported.credits)),
    inDoubtCredits: credits(Math.max(0, unreported.in_doubt)),
    source: isOurs || next === null ? "ours" : "stripe",
    isLast: subscription.cancelAt !== null && subscription.cancelAt <= period.end,
    isPaused: subscription.collectionPaused,
    asOf: now(),
  };
}
