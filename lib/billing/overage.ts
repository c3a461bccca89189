import type { Catalogue, Plan } from "./catalogue";
import { overageWithinLimit } from "./enterprise";
import { planVersion } from "./offers";
import type { Standing, StandingSubscription } from "./standing";
import { type Credits, credits } from "./units";

/**
 * What decides how much overage there may be: `not_sold` with this plan, `off` by the owner's choice, the `owner`'s
 * number, the `plan`'s maximum, `trust` until the first paid invoice, `grace` while a payment has failed, the `terms` of
 * an enterprise contract, or `blocked` by the state of the account.
 */
export type OverageLimit = "not_sold" | "off" | "owner" | "plan" | "trust" | "grace" | "terms" | "blocked";

/** Overage an account may have, as a part of its entitlement. */
export interface OverageAllowed {
  /** What the running period may have in all: the smaller of what the plan permits and what the owner chose. */
  readonly overagePermitted: Credits;
  /** What the plan permits in its present state, before the owner's choice. */
  readonly overageMost: Credits;
  /** Which limit decides `overagePermitted`. */
  readonly overageLimitedBy: OverageLimit;
}

/** The owner's choice that means "whatever the plan permits". */
export const WHOLE_PLAN: Credits = credits(Number.MAX_SAFE_INTEGER);

/** No overage at all, and why. */
export const noOverage = (by: "not_sold" | "grace" | "blocked"): OverageAllowed => ({
  overagePermitted: credits(0),
  overageMost: credits(0),
  overageLimitedBy: by,
});

/** No overage in the present state of an account whose plan may sell some. */
export const overageWithheld = ({ policy }: Catalogue): OverageAllowed =>
  noOverage(policy.overage === "off" ? "not_sold" : "blocked");

/**
 * The cap that holds while nobody has chosen: none on a plan with an allowance, the plan's maximum on one that lives from
 * overage, since whoever took it has asked for that.
 */
export const defaultCap = (plan: Pick<Plan, "monthlyAllowance">): Credits =>
  plan.monthlyAllowance > 0 ? credits(0) : WHOLE_PLAN;

/**
 * The plan whose price overage has in the running period. An upgrade changes the base price at once and that of overage
 * when it renews, so for so long it is not the plan one is on.
 * @param plan the plan one is on
 */
export function ratedPlan(subscription: StandingSubscription | null, plan: Plan, from?: Catalogue): Plan {
  const rated = subscription?.overagePlan;
  return (rated && planVersion(rated.plan, rated.version, from)) || plan;
}

/** The plan whose price overage has from the next period on: the one a planned change brings, else the one one is on. */
export function nextRatedPlan(subscription: StandingSubscription | null, plan: Plan, from?: Catalogue): Plan {
  const { scheduled, interval } = subscription ?? {};
  if (!scheduled || interval === "yearly") return plan;
  return planVersion(scheduled.plan, scheduled.version, from) ?? plan;
}

function limited(most: number, by: OverageLimit, choice: Credits): OverageAllowed {
  const overageMost = credits(Math.max(0, most));
  const limitedBy = choice === 0 ? "off" : choice < overageMost ? "owner" : by;
  return {
    overagePermitted: credits(Math.min(choice, overageMost)),
    overageMost,
    overageLimitedBy: limitedBy,
  };
}

/**
 * Overage in good standing: up to the plan's maximum, and no more than the trust cap in all until an invoice with an
 * amount was paid, so that neither a stolen card nor a code for 100 % off runs up a debt nobody pays.
 */
export function normalOverage(
  standing: Standing,
  { meteredItem, everPaid }: StandingSubscription,
  plan: Plan,
  { policy }: Catalogue,
): OverageAllowed {
  if (policy.overage === "off" || !plan.overage) return noOverage("not_sold");
  if (!meteredItem) return noOverage("blocked");
  const choice = standing.overageCap ?? defaultCap(plan);
  const most = plan.overage.mostCreditsPerPeriod;
  const trusted = Math.max(0, policy.trustCapCredits - standing.unpaidOverage);
  return everPaid || trusted >= most ? limited(most, "plan", choice) : limited(trusted, "trust", choice);
}

/**
 * Overage while a payment has failed: in the first stage what would be permitted anyway, but at most what the last paid
 * invoice had; later none.
 */
export function graceOverage(standing: Standing, normal: OverageAllowed, plan: Plan): OverageAllowed {
  if (normal.overageMost === 0) return normal;
  if (standing.dunning !== null && standing.dunning.stage !== "retrying") return noOverage("grace");
  const choice = standing.overageCap ?? defaultCap(plan);
  return limited(Math.min(normal.overageMost, standing.lastPaidOverage), "grace", choice);
}

/** Overage on agreed terms: what still fits under the credit limit, unless the owner chose less; none once warned. */
export function termsOverage(standing: Standing, { policy }: Catalogue): OverageAllowed {
  if (policy.overage === "off" || !standing.terms) return noOverage("not_sold");
  if (standing.dunning?.stage === "warned") return noOverage("grace");
  return limited(overageWithinLimit(standing.terms), "terms", standing.overageCap ?? WHOLE_PLAN);
}
