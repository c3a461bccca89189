import type Stripe from "stripe";
import { fromSeconds, stripe } from "@/lib/stripe/client";
import { paymentsOf } from "@/lib/stripe/invoices";
import { isLive, type ReadSubscription } from "./snapshot";

const FRESH_MS = 3_600_000;

async function refund(subscription: string, invoice: Stripe.Invoice): Promise<void> {
  if (!invoice.id) return;
  for (const paymentIntent of await paymentsOf(invoice.id))
    await stripe().refunds.create(
      { payment_intent: paymentIntent, reason: "duplicate", metadata: { subscription } },
      { idempotencyKey: `second:${subscription}:${paymentIntent}` },
    );
}

/**
 * Ends and refunds whole what a person bought twice by accident: live subscriptions that our own checkout made beside
 * the one that counts, less than an hour old. They have given no credits, so nothing of them was used. Older ones and
 * those made elsewhere are left for an admin, who sees them flagged.
 * @returns the ids of those that were ended
 * @throws Error if Stripe cannot answer; asked again, nothing is refunded twice
 */
export async function endSecondSubscriptions(
  subscriptions: ReadSubscription[],
  mirrored: ReadSubscription | null,
  account: string,
  now: Date,
): Promise<string[]> {
  const second = subscriptions.filter(
    (subscription) =>
      subscription !== mirrored &&
      isLive(subscription) &&
      subscription.raw.metadata.account === account &&
      now.getTime() - fromSeconds(subscription.raw.created).getTime() < FRESH_MS,
  );
  for (const { raw, invoices } of second) {
    for (const { invoice } of invoices) if (invoice.status === "paid") await refund(raw.id, invoice);
    await stripe().subscriptions.cancel(raw.id, { prorate: false, invoice_now: false });
  }
  return second.map(({ raw }) => raw.id);
}
