import type { Catalogue, Interval, Plan } from "@/lib/billing/catalogue";
import { allowanceOf, type Entitlement } from "@/lib/billing/entitlement";
import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { basePrice, inOurCurrency, planOf, planVersion } from "@/lib/billing/offers";
import { catalogue as ours } from "@/lib/billing/plans";
import type { Standing, StandingSubscription } from "@/lib/billing/standing";

/** The plan as two sentences: what it is, and what is charged next. */
export interface PlanWords {
  name: string;
  /** "$29.00 a month", or null when nothing is charged in advance. */
  price: string | null;
  allowance: string;
  next: string;
}

const every: Record<Interval, string> = { monthly: "a month", yearly: "a year" };

function soldPlan(subscription: StandingSubscription | null, entitlement: Entitlement, from: Catalogue): Plan {
  const { plan, planVersion: version } = subscription ?? {};
  const sold = plan && plan === entitlement.plan && version != null ? planVersion(plan, version, from) : null;
  return sold ?? planOf(entitlement.plan, from);
}

function priceOf(plan: Plan, interval: Interval, from: Catalogue): string | null {
  const price = basePrice(plan, interval);
  if (!price) return null;
  const { cents, currency } = inOurCurrency(price, from);
  return cents === 0 ? null : formatMoney(cents, currency);
}

function nextCharge(standing: Standing, plan: Plan, price: string | null, from: Catalogue): string {
  const { subscription, terms } = standing;
  if (terms && subscription)
    return `Your next invoice comes on ${formatDate(subscription.periodEnd)} and is due within ${terms.netDays} days.`;
  if (!subscription || plan.key === "free") return "Nothing will be charged.";
  if (subscription.status === "canceled")
    return subscription.paidThrough
      ? `It is paid until ${formatDate(subscription.paidThrough)} and ends then. You will not be charged again.`
      : "Nothing will be charged.";
  if (subscription.cancelAt)
    return `It ends on ${formatDate(subscription.cancelAt)}. You will not be charged again; credits you bought stay yours.`;
  if (subscription.status === "past_due") return "The last invoice is unpaid. Your card will be tried again.";
  const sum = price ? `${price}${from.policy.collectTax ? " plus tax" : ""}` : "what you used";
  const on = subscription.status === "trialing" ? subscription.trialEnd : subscription.periodEnd;
  return on ? `On ${formatDate(on)} you will be charged ${sum}.` : `Next you will be charged ${sum}.`;
}

/**
 * Says what an account has and what is charged next. Pure: the same standing, the same words.
 * @param entitlement what follows from the standing
 */
export function planWords(standing: Standing, entitlement: Entitlement, from: Catalogue = ours): PlanWords {
  const plan = soldPlan(standing.subscription, entitlement, from);
  const interval = standing.subscription?.interval ?? "monthly";
  const price = priceOf(plan, interval, from);
  const credits = allowanceOf(entitlement, standing, from);
  return {
    name: plan.name,
    price: price && `${price} ${every[interval]}`,
    allowance: credits > 0 ? `${formatCredits(credits)} credits every month` : "No credits included",
    next: nextCharge(standing, plan, price, from),
  };
}
