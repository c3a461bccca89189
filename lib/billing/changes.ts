import { type Period, upgradeDelta, yearlyMonths } from "./allowance";
import type { Catalogue, Interval, Plan, PlanKey } from "./catalogue";
import type { Entitlement } from "./entitlement";
import { basePrice, inOurCurrency, planVersion } from "./offers";
import { catalogue as ours } from "./plans";
import type { Standing, SubscriptionStatus } from "./standing";
import { type Credits, credits } from "./units";

/** Another plan, or another interval of the same one. */
export interface PlanChange {
  readonly plan: PlanKey;
  readonly interval: Interval;
}

/** What an account has now, in the version it bought. */
export interface HeldPlan {
  readonly plan: Plan;
  readonly interval: Interval;
}

/**
 * `now`: an upgrade, paid and in force at once. `at_period_end`: takes effect when the period that is paid is over.
 * `current`: what the account has. `checkout`: to be bought. `talk_to_us`: sold by a person.
 */
export interface OfferedChange {
  readonly plan: Plan;
  readonly interval: Interval;
  readonly kind: "now" | "at_period_end" | "current" | "checkout" | "talk_to_us";
}

const CHANGEABLE: readonly SubscriptionStatus[] = ["trialing", "active", "past_due", "unpaid", "paused", "unknown"];

const monthlyCents = (plan: Plan, catalogue: Catalogue) => {
  const price = basePrice(plan, "monthly");
  return price ? inOurCurrency(price, catalogue).cents : 0;
};

/**
 * When a change takes effect. A dearer plan at the same interval begins now; a cheaper one, and every change of the
 * interval, begins when the base item's period is over, since in its middle an anchor would move and money go back.
 */
export function kindOfChange(
  from: HeldPlan,
  to: HeldPlan,
  catalogue: Catalogue = ours,
): "now" | "at_period_end" | "current" {
  if (from.interval !== to.interval) return "at_period_end";
  if (from.plan.key === to.plan.key) return "current";
  return monthlyCents(to.plan, catalogue) > monthlyCents(from.plan, catalogue) ? "now" : "at_period_end";
}

/** The plan an account has in the version it bought; null without a live subscription to a plan we know. */
export function heldPlan({ subscription }: Standing, catalogue: Catalogue = ours): HeldPlan | null {
  if (!subscription || !CHANGEABLE.includes(subscription.status)) return null;
  if (!subscription.plan || subscription.planVersion === null) return null;
  const plan = planVersion(subscription.plan, subscription.planVersion, catalogue);
  return plan && { plan, interval: subscription.interval };
}

/**
 * Every plan and interval that is sold, with what choosing it would do. To Free leads no change: that is cancelling.
 * Whether the account may change now, and why not, its entitlement says.
 */
export function offeredChanges(
  standing: Standing,
  entitlement: Pick<Entitlement, "canChangePlan">,
  catalogue: Catalogue = ours,
): OfferedChange[] {
  const held = heldPlan(standing, catalogue);
  const byPerson = entitlement.canChangePlan === "admin";
  return catalogue.plans.flatMap((plan): OfferedChange[] => {
    if (plan.availability === "talk_to_us") return [{ plan, interval: "monthly", kind: "talk_to_us" }];
    return (["monthly", "yearly"] as const).flatMap((interval): OfferedChange[] => {
      const isHeld = held?.plan.key === plan.key && held.interval === interval;
      if (!basePrice(plan, interval) || (plan.availability !== "on_sale" && !isHeld)) return [];
      if (byPerson) return [{ plan, interval, kind: "talk_to_us" }];
      if (!held) return [{ plan, interval, kind: "checkout" }];
      return [{ plan, interval, kind: kindOfChange(held, { plan, interval }, catalogue) }];
    });
  });
}

/** Credits an upgrade adds to one month of the period it was made in. */
export interface UpgradeMonth {
  /** 0 for the month of the upgrade, then counted from the period's start as the plan's own months are. */
  readonly month: number;
  readonly amount: Credits;
  /** null: at once. */
  readonly effectiveAt: Date | null;
  readonly expiresAt: Date;
}

/**
 * What an upgrade in mid-period adds: the difference of both allowances by the fraction of time left, each rounded
 * down. A yearly plan's credits come month by month, so the running month gets its fraction and each later one all.
 * @param at the proration's beginning, from which the new plan is paid
 * @param period the base item's whole period
 */
export function upgradeMonths(
  allowances: { from: number; to: number },
  interval: Interval,
  at: Date,
  period: Period,
): UpgradeMonth[] {
  const months = interval === "yearly" ? yearlyMonths(period, 0) : [{ month: 0, ...period }];
  const left = months.filter((month) => month.end > at);
  return left
    .map(({ month, start, end }, index) => {
      const rest = { start: index === 0 && at > start ? at : start, end };
      return {
        month: index === 0 ? 0 : month,
        amount: upgradeDelta(allowances.from, allowances.to, rest, { start, end }),
        effectiveAt: index === 0 ? null : start,
        expiresAt: end,
      };
    })
    .filter(({ amount }) => amount > 0);
}

/** Credits an upgrade brings at once; a yearly plan's later months come with their own beginning. */
export function upgradeCredits(
  allowances: { from: number; to: number },
  interval: Interval,
  at: Date,
  period: Period,
): Credits {
  return upgradeMonths(allowances, interval, at, period).find(({ effectiveAt }) => !effectiveAt)?.amount ?? credits(0);
}
