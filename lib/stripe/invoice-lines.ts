import type Stripe from "stripe";
import { fromSeconds, stripe } from "./client";
import { meaningOf, type PriceMeaning } from "./prices";

/** What a line of an invoice is about. */
export type LineKind = "base" | "overage" | "pack" | "proration" | "credit" | "other";

/** Every line of an invoice; those that did not come with it are fetched. */
export async function linesOf(invoice: Stripe.Invoice): Promise<Stripe.InvoiceLineItem[]> {
  if (!invoice.lines.has_more || !invoice.id) return invoice.lines.data;
  const all: Stripe.InvoiceLineItem[] = [];
  for await (const line of stripe().invoices.listLineItems(invoice.id, { limit: 100 })) all.push(line);
  return all;
}

/** Whether a line settles the rest of a period after a change. */
export function isProration({ parent }: Stripe.InvoiceLineItem): boolean {
  return (parent?.subscription_item_details ?? parent?.invoice_item_details)?.proration ?? false;
}

/**
 * What a line is about, by what its price means. Invoice items of ours say it in their metadata; on lines of a
 * subscription Stripe repeats the subscription's metadata, which says nothing about the line.
 */
export function kindOf(line: Stripe.InvoiceLineItem, meaning: PriceMeaning | null): LineKind {
  if (isProration(line)) return "proration";
  if (meaning) return meaning.kind;
  const ownKind = line.parent?.type === "invoice_item_details" ? line.metadata.kind : undefined;
  if (ownKind === "overage" || ownKind === "pack") return ownKind;
  return line.amount < 0 ? "credit" : "other";
}

const UNITS: Partial<Record<LineKind, string>> = { overage: "credits", pack: "packs" };

/** What an invoice item of ours counts and costs: credits at a price that was worked out before, not one of its sum. */
function countOf(line: Stripe.InvoiceLineItem): { quantity: number | null; unit_price: string | null } {
  const credits = Number(line.parent?.subscription_item_details ? Number.NaN : (line.metadata.credits ?? Number.NaN));
  if (Number.isSafeInteger(credits)) return { quantity: credits, unit_price: null };
  return { quantity: line.quantity, unit_price: line.pricing?.unit_amount_decimal?.toString() ?? null };
}

async function toLineRow(line: Stripe.InvoiceLineItem, position: number): Promise<Record<string, unknown>> {
  const meaning = await meaningOf(line.pricing?.price_details?.price);
  const kind = kindOf(line, meaning);
  return {
    id: line.id,
    position,
    kind,
    plan_key: meaning && "planKey" in meaning ? meaning.planKey : null,
    description: line.description,
    ...countOf(line),
    unit: UNITS[kind] ?? null,
    amount_cents: line.amount,
    tax_cents: (line.taxes ?? []).reduce((sum, tax) => sum + tax.amount, 0),
    discount_cents: (line.discount_amounts ?? []).reduce((sum, discount) => sum + discount.amount, 0),
    period_start_at: fromSeconds(line.period.start),
    period_end_at: fromSeconds(line.period.end),
  };
}

/** The lines of an invoice as the database stores them, in Stripe's order. */
export async function toLineRows(invoice: Stripe.Invoice): Promise<Array<Record<string, unknown>>> {
  return Promise.all((await linesOf(invoice)).map(toLineRow));
}
