import type Stripe from "stripe";
import { cardError, invalid, missingParam, StripeError } from "../core/error.ts";
import { letters } from "../core/id.ts";
import { page } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { authenticationPage } from "./authentication-page.ts";
import type { Decline } from "./cards.ts";
import { attach, behaviorOf, markSetUp, methodFor, type PaymentMethod } from "./payment-method-rules.ts";

export type SetupIntent = Objects["setup_intent"];

const LEFT_OUT = ["payment_method_data", "confirmation_token", "on_behalf_of", "attach_to_self", "single_use"];

/** Makes an intent to save a payment method for later. Emits `setup_intent.created`. */
export function createSetupIntent(context: Context, fields: Partial<SetupIntent>): SetupIntent {
  const id = context.newId("seti");
  const intent = context.build("setup_intent", {
    id,
    automatic_payment_methods: { allow_redirects: "always", enabled: true },
    client_secret: `${id}_secret_${letters(25)}`,
    metadata: {},
    payment_method_options: { card: { mandate_options: null, network: null, request_three_d_secure: "automatic" } },
    payment_method_types: ["card"],
    status: fields.payment_method ? "requires_confirmation" : "requires_payment_method",
    usage: "off_session",
    ...fields,
  });
  context.save(intent);
  context.emit("setup_intent.created", intent);
  return intent;
}

/** Saves the payment method, or asks for 3D Secure, or refuses: told by the status, never by throwing. */
export function attemptSetup(
  context: Context,
  id: string,
  attempt: { paymentMethod?: string; returnUrl?: string } = {},
): SetupIntent {
  const intent = context.find("setup_intent", id);
  const named = attempt.paymentMethod ?? intent.payment_method;
  if (["succeeded", "canceled"].includes(intent.status)) throw unexpectedState(intent, "confirm");
  if (!named) throw missingParam("payment_method");
  const method = methodFor(context, named);
  const { card } = behaviorOf(context, method.id);
  Object.assign(intent, { payment_method: method.id, next_action: null, payment_method_types: [method.type] });
  if (card?.decline && !card.savesFirst) return refuse(context, intent, method, card.decline);
  if (!card?.authentication) return finish(context, intent, method);
  const query = attempt.returnUrl ? `?return_url=${encodeURIComponent(attempt.returnUrl)}` : "";
  intent.status = "requires_action";
  intent.next_action = {
    type: "redirect_to_url",
    redirect_to_url: {
      return_url: attempt.returnUrl ?? null,
      url: `${context.baseUrl}/authenticate-setup/${id}${query}`,
    },
  };
  context.save(intent);
  context.emit("setup_intent.requires_action", intent);
  return intent;
}

/** What follows the 3D Secure page. */
export function finishSetupAuthentication(context: Context, id: string, isPassed: boolean): SetupIntent {
  const intent = context.find("setup_intent", id);
  if (intent.status !== "requires_action" || !intent.payment_method) throw unexpectedState(intent, "authenticate");
  const method = context.find("payment_method", intent.payment_method);
  intent.next_action = null;
  if (isPassed) return finish(context, intent, method);
  Object.assign(intent, { status: "requires_payment_method", payment_method: null });
  intent.last_setup_error = {
    type: "invalid_request_error",
    code: "setup_intent_authentication_failure",
    message: "The latest attempt to set up the payment method has failed because authentication failed.",
    payment_method: method as never,
  };
  context.save(intent);
  context.emit("setup_intent.setup_failed", intent);
  return intent;
}

export const setupIntents: Resource = {
  routes: [
    route<Params<Stripe.SetupIntentCreateParams>>({
      method: "POST",
      path: "/v1/setup_intents",
      params: "SetupIntentCreateParams",
      handle({ params }, context) {
        leftOut(params, LEFT_OUT);
        if (params.customer) context.find("customer", params.customer, "customer");
        const intent = createSetupIntent(context, {
          customer: params.customer ?? null,
          description: params.description ?? null,
          metadata: mergeMetadata({}, params.metadata),
          usage: params.usage ?? "off_session",
          payment_method: params.payment_method ? methodFor(context, params.payment_method).id : null,
        });
        return params.confirm ? answer(attemptSetup(context, intent.id, { returnUrl: params.return_url })) : intent;
      },
    }),
    route<Params<Stripe.SetupIntentListParams>>({
      method: "GET",
      path: "/v1/setup_intents",
      params: "SetupIntentListParams",
      handle(request, { store }) {
        const { customer, payment_method: method } = request.params;
        const rows = store.objects("setup_intent").list((row) => {
          return (!customer || row.customer === customer) && (!method || row.payment_method === method);
        });
        return page(request, "/v1/setup_intents", rows);
      },
    }),
    {
      method: "GET",
      path: "/v1/setup_intents/:intent",
      handle: ({ path }, context) => context.find("setup_intent", path.intent ?? ""),
    },
    route<Params<Stripe.SetupIntentConfirmParams>>({
      method: "POST",
      path: "/v1/setup_intents/:intent/confirm",
      params: "SetupIntentConfirmParams",
      handle({ params, path }, context) {
        leftOut(params, LEFT_OUT);
        const { payment_method, return_url } = params;
        return answer(
          attemptSetup(context, path.intent ?? "", { paymentMethod: payment_method, returnUrl: return_url }),
        );
      },
    }),
    route<Params<Stripe.SetupIntentCancelParams>>({
      method: "POST",
      path: "/v1/setup_intents/:intent/cancel",
      params: "SetupIntentCancelParams",
      handle({ params, path }, context) {
        const intent = context.find("setup_intent", path.intent ?? "");
        if (["succeeded", "canceled"].includes(intent.status)) throw unexpectedState(intent, "cancel");
        const cancellation_reason = params.cancellation_reason ?? null;
        const canceled = context.save({
          ...intent,
          status: "canceled" as const,
          cancellation_reason,
          next_action: null,
        });
        context.emit("setup_intent.canceled", canceled);
        return canceled;
      },
    }),
  ],
  pages: authenticationPage("/authenticate-setup/:intent", (context, id, isPassed) => {
    const before = context.find("setup_intent", id).next_action;
    finishSetupAuthentication(context, id, isPassed);
    return { back: before?.redirect_to_url?.return_url ?? null, parameter: "setup_intent" };
  }),
};

function finish(context: Context, intent: SetupIntent, method: PaymentMethod): SetupIntent {
  if (intent.customer) attach(context, method.id, intent.customer);
  markSetUp(context, method.id);
  Object.assign(intent, { status: "succeeded", last_setup_error: null, next_action: null });
  context.save(intent);
  context.emit("setup_intent.succeeded", intent);
  return intent;
}

function refuse(context: Context, intent: SetupIntent, method: PaymentMethod, decline: Decline): SetupIntent {
  const { code, declineCode, message } = decline;
  Object.assign(intent, { status: "requires_payment_method", payment_method: null });
  intent.last_setup_error = {
    type: "card_error",
    code,
    ...(declineCode && { decline_code: declineCode }),
    message,
    payment_method: method as never,
  };
  context.save(intent);
  context.emit("setup_intent.setup_failed", intent);
  return intent;
}

function answer(intent: SetupIntent): SetupIntent {
  const failure = intent.last_setup_error;
  if (intent.status !== "requires_payment_method" || !failure) return intent;
  const { code, decline_code, message = "Your card was declined." } = failure;
  const payment_method = failure.payment_method as object | undefined;
  if (failure.type === "card_error")
    throw cardError({ code, decline_code, message, payment_method, setup_intent: intent });
  throw new StripeError(402, { type: "invalid_request_error", code, message, setup_intent: intent }, true);
}

function unexpectedState(intent: SetupIntent, verb: string): StripeError {
  const message = `You cannot ${verb} this SetupIntent because it has a status of ${intent.status}.`;
  return invalid(message, undefined, "setup_intent_unexpected_state");
}
