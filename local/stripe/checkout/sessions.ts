import type Stripe from "stripe";
import { page, pageOf, wholeList } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params, StripeObject } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { settleLater } from "./complete.ts";
import { createSession } from "./create.ts";
import { expireSession, expireWhenDue } from "./expire.ts";
import { answerForm, showSession } from "./hosted-page.ts";
import { paymentPages } from "./payment-pages.ts";
import { type CreateParams, findRecord, type Session } from "./record.ts";

const leftOutParameters = [
  "after_expiration",
  "custom_fields",
  "customer_account",
  "optional_items",
  "payment_method_configuration",
  "permissions",
  "return_url",
  "shipping_address_collection",
  "shipping_options",
];

const leftOutOfPayments = [
  "application_fee_amount",
  "capture_method",
  "on_behalf_of",
  "transfer_data",
  "transfer_group",
];
const leftOutOfSubscriptions = [
  "application_fee_percent",
  "billing_cycle_anchor_config",
  "default_tax_rates",
  "on_behalf_of",
  "pending_invoice_item_interval",
  "transfer_data",
];

/** Checkout sessions: the API, the hosted page at /c/pay/…, expiry, and the CLI's door to the page. */
export const checkoutSessions: Resource = {
  routes: [
    route<CreateParams>({
      method: "POST",
      path: "/v1/checkout/sessions",
      params: "Checkout.SessionCreateParams",
      handle({ params }, context) {
        leftOut(params, leftOutParameters);
        leftOut(params.payment_intent_data ?? {}, leftOutOfPayments);
        leftOut(params.subscription_data ?? {}, leftOutOfSubscriptions);
        for (const line of params.line_items ?? []) leftOut(line, ["adjustable_quantity", "tax_rates"]);
        return createSession(params, context);
      },
    }),
    route<Params<Stripe.Checkout.SessionListParams>>({
      method: "GET",
      path: "/v1/checkout/sessions",
      params: "Checkout.SessionListParams",
      handle(request, { store }) {
        const { customer, customer_details: of, status, payment_intent, subscription } = request.params;
        return pageOf(request, "/v1/checkout/sessions", store.objects("checkout.session"), (row) => {
          const owned = (!customer || row.customer === customer) && (!status || row.status === status);
          return (
            owned &&
            (!of || row.customer_details?.email === of.email) &&
            (!payment_intent || row.payment_intent === payment_intent) &&
            (!subscription || row.subscription === subscription)
          );
        });
      },
    }),
    route<Params<Stripe.Checkout.SessionRetrieveParams>>({
      method: "GET",
      path: "/v1/checkout/sessions/:session",
      params: "Checkout.SessionRetrieveParams",
      handle: ({ path }, context) => context.find("checkout.session", path.session ?? ""),
    }),
    route<Params<Stripe.Checkout.SessionUpdateParams>>({
      method: "POST",
      path: "/v1/checkout/sessions/:session",
      params: "Checkout.SessionUpdateParams",
      handle({ params, path }, context) {
        leftOut(params, [
          "collected_information",
          "line_items",
          "shipping_options",
          "payment_intent_data",
          "subscription_data",
        ]);
        const session = context.find("checkout.session", path.session ?? "");
        return context.save<Session>({ ...session, metadata: mergeMetadata(session.metadata, params.metadata) });
      },
    }),
    route<Params<Stripe.Checkout.SessionExpireParams>>({
      method: "POST",
      path: "/v1/checkout/sessions/:session/expire",
      params: "Checkout.SessionExpireParams",
      handle: ({ path }, context) => expireSession(context.find("checkout.session", path.session ?? ""), context),
    }),
    route<Params<Stripe.Checkout.SessionListLineItemsParams>>({
      method: "GET",
      path: "/v1/checkout/sessions/:session/line_items",
      params: "Checkout.SessionListLineItemsParams",
      handle(request, context) {
        const { id, lines } = findRecord(request.path.session ?? "", context);
        return page(request, `/v1/checkout/sessions/${id}/line_items`, lines.toReversed());
      },
    }),
    ...paymentPages,
  ],
  pages: [
    { method: "GET", path: "/c/pay/:session", handle: showSession },
    { method: "POST", path: "/c/pay/:session", handle: answerForm },
  ],
  tasks: { "checkout.expire": expireWhenDue },
  listeners: {
    "payment_intent.succeeded": [(intent, context) => onIntent(intent, true, context)],
    "payment_intent.payment_failed": [(intent, context) => onIntent(intent, false, context)],
  },
  expansions: {
    "checkout.session.line_items": ({ id }, context) =>
      wholeList(`/v1/checkout/sessions/${id}/line_items`, findRecord(id, context).lines),
  },
};

function onIntent(intent: StripeObject, arrived: boolean, context: Context): void {
  const session = sessionOf(intent.id, context);
  if (session) settleLater(session, arrived, context);
}

function sessionOf(intent: string, { store }: Context): Session | undefined {
  return store.objects("checkout.session").find((row) => row.payment_intent === intent);
}
