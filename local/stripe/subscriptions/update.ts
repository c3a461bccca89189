import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut } from "../core/resource.ts";
import { redeemDiscounts } from "../invoices/discounts.ts";
import { billChange } from "./bill-change.ts";
import { changeItems } from "./change-items.ts";
import { invoiceSettings } from "./invoice-settings.ts";
import type { Subscription } from "./items.ts";
import { plannedEnd } from "./planned-end.ts";
import { scheduleTurn } from "./schedule.ts";
import { endTrial } from "./turn.ts";

type Update = Params<Stripe.SubscriptionUpdateParams>;

/**
 * Changes a subscription: its words, how it is paid, when it ends, its trial, its items.
 * @throws 400 when it has ended, or for a combination Stripe refuses.
 */
export function updateSubscription(subscription: Subscription, params: Update, context: Context): Subscription {
  leftOut(params, [
    "add_invoice_items",
    "application_fee_percent",
    "billing_cycle_anchor",
    "billing_schedules",
    "billing_thresholds",
    "default_source",
    "default_tax_rates",
    "on_behalf_of",
    "pending_invoice_item_interval",
    "transfer_data",
  ]);
  if (params.payment_behavior === "pending_if_incomplete") leftOut(params, ["payment_behavior"]);
  if (["canceled", "incomplete_expired"].includes(subscription.status)) {
    refuseEnded(params);
  }
  const changed = { ...withWords(subscription, params, context), ...withEnd(subscription, params, context) };
  const swapped = params.items ? changeItems(changed, params, context) : changed;
  const updated = context.update("customer.subscription.updated", swapped);
  if (params.trial_end === "now" && updated.status === "trialing") endTrial(updated, context, true);
  else scheduleTurn(updated, context);
  if (params.items && params.proration_behavior === "always_invoice") {
    billChange(context.find("subscription", subscription.id), params.payment_behavior, context);
  }
  return context.find("subscription", subscription.id);
}

function refuseEnded(params: Update): void {
  const only = Object.keys(params).every((key) => ["metadata", "cancellation_details"].includes(key));
  if (only) return;
  throw invalid("A canceled subscription can only update its cancellation_details and metadata.");
}

function withWords(subscription: Subscription, params: Update, context: Context): Subscription {
  const method = params.default_payment_method;
  if (method) requireMethodOf(subscription.customer, method, context);
  const discounts = params.discounts;
  const owner = { customer: subscription.customer, subscription: subscription.id };
  return {
    ...subscription,
    metadata: mergeMetadata(subscription.metadata, params.metadata),
    default_payment_method: method ?? subscription.default_payment_method,
    description: params.description === undefined ? subscription.description : params.description || null,
    invoice_settings: invoiceSettings(params.invoice_settings, subscription.invoice_settings),
    payment_settings: params.payment_settings?.save_default_payment_method
      ? {
          payment_method_options: null,
          payment_method_types: null,
          save_default_payment_method: params.payment_settings.save_default_payment_method,
        }
      : subscription.payment_settings,
    trial_settings: params.trial_settings
      ? {
          end_behavior: {
            billing_cycle_anchor: null,
            missing_payment_method: params.trial_settings.end_behavior.missing_payment_method ?? "create_invoice",
          },
        }
      : subscription.trial_settings,
    collection_method: params.collection_method ?? subscription.collection_method,
    days_until_due: params.days_until_due ?? subscription.days_until_due,
    automatic_tax: params.automatic_tax
      ? {
          disabled_reason: null,
          enabled: params.automatic_tax.enabled,
          liability: params.automatic_tax.enabled ? { type: "self" } : null,
        }
      : subscription.automatic_tax,
    pause_collection:
      params.pause_collection === undefined
        ? subscription.pause_collection
        : params.pause_collection
          ? { behavior: params.pause_collection.behavior, resumes_at: params.pause_collection.resumes_at ?? null }
          : null,
    discounts: discounts === undefined ? subscription.discounts : redeemDiscounts(discounts || [], owner, context),
    trial_end: typeof params.trial_end === "number" ? params.trial_end : subscription.trial_end,
    ...trialMoved(subscription, params.trial_end, context),
  };
}

function trialMoved(
  subscription: Subscription,
  trialEnd: Update["trial_end"],
  context: Context,
): Partial<Subscription> {
  if (typeof trialEnd !== "number" || trialEnd <= context.now()) return {};
  const items = subscription.items.data.map((item) => ({ ...item, current_period_end: trialEnd }));
  return {
    status: "trialing",
    trial_start: subscription.trial_start ?? context.now(),
    billing_cycle_anchor: trialEnd,
    items: { ...subscription.items, data: items },
  };
}

function withEnd(subscription: Subscription, params: Update, context: Context): Partial<Subscription> {
  const end = plannedEnd(subscription, { cancelAt: params.cancel_at, atPeriodEnd: params.cancel_at_period_end });
  const details = params.cancellation_details;
  const isNew = end.cancel_at !== null && subscription.cancel_at === null;
  return {
    ...end,
    canceled_at: end.cancel_at === null ? null : isNew ? context.now() : subscription.canceled_at,
    cancellation_details: {
      comment:
        details?.comment === undefined ? (subscription.cancellation_details?.comment ?? null) : details.comment || null,
      feedback:
        details?.feedback === undefined
          ? (subscription.cancellation_details?.feedback ?? null)
          : details.feedback || null,
      feedback_option: null,
      reason: end.cancel_at === null ? null : "cancellation_requested",
    },
  };
}

function requireMethodOf(customer: string, method: string, context: Context): void {
  const { customer: owner } = context.find("payment_method", method, "default_payment_method");
  if (owner === customer) return;
  throw invalid(
    `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
    "default_payment_method",
    "resource_missing",
  );
}
