import Stripe from "stripe";
import { idOf, isLivemode, isMissing, stripe } from "@/lib/stripe/client";
import { isProration, linesOf } from "@/lib/stripe/invoice-lines";
import { meaningOf } from "@/lib/stripe/prices";
import { CustomerBusy, withCustomer } from "@/lib/subscriptions/lease";
import { rpc } from "@/lib/supabase/rpc";
import { isOwed } from "./unpaid";

/**
 * What is forgiven: `base` the price of the plan alone, so that what was used before stays payable; `all` the whole
 * invoice.
 */
export type Forgiven = "base" | "all";

export type ForgiveAnswer =
  | { readonly ok: true; readonly code: "forgiven" }
  | {
      readonly ok: false;
      readonly code: "unknown_invoice" | "not_owed" | "nothing_to_forgive" | "busy" | "refused";
      readonly message: string;
    };

const UNKNOWN: ForgiveAnswer = { ok: false, code: "unknown_invoice", message: "There is no such invoice of ours." };
const BUSY: ForgiveAnswer = {
  ok: false,
  code: "busy",
  message: "Something else is being done for this customer. Nothing was forgiven; try again in a moment.",
};
const NOTHING: ForgiveAnswer = {
  ok: false,
  code: "nothing_to_forgive",
  message: "No price of a plan on this invoice is still asked for.",
};

function notOwed(status: Stripe.Invoice.Status | null): ForgiveAnswer {
  const message = status === "draft" ? "This invoice is not final yet." : `This invoice is ${status} already.`;
  return { ok: false, code: "not_owed", message };
}

async function findInvoice(id: string): Promise<{ invoice: Stripe.Invoice; customer: string } | null> {
  try {
    const invoice = await stripe().invoices.retrieve(id);
    const customer = idOf(invoice.customer);
    if (!customer) return null;
    const owner = await rpc<{ account_id: string | null }>("find_customer_account", {
      customer_id: customer,
      livemode: isLivemode(),
    });
    return owner.account_id ? { invoice, customer } : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function creditedOf(invoice: string): Promise<Map<string, number>> {
  const credited = new Map<string, number>();
  for await (const note of stripe().creditNotes.list({ invoice, limit: 100 })) {
    if (note.status !== "issued") continue;
    for await (const { invoice_line_item: line, amount } of stripe().creditNotes.listLineItems(note.id, { limit: 100 }))
      if (line) credited.set(line, (credited.get(line) ?? 0) + amount);
  }
  return credited;
}

/** What is still asked for plans on an invoice, line by line, before discounts and tax, which Stripe credits along. */
async function baseLinesOf(invoice: Stripe.Invoice) {
  const credited = await creditedOf(String(invoice.id));
  const lines: Stripe.CreditNoteCreateParams.Line[] = [];
  for (const line of await linesOf(invoice)) {
    const meaning = await meaningOf(line.pricing?.price_details?.price);
    const amount = line.amount - (credited.get(line.id) ?? 0);
    if (meaning?.kind === "base" && !isProration(line) && amount > 0)
      lines.push({ type: "invoice_line_item", invoice_line_item: line.id, amount });
  }
  return lines;
}

async function isForgivenBy(requestId: string, invoice: string): Promise<boolean> {
  for await (const { metadata } of stripe().creditNotes.list({ invoice, limit: 100 }))
    if (metadata?.request === requestId) return true;
  return false;
}

async function forgiveBase(invoice: Stripe.Invoice, requestId: string): Promise<ForgiveAnswer> {
  const lines = await baseLinesOf(invoice);
  if (lines.length === 0) return NOTHING;
  await stripe().creditNotes.create(
    {
      invoice: String(invoice.id),
      lines,
      reason: "order_change",
      memo: "The price of the plan is not asked for.",
      metadata: { request: requestId },
    },
    { idempotencyKey: `forgive:base:${requestId}` },
  );
  return { ok: true, code: "forgiven" };
}

async function forgiveNow(id: string, what: Forgiven, requestId: string): Promise<ForgiveAnswer> {
  const invoice = await stripe().invoices.retrieve(id);
  const isDone = what === "all" ? invoice.status === "void" : await isForgivenBy(requestId, id);
  if (isDone) return { ok: true, code: "forgiven" };
  if (!isOwed(invoice)) return notOwed(invoice.status);
  if (what === "base") return forgiveBase(invoice, requestId);
  await stripe().invoices.voidInvoice(id, {}, { idempotencyKey: `forgive:all:${requestId}` });
  return { ok: true, code: "forgiven" };
}

/**
 * Forgives an unpaid invoice, or the price of the plan on it alone. What follows for credits and the dunning case comes
 * with Stripe's event, or with the next look at the account. Asking again with the same id forgives once,
 * and is answered as the first time.
 * @param o.requestId made when the form was drawn
 * @returns `refused` in Stripe's words where it does not let go, such as of an invoice that is paid in part
 * @throws Error if Stripe or the database cannot answer; it can be asked again with the same id
 */
export async function forgiveInvoice(o: {
  invoice: string;
  what: Forgiven;
  requestId: string;
}): Promise<ForgiveAnswer> {
  const found = await findInvoice(o.invoice);
  if (!found) return UNKNOWN;
  try {
    return await withCustomer(found.customer, () => forgiveNow(o.invoice, o.what, o.requestId));
  } catch (error) {
    if (error instanceof CustomerBusy) return BUSY;
    if (error instanceof Stripe.errors.StripeInvalidRequestError)
      return { ok: false, code: "refused", message: error.message };
    throw error;
  }
}
