import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, leftOut } from "../core/resource.ts";
import { parseDecimal, roundDecimal } from "./decimal.ts";
import { withLines, writeLine } from "./draft.ts";
import { lineOfItem } from "./pending-items.ts";

type InvoiceItem = Objects["invoiceitem"];
type Update = Params<Stripe.InvoiceItemUpdateParams>;

const leftOutOfUpdates = [
  "discounts",
  "invoicing_rules",
  "price_data",
  "pricing",
  "quantity_decimal",
  "tax_behavior",
  "tax_code",
  "tax_rates",
];

/**
 * Changes an invoice item, and its line where it is on a draft already.
 * @throws 400 for a proration's amount, and once its invoice is final.
 */
export function changeItem(item: InvoiceItem, params: Update, context: Context): InvoiceItem {
  leftOut(params, leftOutOfUpdates);
  requireEditable(item, context);
  const priced =
    params.amount !== undefined || params.unit_amount_decimal !== undefined || params.quantity !== undefined;
  if (item.proration && priced) {
    throw invalid("You cannot change the amount or quantity of an invoice item that is a proration.", "amount");
  }
  const quantity = params.quantity ?? item.quantity;
  const unit = params.amount === undefined ? params.unit_amount_decimal : String(params.amount);
  const unitAmount = unit ?? item.pricing?.unit_amount_decimal ?? String(item.amount);
  const changed = context.save<InvoiceItem>({
    ...item,
    amount: params.amount ?? (priced ? roundDecimal(parseDecimal(unitAmount) * BigInt(quantity)) : item.amount),
    description: params.description ?? item.description,
    discountable: params.discountable ?? item.discountable,
    metadata: mergeMetadata(item.metadata, params.metadata),
    period: params.period ?? item.period,
    pricing: item.pricing && { ...item.pricing, unit_amount_decimal: unitAmount },
    quantity,
    quantity_decimal: String(quantity),
  });
  rewriteLine(changed, changed, context);
  return changed;
}

/** Deletes an invoice item, and takes its line off a draft. @throws 400 once its invoice is final. */
export function deleteItem(item: InvoiceItem, context: Context): void {
  requireEditable(item, context);
  context.store.objects("invoiceitem").delete(item.id);
  rewriteLine(item, null, context);
  context.emit("invoiceitem.deleted", item);
}

/** Puts a new item's line on the draft it is for. */
export function addLine(item: InvoiceItem, context: Context): void {
  if (item.invoice === null) return;
  const draft = context.find("invoice", item.invoice);
  const lines = [...draft.lines.data, writeLine(lineOfItem(item), draft, context)];
  context.update("invoice.updated", withLines(draft, lines, context));
}

function rewriteLine(item: InvoiceItem, next: InvoiceItem | null, context: Context): void {
  if (item.invoice === null) return;
  const draft = context.find("invoice", item.invoice);
  const lines = draft.lines.data.flatMap((line) => {
    const details = line.parent?.invoice_item_details ?? line.parent?.subscription_item_details;
    if (details?.invoice_item !== item.id) return [line];
    return next ? [writeLine(lineOfItem(next), draft, context, line.id)] : [];
  });
  context.update("invoice.updated", withLines(draft, lines, context));
}

function requireEditable(item: InvoiceItem, context: Context): void {
  if (item.invoice === null || context.find("invoice", item.invoice).status === "draft") return;
  throw invalid(
    "This invoice item is on an invoice that is final and cannot be changed.",
    undefined,
    "invoice_not_editable",
  );
}
