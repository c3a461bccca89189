import { mergeMetadata } from "../core/metadata.ts";
import type { Context } from "../core/resource.ts";
import {
  attemptPayment,
  createIntent,
  declineError,
  finishAuthentication,
  type PaymentIntent,
} from "../resources/payments.ts";
import { completeSession } from "./complete.ts";
import type { Confirmation } from "./confirmation.ts";
import { customerFor } from "./customer.ts";
import type { Session, SessionRecord } from "./record.ts";

/** Pays what is bought once: one payment intent a session, however many cards are tried. */
export function payOrder(
  session: Session,
  record: SessionRecord,
  paymentMethod: string | null,
  context: Context,
): Confirmation {
  const total = session.amount_total ?? 0;
  if (total === 0 || !paymentMethod) {
    return { outcome: "complete", session: completeSession(session, { intent: null, paymentMethod }, context) };
  }
  const data = record.paymentIntentData;
  const keeps =
    Boolean(data?.setup_future_usage) || session.invoice_creation?.enabled || session.customer_creation === "always";
  const customer = session.customer ?? (keeps ? customerFor(session, record, paymentMethod, context) : null);
  const intent = session.payment_intent ?? newIntent(session, record, customer, context).id;
  const withIntent = context.save<Session>({ ...session, payment_intent: intent });
  return settleOrder(withIntent, attemptPayment(context, intent, { paymentMethod }), context);
}

/** What follows the 3D Secure page of an order. */
export function authenticateOrder(session: Session, isPassed: boolean, context: Context): Confirmation {
  return settleOrder(session, finishAuthentication(context, session.payment_intent ?? "", isPassed), context);
}

function settleOrder(session: Session, intent: PaymentIntent, context: Context): Confirmation {
  if (intent.status === "requires_action") return { outcome: "requires_action", amountCents: intent.amount };
  if (intent.status === "requires_payment_method") return { outcome: "declined", error: declineError(intent) };
  const by = { intent, paymentMethod: intent.payment_method };
  return { outcome: "complete", session: completeSession(session, by, context) };
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
    metadata: mergeMetadata(null, data?.metadata),
    receipt_email: data?.receipt_email ?? email,
    setup_future_usage: data?.setup_future_usage ?? null,
    shipping: data?.shipping ? { ...data.shipping, address: fullAddress(data.shipping.address) } : null,
    statement_descriptor: data?.statement_descriptor ?? null,
    statement_descriptor_suffix: data?.statement_descriptor_suffix ?? null,
  });
}

function fullAddress(address: object) {
  return { city: null, country: null, line1: null, line2: null, postal_code: null, state: null, ...address };
}
