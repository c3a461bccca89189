import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut } from "../core/resource.ts";
import { redeemDiscounts } from "../invoices/discounts.ts";
import { requireOwnMethod } from "../resources/payment-method-rules.ts";
import { billBeforeChange, billChange } from "./bill-change.ts";
import { planChange } from "./change.ts";
import { collectionOf } from "./collection.ts";
import { invoiceSettings } from "./invoice-settings.ts";
import type { Subscription } from "./items.ts";
import { dropPendingUpdate } from "./pending-update.ts";
import { plannedEnd } from "./planned-end.ts";
import { keepProrations } from "./prorations.ts";
import { scheduleTurn } from "./schedule.ts";
import { noteItems } from "./schedules/phases.ts";
import { refuseEndOfScheduled } from "./schedules/schedule.ts";
import { endTrial } from "./turn.ts";

type Update = Params<Stripe.SubscriptionUpdateParams>;

/** What decides charges: a later change of any of these takes the place of one that still waits for its payment. */
const charging = ["items", "billing_cycle_anchor", "trial_end"] as const;
/** What may be sent with `pending_if_incomplete`. */
const pendable = new Set<string>([
  ...charging,
  "off_session",
  "payment_behavior",
  "proration_behavior",
  "proration_date",
]);

/**
 * Changes a subscription: its words, how it is paid, when it ends, its trial, its items.
 * @throws 400 when it has ended, or for a combination Stripe refuses; 402 for a refused payment with
 * `error_if_incomplete`.
 */
export function updateSubscription(subscription: Subscription, params: Update, context: Context): Subscription {
  leftOut(params, [
    "add_invoice_items",
    "application_fee_percent",
    "billing_schedules",
    "billing_thresholds",
    "default_source",
    "default_tax_rates",
    "on_behalf_of",
    "pending_invoice_item_interval",
    "transfer_data",
    "trial_from_plan",
  ]);
  if (["canceled", "incomplete_expired"].includes(subscription.status)) refuseEnded(params);
  if (subscription.status === "incomplete") refuseUnpaid(params);
  if (params.cancel_at !== undefined || params.cancel_at_period_end !== undefined) refuseEndOfScheduled(subscription);
  const waits = params.payment_behavior === "pending_if_incomplete";
  if (waits) refuseBesidePending(params);
  if (params.pause_collection) leftOut(params.pause_collection, ["resumes_at"]);
  if (charging.some((name) => params[name] !== undefined)) dropPendingUpdate(subscription, context);
  const current = context.find("subscription", subscription.id);
  return waits ? changeWhenPaid(current, params, context) : changeNow(current, params, context);
}

function changeNow(subscription: Subscription, params: Update, context: Context): Subscription {
  const endsTrial = params.trial_end === "now" && subscription.status === "trialing";
  const change = planChange(subscription, { ...params, trial_end: endsTrial ? undefined : params.trial_end }, context);
  const changed = { ...change.subscription, ...withWords(subscription, params, context) };
  const updated = context.update("customer.subscription.updated", {
    ...changed,
    ...withEnd(change.subscription, params, context),
  });
  if (params.items) noteItems(updated, context);
  keepProrations(updated, change.prorations, context);
  if (endsTrial) endTrial(updated, context, true);
  else scheduleTurn(updated, context);
  if (change.billsNow) {
    billChange(context.find("subscription", subscription.id), change, params.payment_behavior, context);
  }
  return context.find("subscription", subscription.id);
}

function changeWhenPaid(subscription: Subscription, params: Update, context: Context): Subscription {
  const change = planChange(subscription, params, context);
  if (change.billsNow) return billBeforeChange(subscription, change, context);
  const updated = context.update("customer.subscription.updated", change.subscription);
  keepProrations(updated, change.prorations, context);
  scheduleTurn(updated, context);
  return updated;
}

function refuseBesidePending(params: Update): void {
  const others = Object.keys(params).filter((name) => !pendable.has(name));
  if (others.length === 0) return;
  throw invalid(
    `When \`payment_behavior\` is set to \`pending_if_incomplete\`, you can only pass supported params. You passed: ${others.join(", ")}.`,
    others[0],
  );
}

function refuseEnded(params: Update): void {
  const only = Object.keys(params).every((key) => ["metadata", "cancellation_details"].includes(key));
  if (only) return;
  throw invalid("A canceled subscription can only update its cancellation_details and metadata.");
}

/** Until the first invoice is paid there is nothing to change but how it is paid. */
function refuseUnpaid(params: Update): void {
  const other = Object.keys(params).find((key) => !["metadata", "default_payment_method"].includes(key));
  if (!other) return;
  throw invalid(
    "This subscription cannot be updated because it is in `incomplete` status. In this status, you may only update its metadata or default_source/default_payment_method.",
    other,
  );
}

function withWords(subscription: Subscription, params: Update, context: Context): Partial<Subscription> {
  const method = params.default_payment_method;
  if (method) requireOwnMethod(subscription.customer, method, "default_payment_method", context);
  const discounts = params.discounts;
  const owner = { customer: subscription.customer, subscription: subscription.id };
  return {
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
    ...collectionOf(params, subscription),
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
          ? { behavior: params.pause_collection.behavior, resumes_at: null }
          : null,
    discounts: discounts === undefined ? subscription.discounts : redeemDiscounts(discounts || [], owner, context),
  };
}

function withEnd(subscription: Subscription, params: Update, context: Context): Partial<Subscription> {
  const end = plannedEnd(
    subscription,
    { cancelAt: params.cancel_at, atPeriodEnd: params.cancel_at_period_end },
    context,
  );
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
