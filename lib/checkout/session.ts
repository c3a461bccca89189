import type Stripe from "stripe";
import type { Offer } from "@/lib/billing/offers";
import { policy } from "@/lib/billing/plans";
import type { AccountId } from "@/lib/billing/units";
import { env } from "@/lib/env";

/** What one checkout is about; the same facts give the same parameters, as an idempotency key demands. */
export interface CheckoutFacts {
  readonly checkout: string;
  readonly account: AccountId;
  readonly customer: string;
  readonly price: string;
  readonly offer: Offer;
  /** 0 for whoever has had a plan before: a trial is once an account. */
  readonly trialDays: number;
}

function metadataOf({ offer, account, checkout }: CheckoutFacts): Record<string, string> {
  if (offer.kind === "pack")
    return { kind: "pack", account, checkout, pack: offer.pack.key, version: String(offer.pack.version) };
  const { plan } = offer;
  return { kind: "plan", account, checkout, plan: plan.key, version: String(plan.version) };
}

/**
 * The parameters of a checkout session: one line, our price, our customer. A plan's metered line is left out until
 * overage is sold; a yearly one could not be sold here at all.
 */
export function sessionParams(facts: CheckoutFacts): Stripe.Checkout.SessionCreateParams {
  const { account, customer, price, offer, trialDays } = facts;
  const metadata = metadataOf(facts);
  const { APP_URL } = env();
  const common: Stripe.Checkout.SessionCreateParams = {
    customer,
    client_reference_id: account,
    line_items: [{ price, quantity: 1 }],
    metadata,
    success_url: `${APP_URL.replace(/\/$/, "")}/billing/success?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${APP_URL.replace(/\/$/, "")}/billing/canceled`,
    allow_promotion_codes: true,
    adaptive_pricing: { enabled: false },
    customer_update: { address: "auto", name: "auto" },
    ...(policy.collectTax ? { automatic_tax: { enabled: true }, tax_id_collection: { enabled: true } } : {}),
    ...(policy.askConsent ? { consent_collection: { terms_of_service: "required" } } : {}),
  };
  if (offer.kind === "pack")
    return {
      ...common,
      mode: "payment",
      payment_intent_data: { metadata },
      invoice_creation: { enabled: true, invoice_data: { description: offer.pack.name, metadata } },
    };
  return {
    ...common,
    mode: "subscription",
    subscription_data: { metadata, ...(trialDays > 0 ? { trial_period_days: trialDays } : {}) },
    payment_method_collection: "always",
  };
}
