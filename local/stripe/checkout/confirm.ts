import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import type { Confirmation } from "./confirmation.ts";
import { authenticateOrder, payOrder } from "./order-payment.ts";
import { findRecord } from "./record.ts";
import { authenticateSetup, saveCard } from "./setup-payment.ts";
import { authenticateSubscription, paySubscription } from "./subscription-payment.ts";
import { needsCard } from "./view.ts";

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
  if (needsCard(session) && !paymentMethod) {
    throw invalid("A payment method is required.", "payment_method", "parameter_missing");
  }
  const record = findRecord(id, context);
  if (session.mode === "subscription") return paySubscription(session, record, paymentMethod, context);
  if (session.mode === "setup") return saveCard(session, record, paymentMethod ?? "", context);
  return payOrder(session, record, paymentMethod, context);
}

/** Takes a session up again after the page that stands for the bank's 3D Secure. */
export function authenticateSession(id: string, isPassed: boolean, context: Context): Confirmation {
  const session = context.find("checkout.session", id);
  if (session.status === "complete") return { outcome: "complete", session };
  if (session.mode === "subscription") return authenticateSubscription(session, isPassed, context);
  return session.mode === "setup"
    ? authenticateSetup(session, isPassed, context)
    : authenticateOrder(session, isPassed, context);
}
