import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import { pageOf } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Objects, Params, StripeObject } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { invoiceOf } from "../invoices/payment.ts";
import { requireOwnMethod } from "../resources/payment-method-rules.ts";
import { collectionOf } from "./collection.ts";
import { startSubscription } from "./create.ts";
import { billAfterEnd, creditAfterEnd, endSubscription } from "./end.ts";
import { invoiceSettings } from "./invoice-settings.ts";
import type { Subscription } from "./items.ts";
import { dropPendingUpdate } from "./pending-update.ts";
import { resumeSubscription } from "./resume.ts";
import { scheduleTurn, tellTrialEnd } from "./schedule.ts";
import { expireIncomplete, onInvoiceDropped, onInvoicePaid, onPaymentFailed, onRetriesOver } from "./standing.ts";
import { turnSubscription } from "./turn.ts";
import { updateSubscription } from "./update.ts";

type Create = Params<Stripe.SubscriptionCreateParams>;

const leftOutAtCreation = [
  "add_invoice_items",
  "application_fee_percent",
  "backdate_start_date",
  "billing_cycle_anchor_config",
  "billing_schedules",
  "billing_thresholds",
  "customer_account",
  "default_source",
  "default_tax_rates",
  "on_behalf_of",
  "pending_invoice_item_interval",
  "transfer_data",
  "trial_from_plan",
];

/** Subscriptions: the API, their turns by the clock, and what their invoices do to them. */
export const subscriptions: Resource = {
  routes: [
    route<Create>({
      method: "POST",
      path: "/v1/subscriptions",
      params: "SubscriptionCreateParams",
      handle({ params }, context) {
        leftOut(params, leftOutAtCreation);
        if (params.billing_mode?.type === "classic") leftOut(params, ["billing_mode"]);
        return createFrom(params, context);
      },
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
      handle({ params, path }, context) {
        const subscription = context.find("subscription", path.subscription ?? "");
        if (subscription.ended_at !== null)
          throw invalid(`No such subscription: ${subscription.id}`, "id", "resource_missing");
        const details = params.cancellation_details;
        const words = { comment: details?.comment || null, feedback: details?.feedback || null };
        endSubscription(subscription, { reason: "cancellation_requested", ...words }, context);
        if (params.invoice_now) billAfterEnd(subscription, { prorate: params.prorate ?? false }, context);
        else if (params.prorate) creditAfterEnd(subscription, context);
        return context.find("subscription", subscription.id);
      },
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
  },
};

function createFrom(params: Create, context: Context): Subscription {
  if (!params.customer) throw missingParam("customer");
  const items = (params.items ?? []).map((item, index) => {
    if (!item.price) throw invalid("Missing required param: price.", `items[${index}][price]`, "parameter_missing");
    return { price: item.price, quantity: item.quantity, metadata: mergeMetadata(null, item.metadata) };
  });
  const first = items[0];
  if (!first) throw missingParam("items");
  const method = params.default_payment_method;
  if (method) requireOwnMethod(params.customer, method, "default_payment_method", context);
  const days = params.trial_period_days;
  if (days !== undefined && params.trial_end !== undefined) {
    throw invalid("You may only specify one of these parameters: trial_end, trial_period_days.", "trial_period_days");
  }
  const trialEnd = days ? context.now() + days * 86_400 : params.trial_end === "now" ? undefined : params.trial_end;
  const { subscription } = startSubscription(
    {
      customer: params.customer,
      currency: params.currency ?? context.find("price", first.price, "items[0][price]").currency,
      items,
      trialEnd: trialEnd as number | undefined,
      billingCycleAnchor: params.billing_cycle_anchor,
      paymentBehavior: params.payment_behavior,
      discounts: params.discounts || [],
      cancelAt: params.cancel_at as number | string | undefined,
      cancelAtPeriodEnd: params.cancel_at_period_end,
      fields: {
        ...collectionOf(params),
        default_payment_method: params.default_payment_method ?? null,
        description: params.description ?? null,
        invoice_settings: invoiceSettings(params.invoice_settings),
        metadata: mergeMetadata(null, params.metadata),
        ...(params.automatic_tax && {
          automatic_tax: {
            disabled_reason: null,
            enabled: params.automatic_tax.enabled,
            liability: params.automatic_tax.enabled ? { type: "self" } : null,
          },
        }),
        ...(params.payment_settings?.save_default_payment_method && {
          payment_settings: {
            payment_method_options: null,
            payment_method_types: null,
            save_default_payment_method: params.payment_settings.save_default_payment_method,
          },
        }),
        ...(params.trial_settings && {
          trial_settings: {
            end_behavior: {
              billing_cycle_anchor: null,
              missing_payment_method: params.trial_settings.end_behavior.missing_payment_method ?? "create_invoice",
            },
          },
        }),
      },
    },
    context,
  );
  return subscription;
}

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
