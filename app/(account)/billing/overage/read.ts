import type { OverageFacts } from "@/components/billing/overage-card";
import { planOf, planVersion } from "@/lib/billing/offers";
import { defaultCap, nextRatedPlan, ratedPlan, WHOLE_PLAN } from "@/lib/billing/overage";
import { policy } from "@/lib/billing/plans";
import { overageCents, overageRateOf } from "@/lib/billing/upcoming";
import { canManageBilling, type Session } from "@/lib/session";
import { readAccount } from "../../account";

/**
 * What the overage card shows of the account at hand: the owner's choice, what of it is used in the running period, and
 * what that costs; null on a plan that sells none.
 * @throws Error if the database cannot answer
 */
export async function readOverage(session: Session): Promise<OverageFacts | null> {
  const { summary, standing, entitlement } = await readAccount();
  const { subscription } = standing;
  if (entitlement.overageLimitedBy === "not_sold" || entitlement.plan === "enterprise" || !subscription) return null;
  const { planVersion: version } = subscription;
  const plan = (version !== null && planVersion(entitlement.plan, version)) || planOf(entitlement.plan);
  const rated = ratedPlan(subscription, plan);
  const rate = overageRateOf(rated, policy.currency);
  if (!plan.overage || !rated.overage || !rate) return null;
  const cap = summary.overageCap ?? defaultCap(plan);
  return {
    account: session.account.id,
    permitted: canManageBilling(session),
    currency: policy.currency,
    centsPer1000: rated.overage.per1000[policy.currency],
    nextCentsPer1000: (nextRatedPlan(subscription, plan).overage ?? rated.overage).per1000[policy.currency],
    limitedBy: entitlement.overageLimitedBy,
    isTrial: entitlement.allowance === "trial",
    limit: entitlement.overagePermitted,
    most: entitlement.overageMost,
    planMost: plan.overage.mostCreditsPerPeriod,
    choice: cap === 0 ? "off" : cap >= WHOLE_PLAN ? "plan" : "number",
    chosenCredits: cap > 0 && cap < WHOLE_PLAN ? cap : null,
    used: summary.overageUsed,
    usedCents: overageCents(rate, summary.overageUsed),
    restartsAt: summary.overageEndsAt,
  };
}
