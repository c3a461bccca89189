import { cardError, invalid, StripeError } from "../core/error.ts";
import { letters } from "../core/id.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { Decline } from "./cards.ts";
import { chargeFails, chargeSucceeds, recordBalance } from "./charge-rules.ts";
import { takeAskedDecline } from "./declines.ts";
import { openDispute } from "./dispute-rules.ts";
import { attach, behaviorOf, markSetUp, methodFor, type PaymentMethod } from "./payment-method-rules.ts";

export type PaymentIntent = Objects["payment_intent"];

export interface Attempt {
  /** the one to charge; otherwise the intent's own */
  paymentMethod?: string;
  /** the customer is not there to pass 3D Secure */
  offSession?: boolean;
  /** where 3D Secure leads back to */
  returnUrl?: string;
}

const AUTHENTICATION: Decline = {
  code: "authentication_required",
  declineCode: "authentication_required",
  message: "Your card was declined. This transaction requires authentication.",
};

/** Makes an intent, in `requires_payment_method` or, with a payment method, `requires_confirmation`. */
export function createIntent(context: Context, fields: Partial<PaymentIntent>): PaymentIntent {
  const id = context.newId("pi");
  const intent = context.build("payment_intent", {
    id,
    client_secret: `${id}_secret_${letters(25)}`,
    amount_capturable: 0,
    amount_received: 0,
    automatic_payment_methods: { allow_redirects: "always", enabled: true },
    capture_method: "automatic_async",
    confirmation_method: "automatic",
    metadata: {},
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: "automatic" },
    },
    payment_method_types: ["card"],
    status: fields.payment_method ? "requires_confirmation" : "requires_payment_method",
    ...fields,
  });
  context.save(intent);
  context.emit("payment_intent.created", intent);
  return intent;
}

/**
 * Tries to take the money and tells how it went by the intent's status, never by throwing for the bank's refusal:
 * `succeeded`, `requires_capture`, `processing` (a bank debit), `requires_action` (3D Secure, at the page of
 * `next_action`), or `requires_payment_method` with `last_payment_error`.
 */
export function attemptPayment(context: Context, id: string, attempt: Attempt = {}): PaymentIntent {
  const intent = context.find("payment_intent", id);
  const open = ["requires_payment_method", "requires_confirmation", "requires_action"];
  if (!open.includes(intent.status)) throw unexpectedState(intent, "confirm");
  const named = attempt.paymentMethod ?? intent.payment_method;
  if (!named) {
    throw invalid(
      "You cannot confirm this PaymentIntent because it's missing a payment method. Update the PaymentIntent with a payment method and then confirm it again.",
      "payment_method",
      "payment_intent_unexpected_state",
    );
  }
  const method = methodFor(context, named);
  if (method.customer && method.customer !== intent.customer) {
    throw invalid(
      "The provided PaymentMethod belongs to another customer.",
      "payment_method",
      "payment_intent_unexpected_state",
    );
  }
  intent.payment_method = method.id;
  intent.payment_method_types = [method.type];
  intent.next_action = null;
  const { card, isSetUp } = behaviorOf(context, method.id);
  const mustPass = card?.authentication === "always" || (card?.authentication === "until_set_up" && !isSetUp);
  if (mustPass && attempt.offSession) return refuse(context, intent, method, AUTHENTICATION);
  if (mustPass) return askForAuthentication(context, intent, attempt.returnUrl);
  return charge(context, intent, method);
}

/** What follows the 3D Secure page: the charge if it was passed, a refusal if it was not. */
export function finishAuthentication(context: Context, id: string, isPassed: boolean): PaymentIntent {
  const intent = context.find("payment_intent", id);
  if (intent.status !== "requires_action" || !intent.payment_method) throw unexpectedState(intent, "authenticate");
  const method = context.find("payment_method", intent.payment_method);
  intent.next_action = null;
  if (isPassed) return charge(context, intent, method);
  intent.status = "requires_payment_method";
  intent.payment_method = null;
  intent.last_payment_error = {
    type: "invalid_request_error",
    code: "payment_intent_authentication_failure",
    message:
      "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
    payment_method: method as never,
  };
  context.save(intent);
  context.emit("payment_intent.payment_failed", intent);
  return intent;
}

/** The 402 that the API answers when an attempt was refused. */
export function declineError(intent: PaymentIntent): StripeError {
  const failure = intent.last_payment_error;
  const { code, decline_code, message = "Your card was declined.", charge: chargeId, advice_code } = failure ?? {};
  if (failure?.type !== "card_error") {
    return new StripeError(402, { type: "invalid_request_error", code, message, payment_intent: intent }, true);
  }
  const method = failure.payment_method as object | undefined;
  return cardError({
    code,
    decline_code,
    advice_code,
    message,
    charge: chargeId,
    payment_method: method,
    payment_intent: intent,
  });
}

/** Takes what was authorized, or part of it. */
export function captureIntent(context: Context, id: string, amount?: number): PaymentIntent {
  const intent = context.find("payment_intent", id);
  if (intent.status !== "requires_capture" || !intent.latest_charge) throw unexpectedState(intent, "capture");
  const taken = amount ?? intent.amount_capturable;
  if (taken > intent.amount_capturable || taken < 1) {
    throw invalid(
      "The amount to capture must be between 1 and the amount that was authorized.",
      "amount_to_capture",
      "amount_too_large",
    );
  }
  const charge = context.find("charge", intent.latest_charge);
  charge.captured = true;
  charge.amount_captured = taken;
  charge.amount_refunded = charge.amount - taken;
  charge.balance_transaction = recordBalance(context, "charge", taken, charge.currency, charge.id);
  context.update("charge.captured", charge);
  return succeed(context, intent, taken);
}

/** Gives up an intent that has not been paid. */
export function cancelIntent(
  context: Context,
  id: string,
  reason: PaymentIntent["cancellation_reason"] = null,
): PaymentIntent {
  const intent = context.find("payment_intent", id);
  if (["succeeded", "canceled", "processing"].includes(intent.status)) throw unexpectedState(intent, "cancel");
  Object.assign(intent, { status: "canceled", canceled_at: context.now(), cancellation_reason: reason });
  Object.assign(intent, { next_action: null, amount_capturable: 0 });
  context.save(intent);
  context.emit("payment_intent.canceled", intent);
  return intent;
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
    succeed(context, intent, intent.amount);
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

function charge(context: Context, intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
  const { card, debit } = behaviorOf(context, method.id);
  const decline = takeAskedDecline(context, intent.customer) ?? card?.decline;
  if (decline) return refuse(context, intent, method, decline);
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
  const paid = succeed(context, intent, intent.amount);
  if (card?.dispute) openDispute(context, made.id, { reason: card.dispute });
  return paid;
}

function succeed(context: Context, intent: PaymentIntent, amount: number): PaymentIntent {
  Object.assign(intent, { status: "succeeded", amount_received: amount, amount_capturable: 0, next_action: null });
  context.save(intent);
  context.emit("payment_intent.succeeded", intent);
  return intent;
}

function refuse(context: Context, intent: PaymentIntent, method: PaymentMethod, decline: Decline): PaymentIntent {
  const failed = chargeFails(context, intent, method, decline);
  return failIntent(context, intent, method, decline, failed.id);
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

function askForAuthentication(context: Context, intent: PaymentIntent, returnUrl?: string): PaymentIntent {
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

function unexpectedState(intent: PaymentIntent, verb: string): StripeError {
  return new StripeError(400, {
    type: "invalid_request_error",
    code: "payment_intent_unexpected_state",
    message: `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`,
    payment_intent: intent,
  });
}
