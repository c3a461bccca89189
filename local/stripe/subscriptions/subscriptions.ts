import type Stripe from "stripe";
import { pageOf } from "../core/list.ts";
import type { Objects, Params, StripeObject } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { invoiceOf } from "../invoices/payment.ts";
import { endSubscription } from "./end.ts";
import type { Subscription } from "./items.ts";
import { dropPendingUpdate } from "./pending-update.ts";
import { cancelSubscription, createSubscription } from "./requests.ts";
import { resumeSubscription } from "./resume.ts";
import { scheduleTurn, tellTrialEnd } from "./schedule.ts";
import { expireIncomplete, onInvoiceDropped, onInvoicePaid, onPaymentFailed, onRetriesOver } from "./standing.ts";
import { subscriptionActs } from "./subscription-acts.ts";
import { turnSubscription } from "./turn.ts";
import { updateSubscription } from "./update.ts";

/** Subscriptions: the API, their turns by the clock, and what their invoices do to them. */
export const subscriptions: Resource = {
  routes: [
    route<Params<Stripe.SubscriptionCreateParams>>({
      method: "POST",
      path: "/v1/subscriptions",
      params: "SubscriptionCreateParams",
      handle: ({ params }, context) => createSubscription(params, context),
    }),
    route<Params<Stripe.SubscriptionListParams>>({
      method: "GET",
      path: "/v1/subscriptions",
      params: "SubscriptionListParams",
      handle(request, { store }) {
        leftOut(request.params, ["test_clock"]);
        const { customer, status, price, collection_method } = request.params;
        return pageOf(request, "/v1/subscriptions", store.objects("subscription"), (row) => {
          const alike = !collection_method || row.collection_method === collection_method;
          const priced = !price || row.items.data.some((item) => item.price.id === price);
          return (!customer || row.customer === customer) && alike && priced && isAsked(row.status, status);
        });
      },
    }),
    route<Params<Stripe.SubscriptionRetrieveParams>>({
      method: "GET",
      path: "/v1/subscriptions/:subscription",
      params: "SubscriptionRetrieveParams",
      handle: ({ path }, context) => context.find("subscription", path.subscription ?? ""),
    }),
    route<Params<Stripe.SubscriptionUpdateParams>>({
      method: "POST",
      path: "/v1/subscriptions/:subscription",
      params: "SubscriptionUpdateParams",
      handle: ({ params, path }, context) =>
        updateSubscription(context.find("subscription", path.subscription ?? ""), params, context),
    }),
    route<Params<Stripe.SubscriptionCancelParams>>({
      method: "DELETE",
      path: "/v1/subscriptions/:subscription",
      params: "SubscriptionCancelParams",
      handle: ({ params, path }, context) =>
        cancelSubscription(context.find("subscription", path.subscription ?? ""), params, context),
    }),
    route<Params<Stripe.SubscriptionResumeParams>>({
      method: "POST",
      path: "/v1/subscriptions/:subscription/resume",
      params: "SubscriptionResumeParams",
      handle({ path, params }, context) {
        const subscription = context.find("subscription", path.subscription ?? "");
        return resumeSubscription(subscription, params.payment_behavior ?? "resume_on_payment_attempt", context);
      },
    }),
  ],
  controls: subscriptionActs,
  tasks: {
    "subscription.turn": (payload, context) => withSubscription(payload, context, turnSubscription),
    "subscription.expire": (payload, context) => withSubscription(payload, context, expireIncomplete),
    "subscription.expire_update": (payload, context) => withSubscription(payload, context, dropPendingUpdate),
    "subscription.trial_will_end": (payload, context) => withSubscription(payload, context, tellTrialEnd),
  },
  listeners: {
    "invoice.paid": [onInvoicePaid],
    "invoice.voided": [onInvoiceDropped],
    "invoice.marked_uncollectible": [onInvoiceDropped],
    "invoice.payment_failed": [onPaymentFailed],
    "invoice.updated": [onRetriesOver],
    "payment_intent.processing": [onDebitUnderWay],
    "customer.deleted": [onCustomerDeleted],
    "price.updated": [onPriceChanged],
  },
};

function isAsked(status: string, asked: string | undefined): boolean {
  if (asked === "all") return true;
  if (asked === "ended") return status === "canceled" || status === "incomplete_expired";
  return asked === undefined ? status !== "canceled" : status === asked;
}

function withSubscription(
  payload: Record<string, unknown>,
  context: Context,
  act: (subscription: Subscription, context: Context) => void,
): void {
  const subscription = context.store.objects("subscription").get(String(payload.subscription));
  if (subscription) act(subscription, context);
}

function onDebitUnderWay(intent: StripeObject, context: Context): void {
  const id = invoiceOf(intent.id, context)?.parent?.subscription_details?.subscription;
  const subscription = id ? context.find("subscription", id) : undefined;
  if (subscription?.status !== "incomplete") return;
  scheduleTurn(context.update("customer.subscription.updated", { ...subscription, status: "active" }), context);
}

function onCustomerDeleted(object: StripeObject, context: Context): void {
  const customer = object as unknown as Objects["customer"];
  for (const row of context.store
    .objects("subscription")
    .list(({ customer: owner, ended_at }) => owner === customer.id && ended_at === null)) {
    endSubscription(row, { reason: null }, context);
  }
}

/** Items show their price as it is now, archived or renamed. */
function onPriceChanged(object: StripeObject, context: Context): void {
  const { active, lookup_key, metadata, nickname } = object as unknown as Objects["price"];
  const priced = context.store
    .objects("subscription")
    .list(({ items }) => items.data.some((item) => item.price.id === object.id));
  for (const subscription of priced) {
    const data = subscription.items.data.map((item) =>
      item.price.id === object.id
        ? { ...item, price: { ...item.price, active, lookup_key, metadata, nickname } }
        : item,
    );
    context.save({ ...subscription, items: { ...subscription.items, data } });
  }
}
