import type { StripeObject } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { voidInvoice } from "../invoices/close.ts";
import type { Invoice } from "../invoices/draft.ts";
import { intentOf } from "../invoices/payment.ts";
import { endSubscription } from "./end.ts";
import type { Subscription } from "./items.ts";
import { applyWhenPaid, forgetUpdate, isAwaited } from "./pending-update.ts";
import { goOn } from "./resume.ts";
import { scheduleTurn } from "./schedule.ts";

/** A paid invoice brings its subscription to life or back to good standing. */
export function onInvoicePaid(object: StripeObject, context: Context): void {
  const { invoice, subscription } = parties(object, context);
  if (!subscription) return;
  const saved = keepPaymentMethod(subscription, invoice, context);
  if (applyWhenPaid(saved, invoice, context)) return;
  if (saved.status === "incomplete" && saved.latest_invoice === invoice.id) {
    activate(saved, context);
    return;
  }
  if (saved.status === "paused" && saved.latest_invoice === invoice.id) {
    scheduleTurn(goOn(saved, context), context);
    return;
  }
  restore(saved, invoice, context);
}

/** A voided or written-off invoice no longer holds its subscription back; a first one ends it. */
export function onInvoiceDropped(object: StripeObject, context: Context): void {
  const { invoice, subscription } = parties(object, context);
  if (!subscription) return;
  if (isAwaited(invoice, context)) {
    forgetUpdate(subscription, context);
    return;
  }
  if (subscription.status === "incomplete") {
    expire(subscription, context);
    return;
  }
  restore(subscription, invoice, context);
}

/** A failed renewal makes the subscription past due. */
export function onPaymentFailed(object: StripeObject, context: Context): void {
  const { invoice, subscription } = parties(object, context);
  if (!subscription || !["active", "trialing"].includes(subscription.status) || isAwaited(invoice, context)) return;
  context.update("customer.subscription.updated", { ...subscription, status: "past_due" });
}

/** When the last automatic attempt has failed, the account's setting decides what becomes of the subscription. */
export function onRetriesOver(object: StripeObject, context: Context): void {
  const { invoice, subscription } = parties(object, context);
  const attempts = context.settings.retryDays.length;
  const over = invoice.status === "open" && invoice.next_payment_attempt === null && invoice.attempt_count > attempts;
  if (!subscription || !over || !["active", "past_due"].includes(subscription.status)) return;
  if (invoice.billing_reason === "subscription_create" || isAwaited(invoice, context)) return;
  const fate = context.settings.endOfRetries;
  if (fate === "canceled") {
    endSubscription(subscription, { reason: "payment_failed" }, context);
    return;
  }
  if (subscription.status !== fate) context.update("customer.subscription.updated", { ...subscription, status: fate });
}

/** Ends a subscription whose first payment was never made. */
export function expireIncomplete(subscription: Subscription, context: Context): void {
  if (subscription.status !== "incomplete") return;
  const invoice = subscription.latest_invoice ? context.find("invoice", subscription.latest_invoice) : null;
  if (invoice?.status === "open") voidInvoice(invoice, context);
  else expire(subscription, context);
}

function expire(subscription: Subscription, context: Context): void {
  const expired = context.update("customer.subscription.updated", {
    ...subscription,
    status: "incomplete_expired",
    ended_at: context.now(),
  });
  scheduleTurn(expired, context);
}

function activate(subscription: Subscription, context: Context): void {
  scheduleTurn(context.update("customer.subscription.updated", { ...subscription, status: "active" }), context);
}

function restore(subscription: Subscription, invoice: Invoice, context: Context): void {
  if (subscription.status !== "past_due" && subscription.status !== "unpaid") return;
  const latest = subscription.latest_invoice && subscription.latest_invoice !== invoice.id;
  if (latest) {
    const last = context.find("invoice", subscription.latest_invoice ?? "");
    if (last.status === "open" && last.attempted && !isAwaited(last, context)) return;
  }
  activate(subscription, context);
}

function keepPaymentMethod(subscription: Subscription, invoice: Invoice, context: Context): Subscription {
  if (subscription.payment_settings?.save_default_payment_method !== "on_subscription") return subscription;
  const intent = intentOf(invoice, context);
  const method = intent && context.find("payment_intent", intent).payment_method;
  if (!method || subscription.default_payment_method === method) return subscription;
  return context.save({ ...subscription, default_payment_method: method });
}

function parties(object: StripeObject, context: Context): { invoice: Invoice; subscription: Subscription | undefined } {
  const invoice = object as unknown as Invoice;
  const id = invoice.parent?.subscription_details?.subscription;
  return { invoice, subscription: id ? context.store.objects("subscription").get(id) : undefined };
}
