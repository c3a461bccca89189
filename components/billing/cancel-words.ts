import type { Catalogue } from "@/lib/billing/catalogue";
import { allowanceOf, type Entitlement } from "@/lib/billing/entitlement";
import { formatCredits, formatDate } from "@/lib/billing/format";
import { planOf } from "@/lib/billing/offers";
import { catalogue as ours } from "@/lib/billing/plans";
import type { Standing } from "@/lib/billing/standing";
import type { CancelReason } from "@/lib/subscriptions/cancel";
import { priceOf, soldPlan } from "./plan-words";

/** Stripe's reasons, as a person would give them. */
export const reasons: ReadonlyArray<{ value: CancelReason; label: string }> = [
  { value: "too_expensive", label: "It costs too much" },
  { value: "missing_features", label: "Something I need is missing" },
  { value: "switched_service", label: "I use something else now" },
  { value: "unused", label: "I do not use it enough" },
  { value: "customer_service", label: "The support was not good" },
  { value: "too_complex", label: "It is too complicated" },
  { value: "low_quality", label: "The answers are not good enough" },
  { value: "other", label: "Something else" },
];

/** What canceling means: when, what ends, what is kept, and what ending at once would cost. */
export interface CancelWords {
  title: string;
  /** The day the plan ends, or null when it has no end that is known. */
  endsOn: string | null;
  ends: string[];
  kept: string[];
  /** The one clear button. */
  confirm: string;
  /** What is lost by ending at once. */
  lostNow: string[];
}

function endOf({ subscription }: Standing): Date | null {
  if (!subscription) return null;
  if (subscription.status === "trialing" && subscription.trialEnd) return subscription.trialEnd;
  return subscription.periodEnd;
}

function keptWords(bought: number, accountKind: Standing["accountKind"], from: Catalogue): string[] {
  const free = planOf("free", from);
  return [
    bought > 0
      ? `The ${formatCredits(bought)} credits you bought or were given: they stay yours and can be used.`
      : "Credits you buy later can be used without a plan.",
    "Your conversations, API keys and invoices.",
    ...(accountKind === "personal"
      ? [`The Free plan, with ${formatCredits(free.monthlyAllowance)} credits every month.`]
      : []),
  ];
}

/**
 * What canceling means for this account, before it is done. Pure.
 * @param credits.bought credits that belong to no period; `left`: what is left of the plan's
 */
export function cancelWords(
  standing: Standing,
  entitlement: Entitlement,
  credits: { bought: number; left: number },
  from: Catalogue = ours,
): CancelWords {
  const { subscription, accountKind } = standing;
  const plan = soldPlan(subscription, entitlement, from);
  const isTrial = subscription?.status === "trialing";
  const isUnpaid = subscription?.status === "past_due" || subscription?.status === "unpaid";
  const end = endOf(standing);
  const day = end && formatDate(end);
  const allowance = allowanceOf(entitlement, standing, from);
  const scheduled = subscription?.scheduled;
  const isPaidAhead = priceOf(plan, subscription?.interval ?? "monthly", from) !== null;
  const isMetered = subscription?.meteredItem === true;
  const what = isTrial ? `trial of ${plan.name}` : entitlement.plan === "free" ? "plan" : `${plan.name} plan`;
  return {
    title: isTrial ? "Cancel your trial" : `Cancel your ${what}`,
    endsOn: day,
    ends: [
      day
        ? `Until ${day} nothing changes: you can use everything, and change your mind.`
        : "Your plan ends with the period that is paid.",
      isTrial
        ? "Your card will not be charged."
        : !isPaidAhead
          ? "What you use until then comes on the last invoice; after that nothing is charged."
          : `After that nothing is charged in advance${isMetered ? "; what you used beyond your credits comes on the last invoice" : ""}.`,
      ...(allowance > 0
        ? [`The ${formatCredits(allowance)} credits ${isTrial ? "of the trial" : "a month"} end with it.`]
        : []),
      ...(scheduled
        ? [`Your change to ${planOf(scheduled.plan, from).name} on ${formatDate(scheduled.at)} is given up.`]
        : []),
      ...(isUnpaid ? ["The invoice that is unpaid stays to be paid."] : []),
    ],
    kept: keptWords(credits.bought, accountKind, from),
    confirm: isTrial ? "Cancel my trial" : "Cancel my plan",
    lostNow: [
      `Your ${isTrial ? "trial" : "plan"} is off from this moment${isTrial || !day || !isPaidAhead ? "" : `; what you paid for the time until ${day} is not returned`}.`,
      ...(credits.left > 0 ? [`The ${formatCredits(credits.left)} credits left of it are lost.`] : []),
      ...(isMetered && !isTrial ? ["What you used beyond your credits is billed now, on one last invoice."] : []),
    ],
  };
}
