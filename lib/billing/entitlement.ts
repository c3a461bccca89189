import type { Catalogue, PlanKey } from "./catalogue";
import { bySubscription, downgraded, ending, free, held, onTerms, suspended, unknownStatus } from "./entitlement-rows";
import { planOf, planVersion } from "./offers";
import { type OverageAllowed, overageWithheld } from "./overage";
import { catalogue as ours } from "./plans";
import type { Standing, SubscriptionStatus } from "./standing";
import { type Credits, credits } from "./units";

/**
 * Which credits the period brings. `full`: bridge, and the rest once paid. `bridge`: the rest waits for the payment.
 * `free`: a person's month on the Free plan. `rest`: what is left of a period paid late. `existing`: what is there, nothing new.
 */
export type AllowanceKind = "full" | "bridge" | "free" | "trial" | "rest" | "existing" | "none";

export interface Notice {
  readonly code:
    | "on_hold"
    | "suspended"
    | "downgraded"
    | "pay_now"
    | "trial_ends"
    | "paused"
    | "collection_paused"
    | "ends_on"
    | "finish_payment"
    | "paid_until"
    | "ending"
    | "change_scheduled"
    | "change_pending"
    | "trial_refused";
  /** The date the notice speaks of. */
  readonly at?: Date;
  /** The plan it speaks of, where that is another one than the account has. */
  readonly plan?: PlanKey;
  /** Whether a trial has a card to be charged at its end. */
  readonly hasCard?: boolean;
  /** Where the one button leads that mends it. */
  readonly url?: string;
}

export type Alert = "unknown_plan" | "stale_mirror" | "unknown_status" | "collection_paused" | "second_subscription";

/** What an account may do now. Derived every time, never stored. */
export interface Entitlement extends OverageAllowed {
  readonly plan: PlanKey;
  readonly allowance: AllowanceKind;
  readonly prepaid: "use" | "frozen";
  readonly autoTopUp: boolean;
  readonly canBuy: boolean;
  readonly canChangePlan: "yes" | "resume" | "finish_payment" | "pay_first" | "admin" | "no";
  readonly access: "full" | "read_only";
  /** false while the ledger has a debt, which blocks new reservations, or while access is read-only. */
  readonly canSpend: boolean;
  readonly notice: Notice | null;
  /** What an admin should look at. */
  readonly alert: Alert | null;
  /** Stripe should be asked again, since our snapshot looks late. */
  readonly refetch: boolean;
}

const ENDABLE: readonly SubscriptionStatus[] = ["trialing", "active", "past_due", "unpaid", "paused", "unknown"];
const NONE = credits(0);

function byFirstRow(standing: Standing, now: Date, all: Catalogue): Entitlement {
  const { subscription, dunning } = standing;
  if (standing.hold) return held(standing);
  if (dunning?.stage === "suspended") return suspended(standing);
  if (dunning?.stage === "downgraded" || (subscription?.status === "unpaid" && !dunning)) return downgraded(standing);
  if (subscription?.endingRequestedAt && ENDABLE.includes(subscription.status))
    return ending(subscription.endingRequestedAt);
  const enterprise = onTerms(standing, all);
  if (enterprise) return enterprise;
  if (!subscription) return free;
  if (subscription.status === "unknown") return unknownStatus(standing, subscription, now, all);
  return bySubscription(standing, subscription, subscription.status, now, all);
}

/**
 * What an account may do now, by the entitlement table of the money specification: the first row that matches
 * wins, then the modifiers (debt, open dispute, a debt that was lost, further subscriptions; no free credits for teams). Pure: the same standing and time, the same answer.
 * @param standing subscription, dunning case, terms and balance, from the view account_standing
 */
export function entitlementFor(standing: Standing, now: Date, catalogue: Catalogue = ours): Entitlement {
  const row = byFirstRow(standing, now, catalogue);
  const disputed = standing.openDispute ? { ...overageWithheld(catalogue), autoTopUp: false } : {};
  const lost = standing.overageHeld ? overageWithheld(catalogue) : {};
  return {
    ...row,
    ...lost,
    ...disputed,
    allowance: row.allowance === "free" && standing.accountKind === "team" ? "none" : row.allowance,
    canSpend: row.access === "full" && standing.debt === 0,
    alert: row.alert ?? (standing.otherLiveSubscriptions > 0 ? "second_subscription" : null),
  };
}

/** The allowance that comes with an entitlement each month, in credits; in a trial what the trial brings. */
export function allowanceOf(entitlement: Entitlement, standing: Standing, catalogue: Catalogue = ours): Credits {
  if (entitlement.allowance === "none") return NONE;
  if (entitlement.plan === "enterprise") return standing.terms?.monthlyAllowance ?? NONE;
  const sold = standing.subscription?.planVersion;
  const plan = (sold && planVersion(entitlement.plan, sold, catalogue)) || planOf(entitlement.plan, catalogue);
  if (entitlement.allowance === "trial") return credits(plan.trial?.allowance ?? 0);
  return credits(plan.monthlyAllowance);
}
