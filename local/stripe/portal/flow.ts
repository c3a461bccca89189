import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import type { Objects, Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { Configuration } from "./configuration-rules.ts";

export type Flow = NonNullable<Objects["billing_portal.session"]["flow"]>;
type Sent = NonNullable<Params<Stripe.BillingPortal.SessionCreateParams>["flow_data"]>;

/**
 * The one thing a deep link is for.
 * @throws 400 when the configuration does not allow it, or the subscription is not one it can be done with
 */
export function flowOf(sent: Sent, customer: string, configuration: Configuration, context: Context): Flow {
  const { features } = configuration;
  const completion = sent.after_completion;
  if (completion?.type === "redirect" && !completion.redirect) {
    throw missingParam("flow_data[after_completion][redirect]");
  }
  const flow: Flow = {
    after_completion: {
      type: completion?.type ?? "portal_homepage",
      redirect: completion?.redirect ?? null,
      hosted_confirmation: completion?.hosted_confirmation
        ? { custom_message: completion.hosted_confirmation.custom_message ?? null }
        : null,
    },
    customer_update: null,
    subscription_cancel: null,
    subscription_pause: null,
    subscription_update: null,
    subscription_update_confirm: null,
    type: sent.type,
  };
  if (sent.type === "payment_method_update") {
    requireFeature(features.payment_method_update.enabled, "payment_method_update");
    return flow;
  }
  if (sent.type === "customer_update") {
    requireFeature(features.customer_update.enabled, "customer_update");
    return { ...flow, customer_update: {} };
  }
  if (sent.type !== "subscription_cancel") throw leftOutFlow("flow_data[type]");
  requireFeature(features.subscription_cancel.enabled, "subscription_cancel");
  const subscription = sent.subscription_cancel?.subscription;
  if (!subscription) throw missingParam("flow_data[subscription_cancel]");
  if (sent.subscription_cancel?.retention) throw leftOutFlow("flow_data[subscription_cancel][retention]");
  requireCancelable(subscription, customer, context);
  return { ...flow, subscription_cancel: { subscription, retention: null } };
}

function requireFeature(isEnabled: boolean, feature: string): void {
  if (isEnabled) return;
  throw invalid(`The portal configuration does not have the feature ${feature} enabled.`, "flow_data[type]");
}

function requireCancelable(id: string, customer: string, context: Context): void {
  const param = "flow_data[subscription_cancel][subscription]";
  const subscription = context.find("subscription", id, param);
  if (subscription.customer !== customer) {
    throw invalid(`The subscription ${id} does not belong to the customer ${customer}.`, param);
  }
  if (subscription.ended_at !== null || subscription.cancel_at !== null) {
    throw invalid(`The subscription ${id} is already set to be canceled.`, param);
  }
}

const leftOutFlow = (param: string) => invalid(`The local Stripe double leaves out what ${param} asks for.`, param);
