import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { attemptInvoice } from "../invoices/collect.ts";
import { intentOf } from "../invoices/payment.ts";
import { attach } from "../resources/payment-method-rules.ts";
import { attemptPayment, createIntent, declineError, type PaymentIntent } from "../resources/payments.ts";
import { startSubscription } from "../subscriptions/create.ts";
import { completeSession, orderLine } from "./complete.ts";
import { customerFor, keepTaxAddress } from "./customer.ts";
import { changeRecord, findRecord, type Session, type SessionRecord } from "./record.ts";
import { firstChargeGoesThrough } from "./renewal-card.ts";
import { needsCard } from "./view.ts";

/** What a try to pay came to. */
export type Confirmation =
  | { outcome: "complete"; session: Session }
  | { outcome: "requires_action"; intent: PaymentIntent }
  | { outcome: "declined"; error: Error };

/**
 * Pays a session with a payment method. A session is completed once, whoever tries; requests run one at a time.
 * @param paymentMethod null when nothing is due and no card is to be kept.
 * @throws 400 when the session is not open any more, or a payment method is missing.
 */
export function confirmSession(id: string, paymentMethod: string | null, context: Context): Confirmation {
  const session = context.find("checkout.session", id);
  if (session.status !== "open") {
    throw invalid(
      `This Checkout Session is ${session.status} and can no longer be paid.`,
      undefined,
      "checkout_session_not_open",
    );
  }
  if (needsCard(session) && !paymentMethod)
    throw invalid("A payment method is required.", "payment_method", "parameter_missing");
  const record = findRecord(id, context);
  if (session.mode === "subscription") return subscribe(session, record, paymentMethod, context);
  if (session.mode === "setup") return setUp(session, paymentMethod, context);
  return pay(session, record, paymentMethod, context);
}

function pay(session: Session, record: SessionRecord, paymentMethod: string | null, context: Context): Confirmation {
  const total = session.amount_total ?? 0;
  if (total === 0 || !paymentMethod) return completed(session, { intent: null, paymentMethod }, context);
  const data = record.paymentIntentData;
  const keeps =
    Boolean(data?.setup_future_usage) || session.invoice_creation?.enabled || session.customer_creation === "always";
  const customer = session.customer ?? (keeps ? customerFor(session, record, paymentMethod, context) : null);
  const intent = session.payment_intent ?? newIntent(session, record, customer, context).id;
  const withIntent = context.save<Session>({ ...session, payment_intent: intent });
  return settle(withIntent, attemptPayment(context, intent, { paymentMethod }), context);
}

function newIntent(
  session: Session,
  { paymentIntentData: data, email }: SessionRecord,
  customer: string | null,
  context: Context,
) {
  return createIntent(context, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? "usd",
    customer,
    description: data?.description ?? null,
    metadata: stringsOf(data?.metadata),
    receipt_email: data?.receipt_email ?? email,
    setup_future_usage: data?.setup_future_usage ?? null,
    shipping: data?.shipping ? { ...data.shipping, address: fullAddress(data.shipping.address) } : null,
    statement_descriptor: data?.statement_descriptor ?? null,
    statement_descriptor_suffix: data?.statement_descriptor_suffix ?? null,
  });
}

/** Takes up a session where its payment stands now, after the 3D Secure page. */
export function resumeSession(id: string, intentId: string, context: Context): Confirmation {
  const session = context.find("checkout.session", id);
  const intent = context.find("payment_intent", intentId);
  if (session.status === "complete") return { outcome: "complete", session };
  if (session.mode === "payment") return settle(session, intent, context);
  const { pendingSubscription } = findRecord(id, context);
  const status = pendingSubscription && context.find("subscription", pendingSubscription).status;
  const isPaid = status !== null && status !== "incomplete";
  return isPaid
    ? completed(session, { intent: null, paymentMethod: intent.payment_method }, context)
    : settle(session, intent, context);
}

function settle(session: Session, intent: PaymentIntent, context: Context): Confirmation {
  if (intent.status === "requires_action") return { outcome: "requires_action", intent };
  if (intent.status === "requires_payment_method") return { outcome: "declined", error: declineError(intent) };
  return completed(session, { intent, paymentMethod: intent.payment_method }, context);
}

function subscribe(
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
  const subscription = context.find("subscription", tried.subscription);
  if (subscription.status !== "incomplete") return completed(session, { intent: null, paymentMethod }, context);
  const invoice = context.find("invoice", subscription.latest_invoice ?? "");
  const intentId = intentOf(invoice, context);
  const intent = intentId ? context.find("payment_intent", intentId) : null;
  if (intent?.status === "requires_action") return { outcome: "requires_action", intent };
  return { outcome: "declined", error: tried.error ?? new Error("Your card was declined.") };
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
        metadata: stringsOf(data?.metadata),
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

function setUp(session: Session, paymentMethod: string | null, context: Context): Confirmation {
  if (!paymentMethod) throw invalid("A payment method is required.", "payment_method", "parameter_missing");
  const customer = customerFor(session, findRecord(session.id, context), paymentMethod, context);
  attach(context, paymentMethod, customer);
  return completed(session, { intent: null, paymentMethod }, context);
}

function completed(session: Session, by: Parameters<typeof completeSession>[1], context: Context): Confirmation {
  return { outcome: "complete", session: completeSession(session, by, context) };
}

function stringsOf(metadata: Record<string, string | number | null> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, String(value)]));
}

function fullAddress(address: object) {
  return { city: null, country: null, line1: null, line2: null, postal_code: null, state: null, ...address };
}
