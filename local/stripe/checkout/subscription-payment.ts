import { mergeMetadata } from "../core/metadata.ts";
import type { Context } from "../core/resource.ts";
import { attemptInvoice } from "../invoices/collect.ts";
import { intentOf } from "../invoices/payment.ts";
import { attach } from "../resources/payment-method-rules.ts";
import { declineError, finishAuthentication, type PaymentIntent } from "../resources/payments.ts";
import { startSubscription } from "../subscriptions/create.ts";
import type { Subscription } from "../subscriptions/items.ts";
import { completeSession, orderLine } from "./complete.ts";
import type { Confirmation } from "./confirmation.ts";
import { customerFor, keepTaxAddress } from "./customer.ts";
import { changeRecord, findRecord, type Session, type SessionRecord } from "./record.ts";
import { firstChargeGoesThrough } from "./renewal-card.ts";

/**
 * Starts the subscription of a session, or pays the first invoice of the one an earlier try has started: it stays
 * `incomplete` until a card goes through.
 */
export function paySubscription(
  session: Session,
  record: SessionRecord,
  paymentMethod: string | null,
  context: Context,
): Confirmation {
  const customer = customerFor(session, record, paymentMethod, context);
  if (paymentMethod) attach(context, paymentMethod, customer);
  keepTaxAddress(session, customer, paymentMethod, context);
  const restore = paymentMethod ? firstChargeGoesThrough(paymentMethod, context) : () => undefined;
  const tried = record.pendingSubscription
    ? retryFirstInvoice(record.pendingSubscription, paymentMethod, context)
    : startFromSession(session, record, customer, paymentMethod, context);
  restore();
  changeRecord(session.id, { pendingSubscription: tried.subscription }, context);
  return settleSubscription(session, tried.subscription, paymentMethod, context, tried.error);
}

/** What follows the 3D Secure page of a first payment. */
export function authenticateSubscription(session: Session, isPassed: boolean, context: Context): Confirmation {
  const id = findRecord(session.id, context).pendingSubscription ?? "";
  const waiting = firstIntent(context.find("subscription", id), context);
  const intent = finishAuthentication(context, waiting?.id ?? "", isPassed);
  return settleSubscription(session, id, intent.payment_method, context);
}

function settleSubscription(
  session: Session,
  id: string,
  paymentMethod: string | null,
  context: Context,
  error?: Error,
): Confirmation {
  const subscription = context.find("subscription", id);
  if (subscription.status !== "incomplete") {
    return { outcome: "complete", session: completeSession(session, { intent: null, paymentMethod }, context) };
  }
  const intent = firstIntent(subscription, context);
  if (intent?.status === "requires_action") return { outcome: "requires_action", amountCents: intent.amount };
  const failure = error ?? (intent ? declineError(intent) : new Error("Your card was declined."));
  return { outcome: "declined", error: failure };
}

function firstIntent(subscription: Subscription, context: Context): PaymentIntent | null {
  const intent = intentOf(context.find("invoice", subscription.latest_invoice ?? ""), context);
  return intent ? context.find("payment_intent", intent) : null;
}

function startFromSession(
  session: Session,
  record: SessionRecord,
  customer: string,
  paymentMethod: string | null,
  context: Context,
) {
  const data = record.subscriptionData;
  const days = data?.trial_period_days;
  const { subscription, error } = startSubscription(
    {
      customer,
      currency: session.currency ?? "usd",
      items: record.lines.flatMap((line) =>
        line.price?.recurring ? [{ price: line.price.id, quantity: line.quantity ?? undefined }] : [],
      ),
      firstLines: record.lines.filter((line) => !line.price?.recurring).map((line) => orderLine(line, context.now())),
      trialEnd: days ? context.now() + days * 86_400 : data?.trial_end,
      billingCycleAnchor: data?.billing_cycle_anchor,
      discounts: record.discount ? [record.discount] : [],
      fields: {
        default_payment_method: paymentMethod,
        description: data?.description ?? null,
        metadata: mergeMetadata(null, data?.metadata),
        automatic_tax: {
          disabled_reason: null,
          enabled: session.automatic_tax.enabled,
          liability: session.automatic_tax.enabled ? { type: "self" } : null,
        },
        payment_settings: {
          payment_method_options: null,
          payment_method_types: null,
          save_default_payment_method: "on_subscription",
        },
        ...(data?.trial_settings && {
          trial_settings: {
            end_behavior: {
              billing_cycle_anchor: null,
              missing_payment_method: data.trial_settings.end_behavior.missing_payment_method,
            },
          },
        }),
      },
    },
    context,
  );
  return { subscription: subscription.id, error };
}

function retryFirstInvoice(id: string, paymentMethod: string | null, context: Context) {
  const subscription = context.save({ ...context.find("subscription", id), default_payment_method: paymentMethod });
  const invoice = context.find("invoice", subscription.latest_invoice ?? "");
  if (invoice.status !== "open" || !paymentMethod) return { subscription: id, error: undefined };
  return {
    subscription: id,
    error: attemptInvoice(invoice, { by: "person", paymentMethod }, context).error,
  };
}
