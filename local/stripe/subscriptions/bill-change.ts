import { StripeError } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { attemptInvoice, paymentMethodFor } from "../invoices/collect.ts";
import { finalizeInvoice } from "../invoices/finalize.ts";
import { billSubscription } from "./billing.ts";
import type { Subscription } from "./items.ts";

/**
 * Invoices the prorations of a change at once (`always_invoice`) and collects them. A refused payment leaves the change
 * standing and the subscription past due, unless the caller wants it undone.
 * @throws 402 for a refused payment with `error_if_incomplete`; nothing is changed then.
 */
export function billChange(subscription: Subscription, paymentBehavior: string | undefined, context: Context): void {
  const now = context.now();
  const period = { start: now, end: now };
  const { invoice } = billSubscription(subscription, { reason: "subscription_update", period, charges: [] }, context);
  const open = finalizeInvoice(invoice, context);
  const waits = paymentBehavior === "default_incomplete" || open.collection_method === "send_invoice";
  if (open.status !== "open" || waits) return;
  const by = paymentMethodFor(open, context) ? "person" : "automatic";
  const { error } = attemptInvoice(open, { by }, context);
  if (error && paymentBehavior === "error_if_incomplete") throw new StripeError(402, error.body, false);
}
