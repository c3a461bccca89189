import type Stripe from "stripe";
import { grantKeys } from "@/lib/billing/grants";
import { upgradeKeys } from "@/lib/billing/upgrades";
import { now } from "@/lib/clock";
import { idOf, isLivemode, stripe } from "@/lib/stripe/client";
import { subscriptionLines, subscriptionOf } from "@/lib/stripe/invoices";
import { rpc } from "@/lib/supabase/rpc";

interface GrantKey {
  source: string;
  source_id: string;
}

const STANDING_REFUND = ["succeeded", "pending", "requires_action"];
/** Money that a dispute holds or has taken; inquiries (`warning_*`) and prevented ones move none. */
const STANDING_DISPUTE = ["needs_response", "under_review", "appeal_needs_response", "appeal_under_review", "lost"];

/** A cardholder who did not buy, or who had ended the plan, must not be charged for it again. */
const ENDS_PLAN = ["fraudulent", "subscription_canceled"];

async function endPlans(invoices: Stripe.Invoice[]): Promise<void> {
  for (const id of invoices.flatMap((invoice) => subscriptionOf(invoice) ?? [])) {
    const { ended_at: endedAt } = await stripe().subscriptions.retrieve(id);
    if (endedAt === null) await stripe().subscriptions.cancel(id, { prorate: false, invoice_now: false });
  }
}

async function invoicesOf(paymentIntent: string): Promise<Stripe.Invoice[]> {
  const { data } = await stripe().invoicePayments.list({
    payment: { type: "payment_intent", payment_intent: paymentIntent },
    limit: 10,
  });
  const ids = data.flatMap((paid) => idOf(paid.invoice) ?? []);
  return Promise.all(ids.map((id) => stripe().invoices.retrieve(id)));
}

/** The grants that a payment paid for: its pack's, or those of the base lines of its subscription invoice. */
async function grantsOf(payment: Stripe.PaymentIntent, invoices: Stripe.Invoice[]): Promise<GrantKey[]> {
  if (payment.metadata.kind === "pack") {
    const { session_id: session } = await rpc<{ session_id: string | null }>("find_purchase", {
      payment_intent_id: payment.id,
    });
    if (!session) throw new Error(`The purchase that ${payment.id} paid for is not here yet.`);
    return [{ source: "pack", source_id: session }];
  }
  const keys: GrantKey[] = [];
  for (const invoice of invoices) {
    const subscription = subscriptionOf(invoice);
    if (!subscription) continue;
    for (const { meaning, isProration, period } of await subscriptionLines(invoice)) {
      if (meaning?.kind !== "base") continue;
      if (isProration) keys.push(...upgradeKeys(invoice.id ?? ""));
      else keys.push(...grantKeys({ subscription, interval: meaning.interval, period }));
    }
  }
  return keys;
}

/** What credit notes have given back without a refund: to the customer's balance, or out of band. */
async function creditNoteCents(invoices: Stripe.Invoice[]): Promise<number> {
  let cents = 0;
  for (const { id, post_payment_credit_notes_amount: credited } of invoices) {
    if (!id || credited === 0) continue;
    for await (const note of stripe().creditNotes.list({ invoice: id, limit: 100 }))
      if (note.status === "issued" && note.type === "post_payment")
        cents += (note.refunds ?? []).reduce((rest, refund) => rest - refund.amount_refunded, note.amount);
  }
  return cents;
}

/**
 * Fetches how much of a payment stands refunded or disputed now, and brings its credits in step: takes the difference
 * back, or gives it back. It is the state that counts, so refund and dispute together, repeated partial refunds, a
 * failed refund, a dispute won and a replay are all the same sum. While a dispute for fraud is open the account is held;
 * it, and one that says the plan was canceled, ends the plan.
 * @param lease the customer's lease
 * @returns false if the payment is not one of our customers', or took no money
 * @throws Error if Stripe or the database cannot answer, or the lease was lost
 */
export async function syncPayment({
  paymentIntent,
  customer,
  lease,
}: {
  paymentIntent: string;
  customer: string;
  lease: string;
}) {
  const owner = await rpc<{ account_id: string | null }>("find_customer_account", {
    customer_id: customer,
    livemode: isLivemode(),
  });
  if (!owner.account_id) return false;
  const payment = await stripe().paymentIntents.retrieve(paymentIntent);
  if (payment.status !== "succeeded") return false;
  const invoices = await invoicesOf(paymentIntent);
  const [grants, refunds, disputes, notes] = await Promise.all([
    grantsOf(payment, invoices),
    stripe().refunds.list({ payment_intent: paymentIntent, limit: 100 }),
    stripe().disputes.list({ payment_intent: paymentIntent, limit: 100 }),
    creditNoteCents(invoices),
  ]);
  const refunded = refunds.data.filter((refund) => STANDING_REFUND.includes(refund.status ?? ""));
  const disputed = disputes.data.filter((dispute) => STANDING_DISPUTE.includes(dispute.status));
  const open = disputed.filter((dispute) => dispute.status !== "lost");
  const sum = [...refunded, ...disputed].reduce((total, { amount }) => total + amount, notes);
  const answer = await rpc<{ ok: boolean; code: string }>("save_payment", {
    customer_id: customer,
    lease,
    payment: {
      payment_intent_id: payment.id,
      livemode: payment.livemode,
      grants,
      charged_cents: payment.amount_received,
      returned_cents: Math.min(sum, payment.amount_received),
      is_disputed: open.length > 0,
      is_fraud: open.some((dispute) => dispute.reason === "fraudulent"),
    },
    at: now(),
  });
  if (!answer.ok) throw new Error(`The payment ${payment.id} was not saved: ${answer.code}`);
  if (open.some((dispute) => ENDS_PLAN.includes(dispute.reason))) await endPlans(invoices);
  return true;
}
