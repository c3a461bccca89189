import type { Catalogue, Interval, Plan } from "@/lib/billing/catalogue";
import type { OfferedChange } from "@/lib/billing/changes";
import type { Entitlement } from "@/lib/billing/entitlement";
import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { basePrice, inOurCurrency } from "@/lib/billing/offers";
import { catalogue as ours } from "@/lib/billing/plans";
import type { Standing } from "@/lib/billing/standing";
import { overageRate } from "./overage-words";
import { canCancel, isRunning } from "./plan-steps";

/** What the one button of a plan does. */
export type ChoiceStep = "current" | "preview" | "checkout" | "cancel" | "write" | "none";

/** A plan on the page where plans are chosen, in words. */
export interface Choice {
  plan: Plan;
  interval: Interval;
  price: string;
  /** Under the price: how it is charged. */
  charged: string;
  credits: string;
  /** What happens when it is chosen, and when. */
  when: string;
  step: ChoiceStep;
  /** Whether it is the plan one is on, paid otherwise. */
  isOtherInterval: boolean;
}

function money(plan: Plan, interval: Interval, from: Catalogue): Pick<Choice, "price" | "charged"> {
  const price = basePrice(plan, interval);
  if (!price) {
    const agreed = plan.availability === "talk_to_us";
    return { price: agreed ? "By agreement" : "$0", charged: agreed ? "An invoice on net terms" : "No card needed" };
  }
  const { cents, currency } = inOurCurrency(price, from);
  const whole = (amount: number) => formatMoney(amount, currency).replace(/\.00$/, "");
  if (cents === 0) return { price: `${whole(0)} a month`, charged: "And what you use, charged after each month" };
  return interval === "yearly"
    ? {
        price: `${whole(cents)} a year`,
        charged: `About ${whole(Math.round(cents / 12))} a month, charged once a year`,
      }
    : { price: `${whole(cents)} a month`, charged: "Charged each month" };
}

function creditsOf(plan: Plan, from: Catalogue): string {
  if (plan.availability === "talk_to_us") return "An allowance and volume prices of your own.";
  const rate = overageRate(plan, from);
  if (plan.monthlyAllowance === 0) return rate ? `Every 1,000 credits cost ${rate}, up to a cap that you set.` : "";
  const beyond = rate
    ? ` Beyond that ${rate} per 1,000, if you allow it.`
    : " Use them up and buy more; nothing is billed afterwards.";
  return `${formatCredits(plan.monthlyAllowance)} credits every month.${beyond}`;
}

function whenOf({ plan, kind }: OfferedChange, standing: Standing): string {
  const { subscription } = standing;
  const end = subscription && formatDate(subscription.periodEnd);
  switch (kind) {
    case "current":
      return "What you have now.";
    case "now":
      return "Starts at once. You see what is charged before you agree.";
    case "at_period_end":
      return `Starts on ${end}, when ${subscription?.status === "trialing" ? "your trial" : "what you have paid for"} ends. Nothing is charged before.`;
    case "talk_to_us":
      return "We agree on it with you.";
    case "checkout":
      if (plan.key === "payg")
        return "Starts at once. Your card is saved and charged after the month, for what you used.";
      return plan.trial && subscription === null
        ? `Your first ${plan.trial.days} days are free, with ${formatCredits(plan.trial.allowance)} credits; after that it is charged until you cancel.`
        : "Starts as soon as you have paid.";
  }
}

const stepOf: Record<OfferedChange["kind"], ChoiceStep> = {
  current: "current",
  now: "preview",
  at_period_end: "preview",
  checkout: "checkout",
  talk_to_us: "write",
};

/** What comes before any change, in a sentence. */
function firstOf({ canChangePlan, notice }: Entitlement): string {
  if (canChangePlan === "resume") return "Possible once you keep your plan.";
  if (canChangePlan === "finish_payment") return "Possible once the payment is finished, or the change taken back.";
  if (canChangePlan === "pay_first" || notice?.code === "pay_now") return "Possible once the open invoice is paid.";
  if (notice?.code === "ending") return "Possible in a few minutes, when your last use is billed.";
  return "Not possible just now.";
}

function freeChoice(plan: Plan, standing: Standing, entitlement: Entitlement, from: Catalogue): Choice {
  const { subscription } = standing;
  const isFree = entitlement.plan === "free" && !canCancel(standing);
  const end = subscription && formatDate(subscription.cancelAt ?? subscription.periodEnd);
  return {
    plan,
    interval: "monthly",
    ...money(plan, "monthly", from),
    credits:
      standing.accountKind === "team" ? "Credits you buy. The monthly ones are a person's." : creditsOf(plan, from),
    when: isFree
      ? "What you have now."
      : subscription?.cancelAt
        ? `Begins on ${end}, when your plan ends.`
        : `Begins on ${end}, if you cancel your plan.`,
    step: isFree ? "current" : canCancel(standing) ? "cancel" : "none",
    isOtherInterval: false,
  };
}

/**
 * The plans side by side at one interval, each with what happens when it is chosen. Plans that have no price at that
 * interval stand at the one they have. Pure.
 * @param offered what the rules offer this account
 */
export function choicesFor(
  offered: readonly OfferedChange[],
  interval: Interval,
  standing: Standing,
  entitlement: Entitlement,
  from: Catalogue = ours,
): Choice[] {
  const { scheduled, plan: current, interval: paid } = standing.subscription ?? {};
  const isOpen = entitlement.canChangePlan === "yes";
  return from.plans
    .filter((plan) => plan.availability !== "coming")
    .map((plan): Choice => {
      if (plan.key === "free") return freeChoice(plan, standing, entitlement, from);
      const at = basePrice(plan, interval) ? interval : "monthly";
      const offer = offered.find((it) => it.plan.key === plan.key && (it.kind === "talk_to_us" || it.interval === at));
      const isOtherInterval = isRunning(standing) && plan.key === current && at !== paid;
      const facts = { plan, interval: at, isOtherInterval, ...money(plan, at, from), credits: creditsOf(plan, from) };
      if (scheduled?.plan === plan.key && scheduled.interval === at)
        return { ...facts, when: `You change to it on ${formatDate(scheduled.at)}.`, step: "none" };
      if (!offer) return { ...facts, when: "Not sold at present.", step: "none" };
      const step = stepOf[offer.kind];
      if (!isOpen && (step === "preview" || step === "checkout"))
        return { ...facts, when: firstOf(entitlement), step: "none" };
      return { ...facts, when: whenOf(offer, standing), step };
    });
}
