import type { Catalogue, Interval, Plan } from "@/lib/billing/catalogue";
import { allowanceOf, type Entitlement } from "@/lib/billing/entitlement";
import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { basePrice, inOurCurrency, planOf, planVersion } from "@/lib/billing/offers";
import { nextRatedPlan, ratedPlan } from "@/lib/billing/overage";
import { catalogue as ours } from "@/lib/billing/plans";
import type { Standing, StandingSubscription } from "@/lib/billing/standing";
import { overageRate } from "./overage-words";

/** The plan as a few sentences: what it is, and what is charged next. */
export interface PlanWords {
  name: string;
  /** "$29.00 a month", or null when nothing is charged in advance. */
  price: string | null;
  allowance: string;
  /** What use beyond the credits costs; null where there is none. */
  beyond: string | null;
  next: string;
  /** The state in a word or two, where it is not simply in force. */
  state: { label: string; tone: "neutral" | "accent" | "warning" | "danger" } | null;
}

export const every: Record<Interval, string> = { monthly: "a month", yearly: "a year" };

/** The plan an account has, in the version it bought. */
export function soldPlan(
  subscription: StandingSubscription | null,
  entitlement: Entitlement,
  from: Catalogue = ours,
): Plan {
  const { plan, planVersion: version } = subscription ?? {};
  const sold = plan && plan === entitlement.plan && version != null ? planVersion(plan, version, from) : null;
  return sold ?? planOf(entitlement.plan, from);
}

/** "$29.00", with a word on tax where it is added; null when the plan has no base price at that interval. */
export function priceOf(plan: Plan, interval: Interval, from: Catalogue = ours): string | null {
  const price = basePrice(plan, interval);
  if (!price) return null;
  const { cents, currency } = inOurCurrency(price, from);
  return cents === 0 ? null : formatMoney(cents, currency);
}

const withTax = (price: string, from: Catalogue) => `${price}${from.policy.collectTax ? " plus tax" : ""}`;

/** What a renewal charges: the price in advance, the use behind, or both. */
function sumOf(price: string | null, isMetered: boolean, from: Catalogue): string {
  if (!price) return "for what you have used by then";
  const sum = withTax(price, from);
  return isMetered ? `${sum}, plus anything used beyond your credits` : sum;
}

function scheduledCharge(subscription: StandingSubscription, from: Catalogue): string | null {
  const { scheduled } = subscription;
  if (!scheduled) return null;
  const plan = planVersion(scheduled.plan, scheduled.version, from) ?? planOf(scheduled.plan, from);
  const price = priceOf(plan, scheduled.interval, from);
  const charge = price
    ? `from then on you are charged ${withTax(price, from)} ${every[scheduled.interval]}`
    : "from then on you pay for what you use";
  const name = `${plan.name}${plan.key === subscription.plan ? `, paid ${scheduled.interval}` : ""}`;
  return `On ${formatDate(scheduled.at)} you change to ${name}; ${charge}.`;
}

function nextCharge(standing: Standing, entitlement: Entitlement, plan: Plan, from: Catalogue): string {
  const { subscription, terms, dunning } = standing;
  if (terms && subscription && plan.key === "enterprise")
    return `Your next invoice comes on ${formatDate(subscription.periodEnd)} and is due within ${terms.netDays} days.`;
  if (!subscription) return "Nothing will be charged.";
  if (subscription.endingRequestedAt)
    return "Your plan has ended. What you used beyond your credits, and is not billed yet, comes on one last invoice.";
  const { status } = subscription;
  if (status === "incomplete") return "Nothing is charged until you finish the first payment.";
  if (status === "canceled" || status === "incomplete_expired") {
    const unpaid = dunning ? " The last invoice is still unpaid." : "";
    return subscription.paidThrough && entitlement.plan !== "free"
      ? `It is paid until ${formatDate(subscription.paidThrough)} and ends then. You will not be charged again.`
      : `Nothing new will be charged.${unpaid}`;
  }
  if (status === "unpaid" || dunning?.stage === "downgraded" || dunning?.stage === "suspended")
    return "The last invoice is unpaid. Your plan comes back as soon as it is paid.";
  if (subscription.collectionPaused) return "Nothing is charged while the plan is paused.";
  if (status === "paused") return "Your trial has ended without a card. Nothing is charged until you resume the plan.";
  if (subscription.cancelAt) {
    const late = subscription.meteredItem ? " but for use beyond your credits" : "";
    return `It ends on ${formatDate(subscription.cancelAt)}. You will not be charged again${late}; credits you bought stay yours.`;
  }
  if (entitlement.canChangePlan === "no" && !entitlement.notice)
    return status === "trialing"
      ? "Your trial has ended, and the first payment is being made."
      : "We are checking with Stripe what is charged next.";
  if (status === "past_due" || entitlement.notice?.code === "pay_now")
    return "The last invoice is unpaid. Your card will be tried again.";
  if (subscription.pending?.plan)
    return `The change to ${planOf(subscription.pending.plan, from).name} waits for its payment until ${formatDate(subscription.pending.until)}; till then nothing has changed.`;
  const scheduled = scheduledCharge(subscription, from);
  if (scheduled) return scheduled;
  const price = priceOf(plan, subscription.interval, from);
  if (status === "trialing") {
    if (!subscription.trialEnd) return "Your trial is free of charge.";
    if (!subscription.trialHasCard)
      return `Nothing is charged in the trial. Add a card before ${formatDate(subscription.trialEnd)} to keep the plan; without one it ends then.`;
    return `On ${formatDate(subscription.trialEnd)} you will be charged ${price ? withTax(price, from) : "for what you use"}, for the first time.`;
  }
  const isMetered = subscription.meteredItem && subscription.interval === "monthly";
  if (subscription.meteredItem && subscription.interval === "yearly" && entitlement.overagePermitted > 0)
    return `On ${formatDate(subscription.periodEnd)} you will be charged ${sumOf(price, false, from)}. Use beyond your credits is charged each month.`;
  return `On ${formatDate(subscription.periodEnd)} you will be charged ${sumOf(price, isMetered, from)}.`;
}

function stateOf(standing: Standing, { notice, canChangePlan }: Entitlement): PlanWords["state"] {
  switch (notice?.code) {
    case "on_hold":
      return { label: "On hold", tone: "danger" };
    case "suspended":
      return { label: "Suspended", tone: "danger" };
    case "downgraded":
    case "pay_now":
      return { label: "Payment due", tone: notice.code === "downgraded" ? "danger" : "warning" };
    case "finish_payment":
    case "change_pending":
      return { label: "Payment unfinished", tone: "warning" };
    case "trial_ends":
      return { label: "Trial", tone: "accent" };
    case "paused":
    case "collection_paused":
      return { label: "Paused", tone: "neutral" };
    case "ending":
      return { label: "Ending", tone: "neutral" };
    case "ends_on":
    case "paid_until":
      return { label: notice.at ? `Ends on ${formatDate(notice.at)}` : "Ends soon", tone: "warning" };
    case "change_scheduled":
      return { label: notice.at ? `Changes on ${formatDate(notice.at)}` : "Changes soon", tone: "accent" };
    case "trial_refused":
    case undefined:
      return canChangePlan === "no" && standing.subscription ? { label: "Being checked", tone: "neutral" } : null;
  }
}

function beyondWords(
  plan: Plan,
  credits: number,
  { subscription }: Standing,
  { overageMost, overageLimitedBy: by }: Entitlement,
  from: Catalogue,
): string | null {
  const rate = overageMost > 0 ? overageRate(ratedPlan(subscription, plan, from), from) : null;
  const next = overageRate(nextRatedPlan(subscription, plan, from), from) ?? rate;
  if (!rate) return null;
  if (by === "off") return "Use beyond that is off";
  const price = `${rate} per 1,000 credits`;
  const then = subscription && rate !== next ? `, ${next} from ${formatDate(subscription.periodEnd)}` : "";
  return `${credits > 0 ? `Beyond that ${price}` : price}${then}`;
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
    allowance:
      entitlement.allowance === "trial"
        ? `${formatCredits(credits)} credits for the trial`
        : credits > 0
          ? `${formatCredits(credits)} credits every month`
          : entitlement.prepaid === "frozen"
            ? "No new credits for now"
            : "No credits included",
    beyond: beyondWords(plan, credits, standing, entitlement, from),
    next: nextCharge(standing, entitlement, plan, from),
    state: stateOf(standing, entitlement),
  };
}
