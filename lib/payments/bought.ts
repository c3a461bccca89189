import type Stripe from "stripe";
import { grantKeys } from "@/lib/billing/grants";
import { packVersion } from "@/lib/billing/offers";
import type { ReturnedLines } from "@/lib/billing/returns";
import { upgradeKeys } from "@/lib/billing/upgrades";
import { fromSeconds, stripe } from "@/lib/stripe/client";
import { isProration, linesOf } from "@/lib/stripe/invoice-lines";
import { subscriptionOf } from "@/lib/stripe/invoices";
import { meaningOf } from "@/lib/stripe/prices";
import { rpc } from "@/lib/supabase/rpc";

export interface GrantKey {
  readonly source: string;
  readonly source_id: string;
}

/** Credits that some lines of an invoice brought, or a payment as a whole. */
export interface BoughtCredits {
  readonly keys: readonly GrantKey[];
  readonly lines: ReturnedLines | null;
}

/** The purchase of a pack, with what is left of its credits, and refunds of it that are not at Stripe yet. */
export interface Purchase {
  readonly session_id: string;
  readonly account_id: string;
  readonly customer_id: string;
  readonly livemode: boolean;
  readonly pack_key: string;
  readonly pack_version: number;
  readonly credits: number;
  readonly currency: string;
  readonly left: number;
  readonly unspent: number;
  readonly begun: ReadonlyArray<{ readonly id: string; readonly amount_cents: number }>;
}

/** The pack that a payment bought, or null. */
export async function findPurchase(paymentIntent: string): Promise<Purchase | null> {
  const found = await rpc<Purchase | Record<string, never>>("find_purchase", { payment_intent_id: paymentIntent });
  return "session_id" in found ? (found as Purchase) : null;
}

export const packName = ({ pack_key, pack_version, credits }: Purchase): string =>
  packVersion(pack_key, pack_version)?.name ?? `${credits} credits`;

/** The invoices that a payment has paid. */
export async function invoicesOf(paymentIntent: string): Promise<Stripe.Invoice[]> {
  const { data } = await stripe().invoicePayments.list({
    payment: { type: "payment_intent", payment_intent: paymentIntent },
    limit: 100,
  });
  const ids = data.flatMap(({ invoice }) => (typeof invoice === "string" ? [invoice] : (invoice.id ?? [])));
  return Promise.all([...new Set(ids)].map((id) => stripe().invoices.retrieve(id)));
}

const netOf = (line: Stripe.InvoiceLineItem) =>
  line.amount - (line.discount_amounts ?? []).reduce((sum, discount) => sum + discount.amount, 0);

/**
 * What the base lines of a plan's invoice brought: a period's allowance, of a year all twelve months, or an upgrade.
 * The lines of an upgrade, what the new plan costs and what the old one gives back, count together.
 */
export async function creditsOf(
  invoice: Stripe.Invoice,
): Promise<{ bought: BoughtCredits[]; planName: string | null }> {
  const subscription = subscriptionOf(invoice);
  if (!subscription) return { bought: [], planName: null };
  const lines = await linesOf(invoice);
  const invoiceCents = lines.reduce((sum, line) => sum + netOf(line), 0);
  const bought: BoughtCredits[] = [];
  const prorations: Stripe.InvoiceLineItem[] = [];
  let planName: string | null = null;
  for (const line of lines) {
    const meaning = await meaningOf(line.pricing?.price_details?.price);
    if (line.parent?.type !== "subscription_item_details" || meaning?.kind !== "base") continue;
    if (line.amount >= 0) planName = meaning.plan?.name ?? planName;
    if (isProration(line)) {
      prorations.push(line);
      continue;
    }
    const period = { start: fromSeconds(line.period.start), end: fromSeconds(line.period.end) };
    bought.push({
      keys: grantKeys({ subscription, interval: meaning.interval, period }),
      lines: { ids: [line.id], netCents: netOf(line), invoiceCents },
    });
  }
  if (prorations.length > 0)
    bought.push({
      keys: upgradeKeys(invoice.id ?? ""),
      lines: {
        ids: prorations.map(({ id }) => id),
        netCents: prorations.reduce((sum, line) => sum + netOf(line), 0),
        invoiceCents,
      },
    });
  return { bought, planName };
}
