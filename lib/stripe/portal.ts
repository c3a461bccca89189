import type Stripe from "stripe";
import { env } from "@/lib/env";
import type { Setup } from "./account";
import { stripe } from "./client";

/** Marks the portal configuration that is ours; an account may have others. */
const OURS = { ledgerline: "1" } as const;

type Features = Stripe.BillingPortal.ConfigurationCreateParams.Features;

/**
 * What customers may do at Stripe. Canceling and changing plans are not among it: a plan with a base and an overage
 * line cannot be changed there, and one that is canceled there ends at its shortest period.
 */
const FEATURES = {
  customer_update: { enabled: true, allowed_updates: ["address", "email", "name", "tax_id"] },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true },
  subscription_cancel: { enabled: false },
  subscription_pause: { enabled: false },
  subscription_update: { enabled: false },
} satisfies Features;

const returnUrl = () => new URL("/billing", env().APP_URL).href;

async function findOurs(): Promise<Stripe.BillingPortal.Configuration | null> {
  for await (const found of stripe().billingPortal.configurations.list({ active: true, limit: 100 }))
    if (found.metadata?.ledgerline === OURS.ledgerline) return found;
  return null;
}

function isAsWanted({ features, default_return_url: back }: Stripe.BillingPortal.Configuration, url: string): boolean {
  const allowed = features.customer_update.allowed_updates;
  return (
    back === url &&
    features.customer_update.enabled &&
    allowed.length === FEATURES.customer_update.allowed_updates.length &&
    FEATURES.customer_update.allowed_updates.every((update) => allowed.includes(update)) &&
    features.invoice_history.enabled &&
    features.payment_method_update.enabled &&
    !features.subscription_cancel.enabled &&
    !features.subscription_pause?.enabled &&
    !features.subscription_update.enabled
  );
}

/**
 * Makes or mends our portal configuration: card, invoices, tax ids, name and address on; cancel, update and pause off.
 * Doing it again changes nothing.
 * @throws Error when Stripe refuses
 */
export async function setUpPortal({ dryRun, say }: Pick<Setup, "dryRun" | "say">): Promise<void> {
  const wanted = { features: FEATURES, default_return_url: returnUrl(), metadata: OURS };
  const existing = await findOurs();
  if (existing && isAsWanted(existing, wanted.default_return_url)) return;
  say(existing ? "update the billing portal" : "make the billing portal");
  if (dryRun) return;
  if (existing) await stripe().billingPortal.configurations.update(existing.id, wanted);
  else await stripe().billingPortal.configurations.create({ ...wanted, name: "Ledgerline" });
}

/** Whether our portal configuration is there, and still lets customers do exactly what they should. */
export async function lookAtPortalConfiguration(): Promise<"missing" | "changed" | "as wanted"> {
  const existing = await findOurs();
  if (!existing) return "missing";
  return isAsWanted(existing, returnUrl()) ? "as wanted" : "changed";
}

/** The id of our portal configuration, or null before setup has made it. */
export async function findPortalConfiguration(): Promise<string | null> {
  return (await findOurs())?.id ?? null;
}
