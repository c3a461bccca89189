import { StripeError } from "../core/error.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { Decline } from "./cards.ts";
import { chargeFails, chargeSucceeds, recordBalance } from "./charge-rules.ts";
import { takeAskedDecline } from "./declines.ts";
import { openDispute } from "./dispute-rules.ts";
import { warnOfFraud } from "./fraud-warning-rules.ts";
import { attach, behaviorOf, markSetUp, type PaymentMethod } from "./payment-method-rules.ts";

type PaymentIntent = Objects["payment_intent"];

export const AUTHENTICATION_REQUIRED: Decline = {
  code: "authentication_required",
  declineCode: "authentication_required",
  message: "Your card was declined. This transaction requires authentication.",
};

/** Charges a payment method that needs nothing more of the customer; the bank may still refuse. */
export function takePayment(context: Context, intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
  const { card, debit } = behaviorOf(context, method.id);
  const decline = takeAskedDecline(context, intent.customer) ?? card?.decline;
  if (decline) return refusePayment(context, intent, method, decline);
  if (intent.setup_future_usage === "off_session") markSetUp(context, method.id);
  const isManual = intent.capture_method === "manual";
  const made = chargeSucceeds(context, intent, method, { captured: !isManual, pending: debit !== null });
  intent.latest_charge = made.id;
  intent.last_payment_error = null;
  if (intent.setup_future_usage && intent.customer && !method.customer) attach(context, method.id, intent.customer);
  if (debit) {
    intent.status = "processing";
    context.save(intent);
    context.emit("payment_intent.processing", intent);
    const arrives = debit === "arrives";
    context.schedule(context.now() + context.settings.asyncPaymentSeconds, "payment.debit", {
      intent: intent.id,
      arrives,
    });
    return intent;
  }
  if (isManual) {
    Object.assign(intent, { status: "requires_capture", amount_capturable: intent.amount });
    context.save(intent);
    context.emit("payment_intent.amount_capturable_updated", intent);
    return intent;
  }
  const paid = completePayment(context, intent, intent.amount);
  if (card?.dispute) openDispute(context, made.id, { reason: card.dispute });
  if (card?.isWarnedOf) warnOfFraud(context, made.id, "made_with_stolen_card");
  return paid;
}

/** The money is there. Emits `payment_intent.succeeded`. */
export function completePayment(context: Context, intent: PaymentIntent, amount: number): PaymentIntent {
  Object.assign(intent, { status: "succeeded", amount_received: amount, amount_capturable: 0, next_action: null });
  context.save(intent);
  context.emit("payment_intent.succeeded", intent);
  return intent;
}

/** The bank said no: a failed charge, and an intent that waits for another payment method. */
export function refusePayment(
  context: Context,
  intent: PaymentIntent,
  method: PaymentMethod,
  decline: Decline,
): PaymentIntent {
  const failed = chargeFails(context, intent, method, decline);
  return failIntent(context, intent, method, decline, failed.id);
}

/** What a bank debit comes to after its days: the money, or a refusal. */
export function finishDebit(context: Context, id: string, arrives: boolean): void {
  const intent = context.find("payment_intent", id);
  if (intent.status !== "processing" || !intent.latest_charge || !intent.payment_method) return;
  const charge = context.find("charge", intent.latest_charge);
  const method = context.find("payment_method", intent.payment_method);
  if (arrives) {
    Object.assign(charge, { status: "succeeded", paid: true, amount_captured: charge.amount });
    charge.balance_transaction = recordBalance(context, "payment", charge.amount, charge.currency, charge.id);
    context.save(charge);
    context.emit("charge.succeeded", charge);
    completePayment(context, intent, intent.amount);
    return;
  }
  const decline: Decline = {
    code: "card_declined",
    declineCode: "generic_decline",
    message: "The bank debit was refused.",
  };
  Object.assign(charge, { status: "failed", failure_code: "bank_account_declined", failure_message: decline.message });
  context.save(charge);
  context.emit("charge.failed", charge);
  failIntent(context, intent, method, decline, charge.id);
}

/** The customer must pass 3D Secure first. Emits `payment_intent.requires_action`. */
export function askForAuthentication(context: Context, intent: PaymentIntent, returnUrl?: string): PaymentIntent {
  const query = returnUrl ? `?return_url=${encodeURIComponent(returnUrl)}` : "";
  intent.status = "requires_action";
  intent.next_action = {
    type: "redirect_to_url",
    redirect_to_url: { return_url: returnUrl ?? null, url: `${context.baseUrl}/authenticate/${intent.id}${query}` },
  };
  context.save(intent);
  context.emit("payment_intent.requires_action", intent);
  return intent;
}

/** 400: this cannot be done to an intent in this status. */
export function unexpectedState(intent: PaymentIntent, verb: string): StripeError {
  return new StripeError(400, {
    type: "invalid_request_error",
    code: "payment_intent_unexpected_state",
    message: `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`,
    payment_intent: intent,
  });
}

function failIntent(
  context: Context,
  intent: PaymentIntent,
  method: PaymentMethod,
  decline: Decline,
  chargeId: string,
) {
  intent.status = "requires_payment_method";
  intent.latest_charge = chargeId;
  intent.payment_method = null;
  intent.last_payment_error = {
    type: "card_error",
    code: decline.code,
    ...(decline.declineCode && { decline_code: decline.declineCode }),
    advice_code: decline.isFinal ? "do_not_try_again" : "try_again_later",
    charge: chargeId,
    message: decline.message,
    payment_method: method as never,
  };
  context.save(intent);
  context.emit("payment_intent.payment_failed", intent);
  return intent;
}
