import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut } from "../core/resource.ts";
import { requireOwnMethod } from "../resources/payment-method-rules.ts";
import { collectKey } from "./close.ts";
import { redeemDiscounts } from "./discounts.ts";
import { type Invoice, withLines } from "./draft.ts";
import { finalizeKey, scheduleCollection, scheduleFinalization } from "./finalize.ts";

type Update = Params<Stripe.InvoiceUpdateParams>;

const day = 86_400;

/** What may still change once an invoice is finalized. */
const afterFinalization = new Set(["auto_advance", "default_payment_method", "metadata"]);
const leftOutOfUpdates = [
  "application_fee_amount",
  "default_source",
  "default_tax_rates",
  "effective_at",
  "issuer",
  "on_behalf_of",
  "payment_settings",
  "rendering",
  "shipping_cost",
  "shipping_details",
  "transfer_data",
];

/**
 * Changes an invoice: a draft in all its words, discounts and dates, a finalized one in its metadata, its payment method
 * and whether it is collected by itself.
 * @throws 400 for anything else on a finalized invoice, or a moment to finalize that is over.
 */
export function changeInvoice(invoice: Invoice, params: Update, context: Context): Invoice {
  leftOut(params, leftOutOfUpdates);
  const tooLate = Object.keys(params).find((name) => !afterFinalization.has(name));
  if (invoice.status !== "draft" && tooLate) {
    throw invalid("Finalized invoices can't be updated in this way", tooLate, "invoice_not_editable");
  }
  const method = params.default_payment_method;
  if (method) requireOwnMethod(invoice.customer, method, "default_payment_method", context);
  const worded = context.update<Invoice>("invoice.updated", withWords(invoice, params, context));
  return worded.status === "draft" ? advanceDraft(worded, params, context) : advanceOpen(worded, params, context);
}

function withWords(invoice: Invoice, params: Update, context: Context): Invoice {
  const kept = <T>(sent: T | "" | undefined, before: T | null): T | null =>
    sent === undefined ? before : sent || null;
  const dueIn = params.days_until_due;
  const changed: Invoice = {
    ...invoice,
    metadata: mergeMetadata(invoice.metadata, params.metadata),
    account_tax_ids: kept(params.account_tax_ids, invoice.account_tax_ids),
    auto_advance: params.auto_advance ?? invoice.auto_advance,
    collection_method: params.collection_method ?? invoice.collection_method,
    custom_fields: kept(params.custom_fields, invoice.custom_fields),
    default_payment_method: params.default_payment_method ?? invoice.default_payment_method,
    description: kept(params.description, invoice.description),
    due_date: params.due_date ?? (dueIn === undefined ? invoice.due_date : context.now() + dueIn * day),
    footer: kept(params.footer, invoice.footer),
    number: kept(params.number, invoice.number),
    statement_descriptor: kept(params.statement_descriptor, invoice.statement_descriptor),
    automatic_tax: params.automatic_tax
      ? {
          disabled_reason: null,
          enabled: params.automatic_tax.enabled,
          liability: params.automatic_tax.enabled ? { type: "self" } : null,
          provider: params.automatic_tax.enabled ? "stripe" : null,
          status: params.automatic_tax.enabled ? "complete" : null,
        }
      : invoice.automatic_tax,
  };
  if (params.discounts === undefined && params.automatic_tax === undefined) return changed;
  const owner = { customer: invoice.customer, invoice: invoice.id };
  const discounts =
    params.discounts === undefined ? invoice.discounts : redeemDiscounts(params.discounts || [], owner, context);
  return withLines({ ...changed, discounts }, changed.lines.data, context);
}

function advanceDraft(draft: Invoice, params: Update, context: Context): Invoice {
  const at = params.automatically_finalizes_at;
  if (at !== undefined && at <= context.now()) {
    throw invalid("`automatically_finalizes_at` must be in the future.", "automatically_finalizes_at");
  }
  if (params.auto_advance === false) {
    context.unschedule(finalizeKey(draft.id));
    return context.save<Invoice>({ ...draft, automatically_finalizes_at: null, next_payment_attempt: null });
  }
  const begins = params.auto_advance && draft.automatically_finalizes_at === null;
  const moment = at ?? (begins ? context.now() + context.settings.invoiceGraceSeconds : undefined);
  if (moment === undefined) return draft;
  const automatic = draft.collection_method === "charge_automatically" && draft.auto_advance;
  return scheduleFinalization({ ...draft, next_payment_attempt: automatic ? moment : null }, moment, context);
}

function advanceOpen(invoice: Invoice, { auto_advance }: Update, context: Context): Invoice {
  if (auto_advance === undefined || invoice.status !== "open") return invoice;
  if (!auto_advance) {
    context.unschedule(collectKey(invoice.id));
    return context.save<Invoice>({ ...invoice, next_payment_attempt: null });
  }
  return scheduleCollection(invoice, context);
}
