import Stripe from "stripe";
import type { AccountId } from "@/lib/billing/units";
import { env } from "@/lib/env";
import { isLivemode, isMissing, stripe } from "@/lib/stripe/client";
import { findPortalConfiguration } from "@/lib/stripe/portal";
import { rpc } from "@/lib/supabase/rpc";

/** Where in the portal to begin: its first page, or straight at the card. */
export type PortalFlow = "home" | "card";

export type PortalAnswer =
  | { ok: true; url: string }
  | { ok: false; code: "no_customer" | "not_set_up" | "stripe_unavailable"; message: string };

const REFUSALS = {
  no_customer: "There is nothing to manage yet: this account has not bought anything.",
  not_set_up: "The page for cards and invoices is not set up yet. Write to us, and we will do it for you.",
  stripe_unavailable: "The page for cards and invoices could not be opened. Please try again in a moment.",
} as const;

const refuse = (code: keyof typeof REFUSALS): PortalAnswer => ({ ok: false, code, message: REFUSALS[code] });

function flowData(flow: PortalFlow, back: string): Stripe.BillingPortal.SessionCreateParams.FlowData | undefined {
  if (flow === "home") return undefined;
  return { type: "payment_method_update", after_completion: { type: "redirect", redirect: { return_url: back } } };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeAuthenticationError;

/**
 * Opens Stripe's portal for an account. Its address lets whoever has it in, so it is made for each click and kept
 * nowhere.
 * @param o.flow "card" goes straight to a new card
 * @param o.returnPath a path of ours, where "back" leads
 * @returns where to send the browser, or why not, in words for the person
 * @throws Error if the database cannot answer or Stripe refuses our parameters
 */
export async function openPortal(o: {
  account: AccountId;
  flow?: PortalFlow;
  returnPath: string;
}): Promise<PortalAnswer> {
  const { customer_id: customer } = await rpc<{ customer_id: string | null }>("find_customer", {
    account_id: o.account,
    livemode: isLivemode(),
  });
  if (!customer) return refuse("no_customer");
  const back = new URL(o.returnPath, env().APP_URL).href;
  try {
    const configuration = await findPortalConfiguration();
    if (!configuration) {
      console.error("Stripe has no portal configuration of ours. Run npm run stripe:setup.");
      return refuse("not_set_up");
    }
    const flow = flowData(o.flow ?? "home", back);
    const { url } = await stripe().billingPortal.sessions.create({
      customer,
      configuration,
      return_url: back,
      ...(flow ? { flow_data: flow } : {}),
    });
    return { ok: true, url };
  } catch (error) {
    if (isMissing(error) && error instanceof Stripe.errors.StripeError && error.param === "customer")
      return refuse("no_customer");
    if (!(error instanceof Stripe.errors.StripeError) || isRefusal(error)) throw error;
    console.error(`Stripe did not open its portal: ${error.message}`);
    return refuse("stripe_unavailable");
  }
}
