import type { Catalogue, Interval, ModelKey, Pack, Plan, PlanKey } from "@/lib/billing/catalogue";
import { basePrice, inOurCurrency } from "@/lib/billing/offers";
import { catalogue as ours } from "@/lib/billing/plans";
import { creditsFor } from "@/lib/billing/rating";

/** What a month costs on one plan. */
export interface MonthlyCost {
  plan: PlanKey;
  planName: string;
  /** A twelfth of the yearly price when the year is paid in advance. */
  baseCents: number;
  /** Credits that the allowance does not cover. */
  missingCredits: number;
  extraCents: number;
  /** How the missing credits are paid for. */
  extraBy: "nothing" | "packs" | "overage" | "overage and packs";
  totalCents: number;
}

/**
 * Credits that so many tokens a month cost, split between input and output as in the policy's typical call.
 * @param tokens input and output together
 */
export function creditsAMonth(model: ModelKey, tokens: number, { policy, rateCard }: Catalogue = ours): number {
  const { input, output } = policy.typicalCall;
  const outputTokens = Math.round((tokens * output) / (input + output));
  return creditsFor(
    model,
    { inputTokens: tokens - outputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 },
    rateCard,
  );
}

/** The price in cents of whole packs that cover so many credits, filling up with the largest first. */
function coverWithPacks(missing: number, packs: readonly Pack[], from: Catalogue): number {
  if (missing <= 0) return 0;
  const [largest, ...smaller] = [...packs].sort((a, b) => b.credits - a.credits);
  if (!largest) return Number.POSITIVE_INFINITY;
  const { cents } = inOurCurrency(largest.price, from);
  const whole = Math.floor(missing / largest.credits);
  return Math.min(
    whole * cents + coverWithPacks(missing - whole * largest.credits, smaller, from),
    (whole + 1) * cents,
  );
}

function costOn(plan: Plan, needed: number, interval: Interval, from: Catalogue): MonthlyCost {
  const yearly = interval === "yearly" ? basePrice(plan, "yearly") : null;
  const monthly = basePrice(plan, "monthly");
  const baseCents = yearly
    ? Math.round(inOurCurrency(yearly, from).cents / 12)
    : monthly
      ? inOurCurrency(monthly, from).cents
      : 0;
  const missingCredits = Math.max(0, needed - plan.monthlyAllowance);
  const overage = from.policy.overage === "metered" ? plan.overage : undefined;
  const billed = Math.min(missingCredits, overage?.mostCreditsPerPeriod ?? 0);
  const overageCents = overage ? Math.ceil((billed * inOurCurrency(overage.per1000, from).cents) / 1000) : 0;
  const extraCents = overageCents + coverWithPacks(missingCredits - billed, from.packs, from);
  const extraBy =
    missingCredits === 0
      ? "nothing"
      : billed === 0
        ? "packs"
        : billed < missingCredits
          ? "overage and packs"
          : "overage";
  return {
    plan: plan.key,
    planName: plan.name,
    baseCents,
    missingCredits,
    extraCents,
    extraBy,
    totalCents: baseCents + extraCents,
  };
}

/**
 * What so many credits a month cost on every plan that can be had today, the cheapest first.
 * Pure: prices, packs and overage are the catalogue's.
 * @param needed credits a month
 */
export function compareCosts(needed: number, interval: Interval, from: Catalogue = ours): MonthlyCost[] {
  return from.plans
    .filter((plan) => plan.availability === "included" || plan.availability === "on_sale")
    .map((plan) => costOn(plan, needed, interval, from))
    .sort((a, b) => a.totalCents - b.totalCents);
}
