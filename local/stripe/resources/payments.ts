import { cardError, invalid, StripeError } from "../core/error.ts";
import { letters } from "../core/id.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { recordBalance } from "./charge-rules.ts";
import { behaviorOf, methodFor, refuseForgotten } from "./payment-method-rules.ts";
import {
  AUTHENTICATION_REQUIRED,
  askForAuthentication,
  completePayment,
  refusePayment,
  takePayment,
  unexpectedState,
} from "./payment-outcomes.ts";

export type PaymentIntent = Objects["payment_intent"];

export interface Attempt {
  /** the one to charge; otherwise the intent's own */
  paymentMethod?: string;
  /** the customer is not there to pass 3D Secure */
  offSession?: boolean;
  /** where 3D Secure leads back to */
  returnUrl?: string;
}

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
  refuseForgotten(context, method.id);
  intent.payment_method = method.id;
  intent.payment_method_types = [method.type];
  intent.next_action = null;
  const { card, isSetUp } = behaviorOf(context, method.id);
  const mustPass = card?.authentication === "always" || (card?.authentication === "until_set_up" && !isSetUp);
  if (mustPass && attempt.offSession) return refusePayment(context, intent, method, AUTHENTICATION_REQUIRED);
  if (mustPass) return askForAuthentication(context, intent, attempt.returnUrl);
  return takePayment(context, intent, method);
}

/** What follows the 3D Secure page: the charge if it was passed, a refusal if it was not. */
export function finishAuthentication(context: Context, id: string, isPassed: boolean): PaymentIntent {
  const intent = context.find("payment_intent", id);
  if (intent.status !== "requires_action" || !intent.payment_method) throw unexpectedState(intent, "authenticate");
  const method = context.find("payment_method", intent.payment_method);
  intent.next_action = null;
  if (isPassed) return takePayment(context, intent, method);
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
  return completePayment(context, intent, taken);
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
