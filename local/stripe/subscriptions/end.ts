import type { Context } from "../core/resource.ts";
import { attemptInvoice, paymentMethodFor, stopCollecting } from "../invoices/collect.ts";
import { finalizeInvoice } from "../invoices/finalize.ts";
import { pendingItems } from "../invoices/pending-items.ts";
import { type Bill, billSubscription, type ItemCharge } from "./billing.ts";
import { creditFor, type Proration } from "./credits.ts";
import { isMetered, type Subscription } from "./items.ts";
import { dropPendingUpdate } from "./pending-update.ts";
import { keepProrations } from "./prorations.ts";
import { scheduleTurn } from "./schedule.ts";

interface End {
  reason: "cancellation_requested" | "payment_failed" | "payment_disputed" | null;
  comment?: string | null;
  feedback?: string | null;
}

/** Ends a subscription for good (`customer.subscription.deleted`); Stripe stops collecting from its customer. */
export function endSubscription(subscription: Subscription, end: End, context: Context): void {
  dropPendingUpdate(subscription, context);
  stopCollecting(subscription.customer, context);
  const now = context.now();
  const ended = context.save<Subscription>({
    ...context.find("subscription", subscription.id),
    status: "canceled",
    cancel_at: subscription.cancel_at,
    canceled_at: subscription.canceled_at ?? now,
    cancellation_details: {
      comment: end.comment ?? subscription.cancellation_details?.comment ?? null,
      feedback: end.feedback ?? subscription.cancellation_details?.feedback ?? null,
      feedback_option: null,
      reason: end.reason ?? subscription.cancellation_details?.reason ?? null,
    },
    ended_at: now,
    pending_update: null,
  });
  scheduleTurn(ended, context);
  context.emit("customer.subscription.deleted", ended);
}

/**
 * The last invoice of a subscription that was ended at once: metered use up to now and, when asked, a credit for the
 * time not used. It is finalized and collected right away.
 * @param subscription as it was before its end.
 */
export function billAfterEnd(subscription: Subscription, { prorate }: { prorate: boolean }, context: Context): void {
  const bill = lastBill(subscription, { prorate }, context);
  if (!bill) return;
  const ended = context.find("subscription", subscription.id);
  const { invoice } = billSubscription(ended, bill, context);
  const open = finalizeInvoice(invoice, context);
  if (open.status !== "open" || open.collection_method !== "charge_automatically") return;
  if (paymentMethodFor(open, context)) attemptInvoice(open, { by: "automatic" }, context);
}

/** What the last invoice of a subscription that ends now says; null when there is nothing to say. */
export function lastBill(subscription: Subscription, { prorate }: { prorate: boolean }, context: Context): Bill | null {
  const now = context.now();
  const items = subscription.items.data;
  const charges = items
    .filter((item) => isMetered(item.price))
    .map((item): ItemCharge => ({ item, period: { start: item.current_period_start, end: now } }));
  const credits = prorate ? unusedTime(subscription, context).map(({ line }) => line) : [];
  const waiting = pendingItems(subscription.customer, subscription.currency, subscription.id, context);
  if (charges.length === 0 && credits.length === 0 && waiting.length === 0) return null;
  const period = { start: Math.min(...items.map((item) => item.current_period_start)), end: now };
  return { reason: "manual", period, charges, extraLines: credits };
}

/** Credits for what is left of each item's period that was paid in advance. */
function unusedTime(subscription: Subscription, context: Context): Proration[] {
  if (subscription.status === "trialing") return [];
  return subscription.items.data.flatMap((item) => {
    const credit = creditFor(subscription, item, context.now(), context);
    return credit ? [credit] : [];
  });
}

/** Keeps the credit for unused time for the customer's next invoice. */
export function creditAfterEnd(subscription: Subscription, context: Context): void {
  keepProrations(subscription, unusedTime(subscription, context), context);
}
