import Stripe from "stripe";
import { now } from "@/lib/clock";
import { idOf, isLivemode, stripe } from "@/lib/stripe/client";
import { subscriptionOf } from "@/lib/stripe/invoices";
import { rpc } from "@/lib/supabase/rpc";

/** A change of what a customer pays with, as an event told of it. */
export interface CardChange {
  readonly customer: string;
  readonly lease: string;
  /** The payment method the event names; null when it is about the customer. */
  readonly method: string | null;
  /** The card network has renewed a card that was there before, so that paying with it is a new try. */
  readonly renewal: string | null;
  /** Unix seconds. What was bought later chose its card itself. */
  readonly changedAt: number;
}

const LIVE = ["trialing", "active", "past_due", "unpaid", "paused", "incomplete"];

async function liveSubscriptions(customer: string): Promise<Stripe.Subscription[]> {
  const found: Stripe.Subscription[] = [];
  for await (const subscription of stripe().subscriptions.list({ customer, limit: 100 }))
    if (LIVE.includes(subscription.status)) found.push(subscription);
  return found;
}

/** What is charged by itself and waits for money, the oldest first. Packs and top-ups are paid by whoever wants them. */
async function openInvoices(customer: string): Promise<Stripe.Invoice[]> {
  const found: Stripe.Invoice[] = [];
  const asked = { customer, status: "open", collection_method: "charge_automatically", limit: 100 } as const;
  for await (const invoice of stripe().invoices.list(asked))
    if (subscriptionOf(invoice) && invoice.amount_remaining > 0) found.push(invoice);
  return found.sort((a, b) => a.created - b.created);
}

/** Tries one invoice. @returns null when it is paid or needs nothing, else why the bank refused, in Stripe's words */
async function pay(invoice: string, method: string, renewal: string | null): Promise<string | null> {
  try {
    await stripe().invoices.pay(
      invoice,
      { payment_method: method },
      { idempotencyKey: ["pay", invoice, method, ...(renewal ? [renewal] : [])].join(":") },
    );
    return null;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError) return error.message;
    const { status } = await stripe().invoices.retrieve(invoice);
    if (status !== "open") return null;
    throw error;
  }
}

async function payOpenInvoices({ customer, lease, renewal }: CardChange, method: string): Promise<void> {
  for (const { id } of await openInvoices(customer)) {
    if (!id) continue;
    const problem = await pay(id, method, renewal);
    if (problem)
      await rpc("note_payment_problem", { customer_id: customer, lease, invoice_id: id, problem, at: now() });
  }
}

/**
 * Lets a card that was changed take effect: it is set on every live subscription, since Stripe prefers a
 * subscription's own card to the customer's, and open invoices are paid with it, the oldest first. It is the
 * customer's present default that counts, never what an old event says; a card that was merely saved beside it changes
 * nothing. A refusal by the bank is noted on the invoice for people to see, and moves no dunning.
 * @returns false if the customer is none of ours
 * @throws Error if Stripe or the database cannot answer; asked again, no card is charged twice
 */
export async function followCard(change: CardChange): Promise<boolean> {
  const { customer, method, renewal } = change;
  const owner = await rpc<{ account_id: string | null }>("find_customer_account", {
    customer_id: customer,
    livemode: isLivemode(),
  });
  if (!owner.account_id) return false;
  const present = await stripe().customers.retrieve(customer);
  if (present.deleted) return true;
  const standard = idOf(present.invoice_settings.default_payment_method);
  const subscriptions = await liveSubscriptions(customer);
  const isUsed = subscriptions.some(({ default_payment_method: own }) => idOf(own) === method);
  if (renewal && method && (standard === method || isUsed)) {
    await payOpenInvoices(change, method);
    return true;
  }
  if (!standard || (method && method !== standard)) return true;
  for (const { id, default_payment_method: own, created } of subscriptions)
    if (created <= change.changedAt && idOf(own) !== standard)
      await stripe().subscriptions.update(id, { default_payment_method: standard });
  await payOpenInvoices(change, standard);
  return true;
}
