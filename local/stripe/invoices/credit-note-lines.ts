import type Stripe from "stripe";
import { invalid, noSuch } from "../core/error.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, leftOut } from "../core/resource.ts";
import { parseDecimal, roundDecimal, shareOf, shareOut } from "./decimal.ts";
import type { Invoice } from "./draft.ts";
import type { InvoiceLine } from "./lines.ts";

export type CreditNoteLine = Objects["credit_note_line_item"];
type SentLine = NonNullable<Params<Stripe.CreditNoteCreateParams>["lines"]>[number];

/**
 * The lines of a credit note: parts of an invoice's lines with their discounts and taxes, or sums of their own. Without
 * lines the amount is shared over the invoice's lines by what each came to.
 * @throws 400 for a line that is not on the invoice or more than was charged.
 */
export function creditLines(
  invoice: Invoice,
  sent: SentLine[] | undefined,
  amount: number | undefined,
  context: Context,
): CreditNoteLine[] {
  if (sent) return sent.map((line, index) => sentLine(invoice, line, `lines[${index}]`, context));
  if (amount === undefined) {
    throw invalid(
      "You must provide one of these parameters: amount, lines, shipping_cost.",
      "amount",
      "parameter_missing",
    );
  }
  const charged = invoice.lines.data.filter((line) => totalOf(line) > 0);
  const shares = shareOut(amount, charged.map(totalOf));
  return charged.map((line, index) => {
    const share = shares[index] ?? 0;
    return comingTo(share, ofInvoiceLine(line, share, totalOf(line), context));
  });
}

/** What a line of a credit note comes to: less its discount, with its tax. */
export function creditedBy(line: CreditNoteLine): number {
  return line.amount - line.discount_amount + taxOf(line.taxes);
}

function sentLine(invoice: Invoice, sent: SentLine, at: string, context: Context): CreditNoteLine {
  leftOut(sent, ["tax_amounts", "tax_rates"]);
  if (sent.type === "custom_line_item") return customLine(sent, at, context);
  const line = invoice.lines.data.find(({ id }) => id === sent.invoice_line_item);
  if (!line) throw noSuch("invoice line item", String(sent.invoice_line_item), `${at}[invoice_line_item]`);
  const quantity = sent.quantity ?? line.quantity ?? 1;
  const asked =
    sent.amount ?? (sent.quantity === undefined ? line.amount : shareOf(line.amount, quantity, line.quantity || 1));
  const creditable = line.amount - creditedOf(line.id, context);
  if (asked < 0 || asked > creditable) {
    throw invalid(
      `The amount of a credit note line must be between zero and what is left to credit of its invoice line (${creditable}).`,
      `${at}[amount]`,
    );
  }
  return { ...ofInvoiceLine(line, asked, line.amount, context), quantity };
}

/** What credit notes that stand have taken of an invoice line, before discounts and taxes. */
function creditedOf(line: string, { store }: Context): number {
  return store
    .objects("credit_note")
    .list(({ status }) => status === "issued")
    .flatMap(({ lines }) => lines.data)
    .filter(({ invoice_line_item }) => invoice_line_item === line)
    .reduce((sum, { amount }) => sum + amount, 0);
}

/** The line with what rounding its discounts and taxes left over, so that it comes to a sum exactly. */
function comingTo(sum: number, line: CreditNoteLine): CreditNoteLine {
  return { ...line, amount: line.amount + sum - creditedBy(line) };
}

/** A part of an invoice line: `part` of `whole` of everything on it. */
function ofInvoiceLine(line: InvoiceLine, part: number, whole: number, context: Context): CreditNoteLine {
  const share = (amount: number) => shareOf(amount, part, whole || 1);
  const discounts = (line.discount_amounts ?? []).map((row) => ({ ...row, amount: share(row.amount) }));
  return context.build("credit_note_line_item", {
    id: context.newId("cnli"),
    amount: share(line.amount),
    description: line.description,
    discount_amount: discounts.reduce((sum, { amount }) => sum + amount, 0),
    discount_amounts: discounts,
    invoice_line_item: line.id,
    metadata: {},
    pretax_credit_amounts: discounts.map((row) => ({ ...row, type: "discount" })),
    quantity: line.quantity,
    tax_rates: [],
    taxes: (line.taxes ?? []).map((tax) => ({
      ...tax,
      amount: share(tax.amount),
      taxable_amount: share(tax.taxable_amount ?? 0),
    })),
    type: "invoice_line_item",
    unit_amount: null,
    unit_amount_decimal: null,
  });
}

function customLine(sent: SentLine, at: string, context: Context): CreditNoteLine {
  const unit = sent.unit_amount_decimal ?? (sent.unit_amount === undefined ? undefined : String(sent.unit_amount));
  if (unit === undefined)
    throw invalid("Missing required param: unit_amount.", `${at}[unit_amount]`, "parameter_missing");
  if (!sent.description)
    throw invalid("Missing required param: description.", `${at}[description]`, "parameter_missing");
  const quantity = sent.quantity ?? 1;
  return context.build("credit_note_line_item", {
    id: context.newId("cnli"),
    amount: roundDecimal(parseDecimal(unit) * BigInt(quantity)),
    description: sent.description,
    discount_amount: 0,
    discount_amounts: [],
    metadata: {},
    pretax_credit_amounts: [],
    quantity,
    tax_rates: [],
    taxes: [],
    type: "custom_line_item",
    unit_amount: sent.unit_amount ?? null,
    unit_amount_decimal: unit,
  });
}

function totalOf(line: InvoiceLine): number {
  const discount = (line.discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  return line.amount - discount + taxOf(line.taxes);
}

function taxOf(taxes: { amount: number }[] | null): number {
  return (taxes ?? []).reduce((sum, { amount }) => sum + amount, 0);
}
