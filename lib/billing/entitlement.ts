import type { Catalogue, Plan, PlanKey } from "./catalogue";
import { overageWithinLimit } from "./enterprise";
import { planOf, planVersion } from "./offers";
import { catalogue as ours } from "./plans";
import type { KnownStatus, Standing, StandingSubscription } from "./standing";
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
    | "paid_until";
  /** The date the notice speaks of. */
  readonly at?: Date;
  /** Where the one button leads that mends it. */
  readonly url?: string;
}

export type Alert = "unknown_plan" | "stale_mirror" | "unknown_status" | "collection_paused" | "second_subscription";

/** What an account may do now. Derived every time, never stored. */
export interface Entitlement {
  readonly plan: PlanKey;
  readonly allowance: AllowanceKind;
  readonly prepaid: "use" | "frozen";
  readonly overagePermitted: Credits;
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

const STALE_MS = 72 * 3_600_000;
const NONE = credits(0);

const free: Entitlement = {
  plan: "free",
  allowance: "free",
  prepaid: "use",
  overagePermitted: NONE,
  autoTopUp: true,
  canBuy: true,
  canChangePlan: "yes",
  access: "full",
  canSpend: true,
  notice: null,
  alert: null,
  refetch: false,
};

/** Overage an account in good standing may run up: a new pay-as-you-go customer is trusted little until one invoice is paid. */
function normalOverage(plan: Plan, subscription: StandingSubscription, { policy }: Catalogue): Credits {
  if (policy.overage === "off" || !plan.overage || !subscription.meteredItem) return NONE;
  const most = plan.overage.mostCreditsPerPeriod;
  return credits(plan.key === "payg" && !subscription.everPaid ? Math.min(policy.trustCapCredits, most) : most);
}

function pastDue(standing: Standing, entitled: Entitlement, cap: Credits): Entitlement {
  const retrying = standing.dunning === null || standing.dunning.stage === "retrying";
  return {
    ...entitled,
    allowance: "bridge",
    autoTopUp: false,
    canChangePlan: "no",
    overagePermitted: retrying ? credits(Math.min(cap, standing.lastPaidOverage)) : NONE,
    notice: { code: "pay_now", url: standing.subscription?.payUrl ?? undefined },
  };
}

function active(subscription: StandingSubscription, plan: Plan | null, now: Date, all: Catalogue): Entitlement {
  const entitled: Entitlement = { ...free, plan: subscription.plan ?? subscription.lastKnownPlan ?? "free" };
  if (!plan) return { ...entitled, allowance: "existing", canChangePlan: "no", alert: "unknown_plan" };
  if (subscription.periodEnd.getTime() + STALE_MS < now.getTime())
    return {
      ...entitled,
      allowance: "bridge",
      autoTopUp: false,
      canChangePlan: "no",
      alert: "stale_mirror",
      refetch: true,
    };
  const full: Entitlement = {
    ...entitled,
    allowance: "full",
    overagePermitted: normalOverage(plan, subscription, all),
  };
  if (subscription.cancelAt)
    return { ...full, canChangePlan: "resume", notice: { code: "ends_on", at: subscription.cancelAt } };
  return full;
}

function bySubscription(
  standing: Standing,
  subscription: StandingSubscription,
  status: KnownStatus,
  now: Date,
  all: Catalogue,
): Entitlement {
  const plan =
    subscription.plan && subscription.planVersion !== null
      ? planVersion(subscription.plan, subscription.planVersion, all)
      : null;
  const entitled: Entitlement = { ...free, plan: subscription.plan ?? subscription.lastKnownPlan ?? "free" };
  const trialing = status === "trialing";
  if (trialing && subscription.trialEnd && now < subscription.trialEnd)
    return { ...entitled, allowance: "trial", notice: { code: "trial_ends", at: subscription.trialEnd } };
  if (trialing) return { ...entitled, allowance: "bridge", canChangePlan: "no", refetch: true };
  if (status === "paused") return { ...free, autoTopUp: false, canChangePlan: "resume", notice: { code: "paused" } };
  const live = status === "active" || status === "past_due";
  if (subscription.collectionPaused && live)
    return {
      ...entitled,
      allowance: "existing",
      autoTopUp: false,
      canChangePlan: "no",
      notice: { code: "collection_paused" },
      alert: "collection_paused",
    };
  if (live && subscription.cancelAt && subscription.cancelAt <= now) return free;
  switch (status) {
    case "active":
      return active(subscription, plan, now, all);
    case "past_due":
      return pastDue(standing, entitled, plan ? normalOverage(plan, subscription, all) : NONE);
    case "canceled":
      return subscription.paidThrough && now < subscription.paidThrough
        ? { ...entitled, allowance: "rest", notice: { code: "paid_until", at: subscription.paidThrough } }
        : free;
    case "incomplete":
      return {
        ...free,
        canChangePlan: "finish_payment",
        notice: { code: "finish_payment", url: subscription.payUrl ?? undefined },
      };
    case "unpaid":
      return downgraded(standing);
    case "incomplete_expired":
      return free;
  }
}

function downgraded(standing: Standing): Entitlement {
  return {
    ...free,
    autoTopUp: false,
    canChangePlan: "pay_first",
    notice: { code: "downgraded", url: standing.subscription?.payUrl ?? undefined },
  };
}

function onTerms(standing: Standing, { policy }: Catalogue): Entitlement | null {
  const status = standing.subscription?.status;
  if (!standing.terms || (status !== "active" && status !== "past_due")) return null;
  const warned = standing.dunning?.stage === "warned";
  return {
    ...free,
    plan: "enterprise",
    allowance: "full",
    overagePermitted: warned || policy.overage === "off" ? NONE : credits(overageWithinLimit(standing.terms)),
    autoTopUp: standing.terms.autoTopUp,
    canChangePlan: "admin",
    notice: standing.dunning ? { code: "pay_now", url: standing.subscription?.payUrl ?? undefined } : null,
  };
}

function unknownStatus(standing: Standing, subscription: StandingSubscription, now: Date, all: Catalogue): Entitlement {
  const { lastKnownStatus, unknownSince } = subscription;
  const fresh = unknownSince !== null && now.getTime() - unknownSince.getTime() <= STALE_MS;
  if (!lastKnownStatus || !fresh) return { ...free, autoTopUp: false, canChangePlan: "no", alert: "unknown_status" };
  return {
    ...bySubscription(standing, subscription, lastKnownStatus, now, all),
    allowance: "existing",
    overagePermitted: NONE,
    autoTopUp: false,
    canChangePlan: "no",
    alert: "unknown_status",
  };
}

function byFirstRow(standing: Standing, now: Date, all: Catalogue): Entitlement {
  const { subscription, dunning } = standing;
  if (standing.hold)
    return {
      ...free,
      plan: standing.terms ? "enterprise" : (subscription?.plan ?? "free"),
      allowance: "none",
      prepaid: "frozen",
      autoTopUp: false,
      canBuy: false,
      canChangePlan: "no",
      access: "read_only",
      notice: { code: "on_hold" },
    };
  if (dunning?.stage === "suspended")
    return {
      ...free,
      allowance: "none",
      prepaid: "frozen",
      autoTopUp: false,
      canBuy: false,
      canChangePlan: "pay_first",
      access: "read_only",
      notice: { code: "suspended", url: subscription?.payUrl ?? undefined },
    };
  if (dunning?.stage === "downgraded" || (subscription?.status === "unpaid" && !dunning)) return downgraded(standing);
  const enterprise = onTerms(standing, all);
  if (enterprise) return enterprise;
  if (!subscription) return free;
  if (subscription.status === "unknown") return unknownStatus(standing, subscription, now, all);
  return bySubscription(standing, subscription, subscription.status, now, all);
}

/**
 * What an account may do now, by the entitlement table of the money specification: the first row that matches
 * wins, then the modifiers (debt, open dispute, further subscriptions; no free credits for teams). Pure: the same standing and time, the same answer.
 * @param standing subscription, dunning case, terms and balance, from the view account_standing
 */
export function entitlementFor(standing: Standing, now: Date, catalogue: Catalogue = ours): Entitlement {
  const row = byFirstRow(standing, now, catalogue);
  const disputed = standing.openDispute ? { overagePermitted: NONE, autoTopUp: false } : {};
  return {
    ...row,
    ...disputed,
    allowance: row.allowance === "free" && standing.accountKind === "team" ? "none" : row.allowance,
    canSpend: row.access === "full" && standing.debt === 0,
    alert: row.alert ?? (standing.otherLiveSubscriptions > 0 ? "second_subscription" : null),
  };
}

/** The allowance that comes with an entitlement each month, in credits. */
export function allowanceOf(entitlement: Entitlement, standing: Standing, catalogue: Catalogue = ours): Credits {
  if (entitlement.allowance === "none") return NONE;
  if (entitlement.plan === "enterprise") return standing.terms?.monthlyAllowance ?? NONE;
  const sold = standing.subscription?.planVersion;
  const plan = (sold && planVersion(entitlement.plan, sold, catalogue)) || planOf(entitlement.plan, catalogue);
  return credits(plan.monthlyAllowance);
}
