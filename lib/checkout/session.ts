import type Stripe from "stripe";
import type { Offer } from "@/lib/billing/offers";
import { policy } from "@/lib/billing/plans";
import type { AccountId } from "@/lib/billing/units";
import { env } from "@/lib/env";
import { consentWords } from "./consent";

/** What one checkout is about; the same facts give the same parameters, as an idempotency key demands. */
export interface CheckoutFacts {
  readonly checkout: string;
  readonly account: AccountId;
  readonly customer: string;
  readonly price: string;
  /** The price of what is used beyond the allowance; null where none is sold with the rest. */
  readonly overagePrice: string | null;
  readonly offer: Offer;
  /** 0 where none is offered, and for whoever has had one: a trial is once an account and person. */
  readonly trialDays: number;
}

function metadataOf({ offer, account, checkout }: CheckoutFacts): Record<string, string> {
  if (offer.kind === "pack")
    return { kind: "pack", account, checkout, pack: offer.pack.key, version: String(offer.pack.version) };
  const { plan } = offer;
  return { kind: "plan", account, checkout, plan: plan.key, version: String(plan.version) };
}

/**
 * The parameters of a checkout session: our price, our customer. A plan paid monthly brings its metered line along, which
 * has no quantity; a yearly one cannot be sold with it, and gets it with the first sync. Pay as you go is taken with a
 * card alone, since what is used must be payable at once.
 */
export function sessionParams(facts: CheckoutFacts): Stripe.Checkout.SessionCreateParams {
  const { account, customer, price, overagePrice, offer, trialDays } = facts;
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
  const consent = consentWords(offer, trialDays);
  return {
    ...common,
    mode: "subscription",
    line_items: [{ price, quantity: 1 }, ...(overagePrice ? [{ price: overagePrice }] : [])],
    ...(consent ? { custom_text: { submit: { message: consent } } } : {}),
    ...(offer.kind === "base" && offer.plan.key === "payg" ? { allowed_payment_method_types: ["card"] } : {}),
    subscription_data: { metadata, ...(trialDays > 0 ? { trial_period_days: trialDays } : {}) },
    payment_method_collection: "always",
  };
}
