import type Stripe from "stripe";
import { now } from "@/lib/clock";
import { fromSeconds, stripe } from "@/lib/stripe/client";
import { paymentsOf } from "@/lib/stripe/invoices";
import { rpc } from "@/lib/supabase/rpc";
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

async function queueMail(account: string, { raw, base, invoices }: ReadSubscription): Promise<void> {
  await rpc("queue_mail", {
    account_id: account,
    kind: "duplicate_refunded",
    key: raw.id,
    data: {
      planName: base?.plan?.name ?? null,
      amountCents: invoices.reduce((sum, { invoice }) => sum + invoice.amount_paid, 0),
      currency: raw.currency,
    },
    at: now(),
  });
}

/**
 * Whether a subscription was bought twice by accident: our own checkout made it beside the one that counts, less than an
 * hour ago. It has given no credits, so nothing of it was used.
 */
export function isUnusedSecond(
  subscription: ReadSubscription,
  mirrored: ReadSubscription | null,
  account: string,
  at: Date,
): boolean {
  return (
    subscription !== mirrored &&
    isLive(subscription) &&
    subscription.raw.metadata.account === account &&
    subscription.invoices.every(({ invoice }) => invoice.status === "paid" || invoice.status === "void") &&
    at.getTime() - fromSeconds(subscription.raw.created).getTime() < FRESH_MS
  );
}

/** Ending a subscription stops Stripe from collecting every open invoice of the customer; those of the plan that counts go on. */
async function keepCollecting({ invoices }: ReadSubscription): Promise<void> {
  for (const { invoice } of invoices)
    if (invoice.id && invoice.status === "open" && invoice.auto_advance)
      await stripe().invoices.update(invoice.id, { auto_advance: true });
}

/**
 * Ends and refunds whole what a person bought twice by accident, and tells the owners. Older ones, those made elsewhere, and those whose money is still on its way are left for an admin,
 * who sees them flagged.
 * @returns the ids of those that were ended
 * @throws Error if Stripe cannot answer; asked again, nothing is refunded twice
 */
export async function endSecondSubscriptions(
  subscriptions: ReadSubscription[],
  mirrored: ReadSubscription | null,
  account: string,
): Promise<string[]> {
  const at = now();
  const second = subscriptions.filter((subscription) => isUnusedSecond(subscription, mirrored, account, at));
  for (const subscription of second) {
    const { raw, invoices } = subscription;
    for (const { invoice } of invoices) if (invoice.status === "paid") await refund(raw.id, invoice);
    await queueMail(account, subscription);
    await stripe().subscriptions.cancel(raw.id, { prorate: false, invoice_now: false });
    if (mirrored) await keepCollecting(mirrored);
  }
  return second.map(({ raw }) => raw.id);
}
