import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut } from "../core/resource.ts";
import { requireOwnMethod } from "../resources/payment-method-rules.ts";
import { collectionOf } from "./collection.ts";
import { startSubscription } from "./create.ts";
import { billAfterEnd, creditAfterEnd, endSubscription } from "./end.ts";
import { invoiceSettings } from "./invoice-settings.ts";
import type { Subscription } from "./items.ts";

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

/**
 * Starts the subscription a request asks for.
 * @throws 400 for a customer, items or a payment method that cannot be, or a trial told in two ways
 */
export function createSubscription(params: Create, context: Context): Subscription {
  leftOut(params, leftOutAtCreation);
  if (params.billing_mode?.type === "classic") leftOut(params, ["billing_mode"]);
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

/**
 * Ends a subscription at once, with a last invoice or a credit where that is asked for.
 * @throws 400 when it has ended already
 */
export function cancelSubscription(
  subscription: Subscription,
  params: Params<Stripe.SubscriptionCancelParams>,
  context: Context,
): Subscription {
  if (subscription.ended_at !== null)
    throw invalid(`No such subscription: ${subscription.id}`, "id", "resource_missing");
  const details = params.cancellation_details;
  const words = { comment: details?.comment || null, feedback: details?.feedback || null };
  endSubscription(subscription, { reason: "cancellation_requested", ...words }, context);
  if (params.invoice_now) billAfterEnd(subscription, { prorate: params.prorate ?? false }, context);
  else if (params.prorate) creditAfterEnd(subscription, context);
  return context.find("subscription", subscription.id);
}
