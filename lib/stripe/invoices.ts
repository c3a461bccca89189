import type Stripe from "stripe";
import type { Period } from "@/lib/billing/allowance";
import { fromSeconds, fromSecondsOrNull, idOf, stripe } from "./client";
import { isProration, linesOf, toLineRows } from "./invoice-lines";
import { meaningOf, type PriceMeaning } from "./prices";

/** A line that charges or credits a subscription item, translated. */
export interface SubscriptionLine {
  readonly meaning: PriceMeaning | null;
  readonly isProration: boolean;
  readonly period: Period;
  /** Before discounts and tax; negative when it gives money back. */
  readonly listCents: number;
  /** After discounts, without tax. */
  readonly netCents: number;
  /** What was credited of it before it was paid. */
  readonly creditedCents: number;
  /** All of it was credited before it was paid: nothing is asked for it any more. */
  readonly isCredited: boolean;
}

/** The subscription an invoice was made by, or null. */
export function subscriptionOf(invoice: Stripe.Invoice): string | null {
  if (invoice.parent?.type !== "subscription_details") return null;
  return idOf(invoice.parent.subscription_details?.subscription);
}

/** The payments that have paid an invoice. */
export async function paymentsOf(invoice: string): Promise<string[]> {
  const { data } = await stripe().invoicePayments.list({ invoice, status: "paid", limit: 100 });
  return data.flatMap(({ payment }) => idOf(payment.payment_intent) ?? []);
}

/** What was credited of each line of an invoice before it was paid, in cents without tax. */
async function creditedOf({
  id,
  pre_payment_credit_notes_amount: amount,
}: Stripe.Invoice): Promise<Map<string, number>> {
  const credited = new Map<string, number>();
  if (!id || amount === 0) return credited;
  for await (const note of stripe().creditNotes.list({ invoice: id, limit: 100 })) {
    if (note.status !== "issued" || note.pre_payment_amount === 0) continue;
    for await (const line of stripe().creditNotes.listLineItems(note.id, { limit: 100 }))
      if (line.invoice_line_item)
        credited.set(line.invoice_line_item, (credited.get(line.invoice_line_item) ?? 0) + line.amount);
  }
  return credited;
}

/** The lines of an invoice that belong to subscription items, each with what its price stands for. */
export async function subscriptionLines(invoice: Stripe.Invoice): Promise<SubscriptionLine[]> {
  const lines = (await linesOf(invoice)).filter((line) => line.parent?.type === "subscription_item_details");
  const credited = await creditedOf(invoice);
  return Promise.all(
    lines.map(async (line) => {
      const netCents = line.amount - (line.discount_amounts ?? []).reduce((sum, discount) => sum + discount.amount, 0);
      const back = credited.get(line.id) ?? 0;
      return {
        meaning: await meaningOf(line.pricing?.price_details?.price),
        isProration: isProration(line),
        period: { start: fromSeconds(line.period.start), end: fromSeconds(line.period.end) },
        listCents: line.amount,
        netCents,
        creditedCents: back,
        isCredited: back > 0 && back >= netCents,
      };
    }),
  );
}

function purposeOf(invoice: Stripe.Invoice): "plan" | "pack" | "other" {
  if (subscriptionOf(invoice)) return "plan";
  return invoice.metadata?.kind === "pack" || invoice.metadata?.kind === "topup" ? "pack" : "other";
}

/** An invoice with its lines as the database stores it, for people to read. */
export async function toInvoiceRow(invoice: Stripe.Invoice): Promise<Record<string, unknown>> {
  return {
    id: invoice.id,
    livemode: invoice.livemode,
    subscription_id: subscriptionOf(invoice),
    number: invoice.number,
    status: invoice.status ?? "draft",
    purpose: purposeOf(invoice),
    description: invoice.description ?? invoice.lines.data[0]?.description ?? null,
    billing_reason: invoice.billing_reason,
    collection_method: invoice.collection_method,
    total_cents: invoice.total,
    due_cents: invoice.amount_remaining,
    paid_cents: invoice.amount_paid,
    currency: invoice.currency,
    attempt_count: invoice.attempt_count,
    next_payment_attempt_at: fromSecondsOrNull(invoice.next_payment_attempt),
    due_at: fromSecondsOrNull(invoice.due_date),
    hosted_url: invoice.hosted_invoice_url ?? null,
    pdf_url: invoice.invoice_pdf ?? null,
    created_at: fromSeconds(invoice.created),
    finalized_at: fromSecondsOrNull(invoice.status_transitions.finalized_at),
    paid_at: fromSecondsOrNull(invoice.status_transitions.paid_at),
    lines: await toLineRows(invoice),
  };
}
