import type Stripe from "stripe";
import { invalid, missingParam, StripeError } from "../core/error.ts";
import { pageOf } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { shippingOf } from "./address.ts";
import { authenticationPage } from "./authentication-page.ts";
import { askForDecline } from "./declines.ts";
import { attach, methodFor } from "./payment-method-rules.ts";
import { finishDebit } from "./payment-outcomes.ts";
import {
  attemptPayment,
  cancelIntent,
  captureIntent,
  createIntent,
  declineError,
  finishAuthentication,
  type PaymentIntent,
} from "./payments.ts";

const SMALLEST_AMOUNT = 50;
const LEFT_OUT = [
  "payment_method_data",
  "confirmation_token",
  "transfer_data",
  "on_behalf_of",
  "application_fee_amount",
];

export const paymentIntents: Resource = {
  routes: [
    route<Params<Stripe.PaymentIntentCreateParams>>({
      method: "POST",
      path: "/v1/payment_intents",
      params: "PaymentIntentCreateParams",
      handle({ params }, context) {
        leftOut(params, LEFT_OUT);
        checkAmount(params.amount);
        if (params.customer) context.find("customer", params.customer, "customer");
        const method = params.payment_method ? methodFor(context, params.payment_method) : undefined;
        const intent = createIntent(context, {
          amount: params.amount,
          currency: params.currency.toLowerCase(),
          customer: params.customer ?? null,
          description: params.description ?? null,
          metadata: mergeMetadata({}, params.metadata),
          receipt_email: params.receipt_email || null,
          setup_future_usage: params.setup_future_usage ?? null,
          statement_descriptor: params.statement_descriptor ?? null,
          statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
          capture_method: params.capture_method ?? "automatic_async",
          confirmation_method: params.confirmation_method ?? "automatic",
          shipping: shippingOf(params.shipping),
          payment_method: method?.id ?? null,
        });
        if (!params.confirm) return intent;
        const offSession = params.off_session === true || typeof params.off_session === "string";
        return answer(
          attemptPayment(context, intent.id, { offSession, returnUrl: params.return_url }),
          params.error_on_requires_action,
        );
      },
    }),
    route<Params<Stripe.PaymentIntentListParams>>({
      method: "GET",
      path: "/v1/payment_intents",
      params: "PaymentIntentListParams",
      handle(request, { store }) {
        const { customer } = request.params;
        const table = store.objects("payment_intent");
        return pageOf(request, "/v1/payment_intents", table, (row) => !customer || row.customer === customer);
      },
    }),
    {
      method: "GET",
      path: "/v1/payment_intents/:intent",
      handle: ({ path }, context) => context.find("payment_intent", path.intent ?? ""),
    },
    route<Params<Stripe.PaymentIntentUpdateParams>>({
      method: "POST",
      path: "/v1/payment_intents/:intent",
      params: "PaymentIntentUpdateParams",
      handle: ({ params, path }, context) => update(context, path.intent ?? "", params),
    }),
    route<Params<Stripe.PaymentIntentConfirmParams>>({
      method: "POST",
      path: "/v1/payment_intents/:intent/confirm",
      params: "PaymentIntentConfirmParams",
      handle({ params, path }, context) {
        leftOut(params, LEFT_OUT);
        const intent = attemptPayment(context, path.intent ?? "", {
          paymentMethod: params.payment_method,
          offSession: params.off_session === true || typeof params.off_session === "string",
          returnUrl: params.return_url,
        });
        return answer(intent, params.error_on_requires_action);
      },
    }),
    route<Params<Stripe.PaymentIntentCaptureParams>>({
      method: "POST",
      path: "/v1/payment_intents/:intent/capture",
      params: "PaymentIntentCaptureParams",
      handle: ({ params, path }, context) => captureIntent(context, path.intent ?? "", params.amount_to_capture),
    }),
    route<Params<Stripe.PaymentIntentCancelParams>>({
      method: "POST",
      path: "/v1/payment_intents/:intent/cancel",
      params: "PaymentIntentCancelParams",
      handle: ({ params, path }, context) =>
        cancelIntent(context, path.intent ?? "", params.cancellation_reason ?? null),
    }),
  ],
  pages: authenticationPage("/authenticate/:intent", (context, id, isPassed) => {
    const before = context.find("payment_intent", id).next_action;
    finishAuthentication(context, id, isPassed);
    return { back: before?.redirect_to_url?.return_url ?? null, parameter: "payment_intent" };
  }),
  controls: [
    {
      method: "POST",
      path: "/_double/dashboard/decline-next",
      handle({ body }, context) {
        if (typeof body.customer !== "string") throw missingParam("customer");
        return askForDecline(context, body.customer, body);
      },
    },
  ],
  tasks: {
    "payment.debit": ({ intent, arrives }, context) => finishDebit(context, String(intent), arrives === true),
  },
};

/** An attempt the bank refused is a 402; so is 3D Secure where the caller cannot deal with it. */
function answer(intent: PaymentIntent, errorOnAction = false): PaymentIntent {
  if (intent.status === "requires_payment_method" && intent.last_payment_error) throw declineError(intent);
  if (intent.status === "requires_action" && errorOnAction) {
    throw new StripeError(402, {
      type: "card_error",
      code: "authentication_required",
      message: "This payment required an authentication action to complete, but `error_on_requires_action` was set.",
      payment_intent: intent,
    });
  }
  return intent;
}

function update(context: Context, id: string, params: Params<Stripe.PaymentIntentUpdateParams>): PaymentIntent {
  leftOut(params, LEFT_OUT);
  const intent = context.find("payment_intent", id);
  if (params.amount !== undefined) checkAmount(params.amount);
  const isOver = intent.status === "succeeded" || intent.status === "canceled";
  if (isOver && (params.amount !== undefined || params.payment_method)) {
    throw invalid(
      `This PaymentIntent could not be updated because it has a status of ${intent.status}.`,
      undefined,
      "payment_intent_unexpected_state",
    );
  }
  if (params.customer) context.find("customer", params.customer, "customer");
  const method = params.payment_method ? methodFor(context, params.payment_method) : undefined;
  Object.assign(intent, {
    amount: params.amount ?? intent.amount,
    currency: params.currency ?? intent.currency,
    customer: params.customer ?? intent.customer,
    description: params.description ?? intent.description,
    metadata: mergeMetadata(intent.metadata, params.metadata),
    receipt_email: params.receipt_email === undefined ? intent.receipt_email : params.receipt_email || null,
    setup_future_usage:
      params.setup_future_usage === undefined ? intent.setup_future_usage : params.setup_future_usage || null,
    ...(method && { payment_method: method.id, status: "requires_confirmation" }),
  });
  if (method && intent.setup_future_usage && intent.customer && !method.customer)
    attach(context, method.id, intent.customer);
  return context.save(intent);
}

function checkAmount(amount: number): void {
  if (!Number.isInteger(amount) || amount < 1)
    throw invalid("Invalid positive integer", "amount", "parameter_invalid_integer");
  if (amount < SMALLEST_AMOUNT) throw invalid("Amount must be at least $0.50 usd", "amount", "amount_too_small");
  if (amount > 99_999_999) throw invalid("Amount must be no more than $999,999.99", "amount", "amount_too_large");
}
