import type Stripe from "stripe";
import { formatDate } from "@/lib/billing/format";
import type { AccountId } from "@/lib/billing/units";
import { fromSeconds, stripe } from "@/lib/stripe/client";
import { dropPending } from "./change";
import { changeContract, type VerbAnswer } from "./held";
import { foreignSchedule, releaseSchedule } from "./schedule";

export type { VerbAnswer } from "./held";

/** Why somebody leaves, in Stripe's words for it. */
export const CANCEL_REASONS = [
  "too_expensive",
  "missing_features",
  "switched_service",
  "unused",
  "customer_service",
  "too_complex",
  "low_quality",
  "other",
] as const;
export type CancelReason = (typeof CANCEL_REASONS)[number];

export interface Cancellation {
  readonly account: AccountId;
  readonly reason?: CancelReason;
  /** What the person wrote, if anything. */
  readonly comment?: string;
}

const MOST_WORDS = 2000;

/** Reason and comment as Stripe keeps them beside a cancellation. */
export function cancellationDetails({
  reason,
  comment,
}: {
  reason?: string | null | undefined;
  comment?: string | null | undefined;
}): Stripe.SubscriptionUpdateParams.CancellationDetails {
  return {
    ...(reason ? { feedback: reason } : {}),
    ...(comment ? { comment: comment.slice(0, MOST_WORDS) } : {}),
  };
}

const isEnding = {
  ok: false,
  code: "ending",
  message: "This plan is being ended already. Its last invoice is on its way.",
} as const;

/**
 * Ends a plan when everything that is paid for is over; until then it stays whole, and can be resumed. A yearly plan
 * with monthly overage ends with its year. A change that was planned or waits for its payment is given up.
 * @returns `at`: when it ends
 */
export async function cancelPlan({ account, reason, comment }: Cancellation): Promise<VerbAnswer> {
  return changeContract(account, async ({ subscription, standing }): Promise<VerbAnswer> => {
    if (standing.subscription?.endingRequestedAt) return isEnding;
    if (subscription.cancelAt) return { ok: true, code: "canceled", at: subscription.cancelAt };
    const foreign = foreignSchedule(subscription);
    if (foreign) return foreign;
    await dropPending(subscription);
    await releaseSchedule(subscription);
    const canceled = await stripe().subscriptions.update(subscription.raw.id, {
      cancel_at: "max_period_end",
      cancellation_details: cancellationDetails({ reason, comment }),
    });
    const at = canceled.cancel_at === null ? subscription.periodEnd : fromSeconds(canceled.cancel_at);
    return { ok: true, code: "canceled", at };
  });
}

/**
 * Takes a cancellation back, whether it was made here or at Stripe. The plan renews as before.
 * @returns `at`: when it renews
 */
export async function resumePlan({ account }: { account: AccountId }): Promise<VerbAnswer> {
  return changeContract(account, async ({ subscription, standing }): Promise<VerbAnswer> => {
    if (standing.subscription?.endingRequestedAt) return isEnding;
    const renews = { ok: true, code: "resumed", at: subscription.periodEnd } as const;
    if (!subscription.cancelAt) return renews;
    const foreign = foreignSchedule(subscription);
    if (foreign) return { ...foreign, message: `${foreign.message} It ends on ${formatDate(subscription.cancelAt)}.` };
    await stripe().subscriptions.update(subscription.raw.id, { cancel_at: "", cancel_at_period_end: false });
    return renews;
  });
}
