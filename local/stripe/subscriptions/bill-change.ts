import { invalid, StripeError } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { attemptInvoice, paymentMethodFor } from "../invoices/collect.ts";
import type { Invoice } from "../invoices/draft.ts";
import { finalizeInvoice } from "../invoices/finalize.ts";
import { billSubscription } from "./billing.ts";
import type { PlannedChange } from "./change.ts";
import type { Subscription } from "./items.ts";
import { awaitPayment, showPendingUpdate } from "./pending-update.ts";
import { keepProrations } from "./prorations.ts";

/** How long a change may wait for its payment, in seconds. */
const pendingSeconds = 23 * 3600;

/**
 * Invoices a change at once and collects it. A refused payment leaves the change standing and the subscription past
 * due, unless the caller wants it undone.
 * @throws 402 for a refused payment with `error_if_incomplete`; nothing is changed then.
 */
export function billChange(
  subscription: Subscription,
  change: PlannedChange,
  paymentBehavior: string | undefined,
  context: Context,
): void {
  const open = finalizeInvoice(billSubscription(subscription, billOf(change, context), context).invoice, context);
  const waits = paymentBehavior === "default_incomplete" || open.collection_method === "send_invoice";
  if (open.status !== "open" || waits) return;
  const error = collect(open, context);
  if (error && paymentBehavior === "error_if_incomplete") throw new StripeError(402, error.body, false);
}

/**
 * Invoices a change and makes it only once that invoice is paid. Until then the subscription stays as it is and shows
 * the change as `pending_update`, for 23 hours or until a period or trial ends, if that is earlier.
 * @throws 400 for a subscription whose invoices are sent.
 */
export function billBeforeChange(subscription: Subscription, change: PlannedChange, context: Context): Subscription {
  if (subscription.collection_method === "send_invoice") {
    throw invalid(
      "`payment_behavior=pending_if_incomplete` can only be used with `collection_method=charge_automatically`.",
      "payment_behavior",
    );
  }
  const ends = subscription.items.data.map((item) => item.current_period_end);
  const expiresAt = Math.min(context.now() + pendingSeconds, ...ends);
  keepProrations(subscription, change.prorations, context);
  const { invoice } = billSubscription(subscription, { ...billOf(change, context), autoAdvance: false }, context);
  awaitPayment(change.subscription, invoice.id, context);
  const open = finalizeInvoice(invoice, context);
  if (open.status === "open") collect(open, context);
  return showPendingUpdate(context.find("subscription", subscription.id), expiresAt, context);
}

/** What an invoice of a change says. */
export function billOf(change: PlannedChange, context: Context) {
  const now = context.now();
  return { reason: "subscription_update" as const, period: { start: now, end: now }, charges: change.charges };
}

function collect(open: Invoice, context: Context): StripeError | undefined {
  const by = paymentMethodFor(open, context) ? "person" : "automatic";
  return attemptInvoice(open, { by }, context).error;
}
