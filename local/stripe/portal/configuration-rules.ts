import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import type { Objects, Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";

export type Configuration = Objects["billing_portal.configuration"];
type Features = Configuration["features"];
type SentFeatures = NonNullable<Params<Stripe.BillingPortal.ConfigurationUpdateParams>["features"]>;

const REASONS = ["too_expensive", "missing_features", "switched_service", "unused", "other"] as const;

/** What a configuration allows when it says nothing: nothing. */
export const nothingAllowed: Features = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    cancellation_reason: { enabled: false, feedback_options: null, options: [...REASONS] },
    enabled: false,
    mode: "at_period_end",
    proration_behavior: "none",
  },
  subscription_pause: { duration: { interval_options: [], type: "indefinite" }, enabled: false },
  subscription_update: {
    billing_cycle_anchor: null,
    default_allowed_updates: [],
    enabled: false,
    proration_behavior: "none",
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: "end_trial",
  },
};

/**
 * The features after a change; what is not named stays.
 * @throws 400 for a feature that is on without what it needs, or for products and prices that do not fit together
 */
export function changeFeatures(before: Features, sent: SentFeatures, context: Context): Features {
  const { customer_update, invoice_history, payment_method_update, subscription_cancel } = sent;
  const changed: Features = {
    ...before,
    customer_update: {
      enabled: customer_update?.enabled ?? before.customer_update.enabled,
      allowed_updates: listOf(customer_update?.allowed_updates, before.customer_update.allowed_updates),
    },
    invoice_history: { enabled: invoice_history?.enabled ?? before.invoice_history.enabled },
    payment_method_update: {
      ...before.payment_method_update,
      enabled: payment_method_update?.enabled ?? before.payment_method_update.enabled,
    },
    subscription_cancel: {
      enabled: subscription_cancel?.enabled ?? before.subscription_cancel.enabled,
      mode: subscription_cancel?.mode ?? before.subscription_cancel.mode,
      proration_behavior: subscription_cancel?.proration_behavior ?? before.subscription_cancel.proration_behavior,
      cancellation_reason: reasonsOf(before, subscription_cancel?.cancellation_reason),
    },
    subscription_update: updateOf(before, sent.subscription_update),
  };
  leaveOutFeatures(sent);
  requireWhatIsNeeded(changed, context);
  return changed;
}

const listOf = <T>(sent: T[] | "" | null | undefined, before: T[]): T[] => (sent === undefined ? before : sent || []);

function reasonsOf(
  { subscription_cancel: { cancellation_reason: before } }: Features,
  sent: NonNullable<SentFeatures["subscription_cancel"]>["cancellation_reason"],
): Features["subscription_cancel"]["cancellation_reason"] {
  if (!sent) return before;
  return { ...before, enabled: sent.enabled, options: listOf(sent.options, before.options) };
}

function updateOf(
  { subscription_update: before }: Features,
  sent: SentFeatures["subscription_update"],
): Features["subscription_update"] {
  if (!sent) return before;
  const products = sent.products
    ? sent.products.map(({ product, prices, adjustable_quantity: quantity }) => ({
        product,
        prices,
        adjustable_quantity: {
          enabled: quantity?.enabled ?? false,
          maximum: quantity?.maximum ?? null,
          minimum: quantity?.minimum ?? 1,
        },
      }))
    : sent.products === undefined
      ? before.products
      : [];
  return {
    enabled: sent.enabled ?? before.enabled,
    billing_cycle_anchor: sent.billing_cycle_anchor ?? before.billing_cycle_anchor,
    default_allowed_updates: listOf(sent.default_allowed_updates, before.default_allowed_updates),
    proration_behavior: sent.proration_behavior ?? before.proration_behavior,
    schedule_at_period_end: sent.schedule_at_period_end
      ? { conditions: listOf(sent.schedule_at_period_end.conditions, []) }
      : before.schedule_at_period_end,
    trial_update_behavior: sent.trial_update_behavior ?? before.trial_update_behavior,
    ...(products && { products }),
  };
}

function leaveOutFeatures({ subscription_pause, payment_method_update, subscription_cancel }: SentFeatures): void {
  if (subscription_pause?.enabled) throw leftOutFeature("features[subscription_pause]");
  if (payment_method_update?.payment_method_configuration) {
    throw leftOutFeature("features[payment_method_update][payment_method_configuration]");
  }
  if (subscription_cancel?.cancellation_reason?.feedback_options) {
    throw leftOutFeature("features[subscription_cancel][cancellation_reason][feedback_options]");
  }
}

const leftOutFeature = (param: string) => invalid(`The local Stripe double leaves out the parameter ${param}.`, param);

function requireWhatIsNeeded({ customer_update, subscription_update }: Features, context: Context): void {
  if (customer_update.enabled && customer_update.allowed_updates.length === 0) {
    throw missingParam("features[customer_update][allowed_updates]");
  }
  const at = "features[subscription_update]";
  if (!subscription_update.enabled) return;
  if (subscription_update.default_allowed_updates.length === 0) throw missingParam(`${at}[default_allowed_updates]`);
  const products = subscription_update.products ?? [];
  if (products.length === 0) throw missingParam(`${at}[products]`);
  if (products.length > 10) throw invalid("You can offer at most 10 products.", `${at}[products]`);
  for (const [index, { product, prices }] of products.entries()) {
    context.find("product", product, `${at}[products][${index}][product]`);
    if (prices.length === 0) throw missingParam(`${at}[products][${index}][prices]`);
    for (const price of prices) requirePriceOf(product, price, `${at}[products][${index}][prices]`, context);
  }
}

function requirePriceOf(product: string, id: string, param: string, context: Context): void {
  const price = context.find("price", id, param);
  if (price.product !== product) throw invalid(`The price ${id} does not belong to the product ${product}.`, param);
  if (!price.recurring) throw invalid(`The price ${id} is not recurring.`, param);
  if (price.recurring.usage_type === "metered") {
    throw invalid(`The price ${id} is metered: the portal cannot change to it.`, param);
  }
}
