import type Stripe from "stripe";
import { packExpiry } from "@/lib/billing/allowance";
import { packGrant, toGrantRow } from "@/lib/billing/grants";
import { packVersion } from "@/lib/billing/offers";
import { now } from "@/lib/clock";
import { fromSeconds, idOf, stripe } from "@/lib/stripe/client";
import { toInvoiceRow } from "@/lib/stripe/invoices";
import { rpc } from "@/lib/supabase/rpc";

type PurchaseStatus = "pending" | "paid" | "failed";

/**
 * What became of a session that sold a pack. Paid later by bank it is pending until the bank has paid, or has refused
 * and the payment waits for another method; 100 % off it is paid.
 */
function statusOf(session: Stripe.Checkout.Session): PurchaseStatus | null {
  if (session.status !== "complete") return null;
  if (session.payment_status !== "unpaid") return "paid";
  const payment = typeof session.payment_intent === "object" ? session.payment_intent : null;
  return payment?.status === "requires_payment_method" || payment?.status === "canceled" ? "failed" : "pending";
}

function mailOf(status: PurchaseStatus, session: Stripe.Checkout.Session, pack: { name: string; credits: number }) {
  const data = {
    packName: pack.name,
    credits: pack.credits,
    amountCents: session.amount_total ?? 0,
    currency: session.currency ?? "usd",
  };
  if (status === "paid") {
    const invoice = typeof session.invoice === "object" ? session.invoice : null;
    return [
      { kind: "pack_receipt", key: session.id, data: { ...data, invoiceUrl: invoice?.hosted_invoice_url ?? null } },
    ];
  }
  return status === "failed" ? [{ kind: "async_payment_failed", key: session.id, data }] : [];
}

const netOf = (session: Stripe.Checkout.Session) =>
  Math.max(0, (session.amount_total ?? 0) - (session.total_details?.amount_tax ?? 0));

/**
 * Fetches a checkout session that sold a pack and writes what it became: purchase, credits, invoice, mail. The credits
 * are keyed by the session, so they come once, however often and by whichever event Stripe says it was paid. What was
 * sold is the pack at the version on the session, whatever plans.ts says today.
 * @param lease the customer's lease
 * @returns false if the session sold no pack of ours
 * @throws Error if Stripe or the database cannot answer, or the lease was lost
 */
export async function syncPurchase({
  session: id,
  customer,
  lease,
}: {
  session: string;
  customer: string;
  lease: string;
}): Promise<boolean> {
  const session = await stripe().checkout.sessions.retrieve(id, { expand: ["invoice", "payment_intent"] });
  if (session.mode !== "payment" || session.metadata?.kind !== "pack" || idOf(session.customer) !== customer)
    return false;
  const at = now();
  const status = statusOf(session);
  if (!status) {
    if (session.status === "expired") await rpc("close_checkout", { id: null, session_id: id, outcome: "expired", at });
    return true;
  }
  const { pack: key = "", version = "" } = session.metadata;
  const pack = packVersion(key, Number(version));
  if (!pack) throw new Error(`plans.ts has forgotten version ${version} of the pack "${key}", which ${id} sold.`);
  const paid = { cents: netOf(session), currency: session.currency ?? "usd" };
  const boughtAt = fromSeconds(session.created);
  const answer = await rpc<{ ok: boolean; code: string }>("save_pack_purchase", {
    customer_id: customer,
    lease,
    purchase: {
      session_id: id,
      livemode: session.livemode,
      pack_key: pack.key,
      pack_version: pack.version,
      credits: pack.credits,
      status,
      total_cents: session.amount_total ?? 0,
      net_cents: paid.cents,
      currency: paid.currency,
      payment_intent_id: idOf(session.payment_intent),
      invoice_id: idOf(session.invoice),
      created_at: boughtAt,
    },
    invoices: session.invoice && typeof session.invoice === "object" ? [await toInvoiceRow(session.invoice)] : [],
    grants: status === "paid" ? [toGrantRow(packGrant(id, pack.credits, paid, packExpiry(boughtAt)))] : [],
    mails: mailOf(status, session, pack),
    at,
  });
  if (!answer.ok) throw new Error(`The purchase ${id} was not saved: ${answer.code}`);
  await rpc("close_checkout", { id: null, session_id: id, outcome: "complete", at });
  return true;
}

/**
 * Notes what became of the session that sold a plan; the plan itself follows from the subscription.
 * @throws Error if Stripe or the database cannot answer
 */
export async function syncPlanCheckout(id: string): Promise<void> {
  const { status } = await stripe().checkout.sessions.retrieve(id);
  if (status === "complete" || status === "expired")
    await rpc("close_checkout", { id: null, session_id: id, outcome: status, at: now() });
}
