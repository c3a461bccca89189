import Stripe from "stripe";
import { formatDate } from "@/lib/billing/format";
import type { AccountId } from "@/lib/billing/units";
import { fromSeconds, idOf, stripe } from "@/lib/stripe/client";
import { dropPending } from "./change";
import { changeContract, type VerbAnswer } from "./held";
import { foreignSchedule, releaseSchedule } from "./schedule";
import { type ReadSubscription, readSubscription } from "./snapshot";

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

const NO_CARD = {
  ok: false,
  code: "card_first",
  message: "There is no card to charge. Add a card first, then resume the plan.",
} as const;

/** Whether Stripe has something to charge: the subscription's own card, or the customer's. */
async function hasCard({ raw }: ReadSubscription): Promise<boolean> {
  if (raw.default_payment_method) return true;
  const customer = await stripe().customers.retrieve(idOf(raw.customer) ?? "");
  return !customer.deleted && customer.invoice_settings.default_payment_method !== null;
}

/** The invoice of an earlier try to take the plan up that is still unpaid: where it can be paid. */
async function unpaidUrl(subscription: string): Promise<string | null> {
  const { latest_invoice: latest } = await stripe().subscriptions.retrieve(subscription, {
    expand: ["latest_invoice"],
  });
  return latest && typeof latest === "object" && latest.status === "open" ? (latest.hosted_invoice_url ?? null) : null;
}

function notPaid(reason: string, url: string | null): VerbAnswer {
  const message = `${reason} The plan stays paused, and goes on as soon as its invoice is paid.`;
  return { ok: false, code: "payment_failed", message, ...(url ? { url } : {}) };
}

/** Takes up a plan that paused when its trial ended without a card: a new period begins, once it is paid. */
async function takeUp(subscription: ReadSubscription): Promise<VerbAnswer> {
  const { id } = subscription.raw;
  const unpaid = await unpaidUrl(id);
  if (unpaid) return notPaid("The payment is not finished.", unpaid);
  if (!(await hasCard(subscription))) return NO_CARD;
  try {
    const resumed = await stripe().subscriptions.resume(id, { payment_behavior: "resume_on_payment_success" });
    if (resumed.status === "paused") return notPaid("The payment did not go through.", await unpaidUrl(id));
    const { periodEnd: at } = await readSubscription(resumed, []);
    return { ok: true, code: "restarted", at };
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeCardError)) throw error;
    return notPaid(error.message, await unpaidUrl(id));
  }
}

/**
 * Takes a cancellation back, whether it was made here or at Stripe: the plan renews as before. One that paused when its
 * trial ended goes on once there is a card, and is charged for a new period at once.
 * @returns `at`: when it renews; `restarted` when a new period was paid for
 */
export async function resumePlan({ account }: { account: AccountId }): Promise<VerbAnswer> {
  return changeContract(account, async ({ subscription, standing }): Promise<VerbAnswer> => {
    if (standing.subscription?.endingRequestedAt) return isEnding;
    const renews = { ok: true, code: "resumed", at: subscription.periodEnd } as const;
    const isPaused = subscription.status === "paused";
    if (!subscription.cancelAt) return isPaused ? takeUp(subscription) : renews;
    const foreign = foreignSchedule(subscription);
    if (foreign) return { ...foreign, message: `${foreign.message} It ends on ${formatDate(subscription.cancelAt)}.` };
    await stripe().subscriptions.update(subscription.raw.id, { cancel_at: "", cancel_at_period_end: false });
    return isPaused ? takeUp(subscription) : renews;
  });
}
