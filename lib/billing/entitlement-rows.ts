import type { Catalogue, Plan } from "./catalogue";
import type { Entitlement } from "./entitlement";
import { planVersion } from "./offers";
import { graceOverage, noOverage, normalOverage, overageWithheld, termsOverage } from "./overage";
import type { KnownStatus, Standing, StandingSubscription } from "./standing";

const STALE_MS = 72 * 3_600_000;
const REFUSAL_SHOWN_MS = 14 * 86_400_000;

/** Row 19, what everybody has who has nothing else. */
export const free: Entitlement = {
  plan: "free",
  allowance: "free",
  prepaid: "use",
  ...noOverage("not_sold"),
  autoTopUp: true,
  canBuy: true,
  canChangePlan: "yes",
  access: "full",
  canSpend: true,
  notice: null,
  alert: null,
  refetch: false,
};

/** Everything of the plan but overage, until a row says more. */
const withPlan = (subscription: StandingSubscription, all: Catalogue): Entitlement => ({
  ...free,
  ...overageWithheld(all),
  plan: subscription.plan ?? subscription.lastKnownPlan ?? "free",
});

/** Row 1: an admin's hold, or an open dispute for fraud. */
export const held = ({ terms, subscription }: Standing): Entitlement => ({
  ...free,
  plan: terms ? "enterprise" : (subscription?.plan ?? "free"),
  allowance: "none",
  prepaid: "frozen",
  autoTopUp: false,
  canBuy: false,
  canChangePlan: "no",
  access: "read_only",
  notice: { code: "on_hold" },
});

/** Row 2: unpaid for so long that everything is stopped. */
export const suspended = ({ subscription }: Standing): Entitlement => ({
  ...free,
  allowance: "none",
  prepaid: "frozen",
  autoTopUp: false,
  canBuy: false,
  canChangePlan: "pay_first",
  access: "read_only",
  notice: { code: "suspended", url: subscription?.payUrl ?? undefined },
});

/** Row 3: unpaid for so long that the plan is withdrawn. */
export const downgraded = ({ subscription }: Standing): Entitlement => ({
  ...free,
  autoTopUp: false,
  canChangePlan: "pay_first",
  notice: { code: "downgraded", url: subscription?.payUrl ?? undefined },
});

/** Ended at once by its owner: Free from now on, while what was used is billed. */
export const ending = (at: Date): Entitlement => ({ ...free, canChangePlan: "no", notice: { code: "ending", at } });

/** Row 4: agreed terms, or null if there are none in force. */
export function onTerms(standing: Standing, all: Catalogue): Entitlement | null {
  const status = standing.subscription?.status;
  if (!standing.terms || (status !== "active" && status !== "past_due")) return null;
  return {
    ...free,
    plan: "enterprise",
    allowance: "full",
    ...termsOverage(standing, all),
    autoTopUp: standing.terms.autoTopUp,
    canChangePlan: "admin",
    notice: standing.dunning
      ? { code: "pay_now", at: standing.dunning.openedAt, url: standing.subscription?.payUrl ?? undefined }
      : null,
  };
}

function trialing(subscription: StandingSubscription, trialEnd: Date, all: Catalogue): Entitlement {
  const trial: Entitlement = { ...withPlan(subscription, all), allowance: "trial" };
  if (subscription.cancelAt)
    return { ...trial, canChangePlan: "resume", notice: { code: "ends_on", at: subscription.cancelAt } };
  return { ...trial, notice: { code: "trial_ends", at: trialEnd, hasCard: subscription.trialHasCard } };
}

function pastDue(
  standing: Standing,
  subscription: StandingSubscription,
  plan: Plan | null,
  all: Catalogue,
): Entitlement {
  const overage = plan && graceOverage(standing, normalOverage(standing, subscription, plan, all), plan);
  return {
    ...withPlan(subscription, all),
    allowance: "bridge",
    ...(overage ?? {}),
    autoTopUp: false,
    canChangePlan: "no",
    notice: { code: "pay_now", url: subscription.payUrl ?? undefined },
  };
}

/** What an active plan is about to become, the most pressing first. */
function coming({ cancelAt, pending, scheduled }: StandingSubscription): Partial<Entitlement> {
  if (cancelAt) return { canChangePlan: "resume", notice: { code: "ends_on", at: cancelAt } };
  if (pending)
    return {
      canChangePlan: "finish_payment",
      notice: {
        code: "change_pending",
        at: pending.until,
        plan: pending.plan ?? undefined,
        url: pending.payUrl ?? undefined,
      },
    };
  if (scheduled) return { notice: { code: "change_scheduled", at: scheduled.at, plan: scheduled.plan } };
  return {};
}

function active(
  standing: Standing,
  subscription: StandingSubscription,
  plan: Plan | null,
  now: Date,
  all: Catalogue,
): Entitlement {
  const entitled = withPlan(subscription, all);
  if (standing.dunning) return pastDue(standing, subscription, plan, all);
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
  return {
    ...entitled,
    allowance: "full",
    ...normalOverage(standing, subscription, plan, all),
    ...coming(subscription),
  };
}

function canceled(standing: Standing, subscription: StandingSubscription, now: Date, all: Catalogue): Entitlement {
  const { paidThrough } = subscription;
  if (paidThrough && now < paidThrough)
    return { ...withPlan(subscription, all), allowance: "rest", notice: { code: "paid_until", at: paidThrough } };
  const refused = standing.trialRefusedAt;
  return refused && subscription.trialEnd && now.getTime() - refused.getTime() < REFUSAL_SHOWN_MS
    ? { ...free, notice: { code: "trial_refused", at: refused } }
    : free;
}

/** Rows 5 to 19: what follows from a subscription in a status that we know. */
export function bySubscription(
  standing: Standing,
  subscription: StandingSubscription,
  status: KnownStatus,
  now: Date,
  all: Catalogue,
): Entitlement {
  const { plan: key, planVersion: version, trialEnd, cancelAt } = subscription;
  const plan = key && version !== null ? planVersion(key, version, all) : null;
  const entitled = withPlan(subscription, all);
  if (status === "trialing" && trialEnd && now < trialEnd) return trialing(subscription, trialEnd, all);
  if (status === "trialing") return { ...entitled, allowance: "bridge", canChangePlan: "no", refetch: true };
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
  if (live && cancelAt && cancelAt <= now) return free;
  switch (status) {
    case "active":
      return active(standing, subscription, plan, now, all);
    case "past_due":
      return pastDue(standing, subscription, plan, all);
    case "canceled":
      return canceled(standing, subscription, now, all);
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

/** Row 20: a status that Stripe has and we do not know keeps the last one we knew, for 72 hours. */
export function unknownStatus(
  standing: Standing,
  subscription: StandingSubscription,
  now: Date,
  all: Catalogue,
): Entitlement {
  const { lastKnownStatus, unknownSince } = subscription;
  const fresh = unknownSince !== null && now.getTime() - unknownSince.getTime() <= STALE_MS;
  if (!lastKnownStatus || !fresh) return { ...free, autoTopUp: false, canChangePlan: "no", alert: "unknown_status" };
  return {
    ...bySubscription(standing, subscription, lastKnownStatus, now, all),
    allowance: "existing",
    ...overageWithheld(all),
    autoTopUp: false,
    canChangePlan: "no",
    alert: "unknown_status",
  };
}
