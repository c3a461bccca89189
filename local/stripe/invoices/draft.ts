import { wholeList } from "../core/list.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { Period } from "../subscriptions/periods.ts";
import { withCustomer } from "./customer-words.ts";
import { liveDiscounts, reductionsOf } from "./discounts.ts";
import type { InvoiceLine, LineDraft } from "./lines.ts";
import { computeTotals } from "./totals.ts";

export type Invoice = Objects["invoice"];

/** What a new invoice needs to know; everything else is empty. */
export interface NewInvoice {
  customer: string;
  currency: string;
  billingReason: NonNullable<Invoice["billing_reason"]>;
  lines: LineDraft[];
  period: Period;
  discounts?: string[];
  subscription?: { id: string; metadata: Record<string, string> };
  collectionMethod?: string;
  dueDate?: number | null;
  defaultPaymentMethod?: string | null;
  autoAdvance?: boolean;
  automaticTax?: boolean;
  /** The moment it is made, where it is only looked at before. */
  madeAt?: number;
  fields?: Partial<Invoice>;
}

/** Makes an invoice in draft and tells of it (`invoice.created`). */
export function draftInvoice(wanted: NewInvoice, context: Context): Invoice {
  const invoice = context.save(composeInvoice(wanted, context.newId("in"), context));
  context.emit("invoice.created", invoice);
  return invoice;
}

/** Writes an invoice without keeping it, as a preview is. */
export function composeInvoice(wanted: NewInvoice, id: string, context: Context): Invoice {
  const customer = context.find("customer", wanted.customer, "customer");
  const subscription = wanted.subscription;
  const invoice = context.build("invoice", {
    id,
    account_country: "US",
    account_name: "Ledgerline (local stand-in)",
    attempted: false,
    attempt_count: 0,
    auto_advance: wanted.autoAdvance ?? true,
    automatic_tax: {
      disabled_reason: null,
      enabled: wanted.automaticTax ?? false,
      liability: wanted.automaticTax ? { type: "self" } : null,
      provider: wanted.automaticTax ? "stripe" : null,
      status: wanted.automaticTax ? "complete" : null,
    },
    billing_reason: wanted.billingReason,
    collection_method: wanted.collectionMethod ?? "charge_automatically",
    currency: wanted.currency,
    customer: customer.id,
    default_payment_method: wanted.defaultPaymentMethod ?? null,
    discounts: liveDiscounts(wanted.discounts ?? [], context, wanted.madeAt ?? context.now()),
    hosted_invoice_url: null,
    invoice_pdf: null,
    due_date: wanted.dueDate ?? null,
    issuer: { type: "self" },
    metadata: {},
    parent: subscription
      ? {
          type: "subscription_details",
          quote_details: null,
          subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
        }
      : null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_start: wanted.period.start,
    period_end: wanted.period.end,
    starting_balance: customer.balance,
    ending_balance: null,
    status: "draft",
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    ...wanted.fields,
  });
  return withLines(
    withCustomer(invoice, context),
    wanted.lines.map((line) => writeLine(line, invoice, context)),
    context,
    wanted.madeAt,
  );
}

/** Turns a drafted line into one of the invoice. */
export function writeLine(line: LineDraft, invoice: Invoice, context: Context, id = context.newId("il")): InvoiceLine {
  return context.build("line_item", {
    id,
    amount: line.amountCents,
    currency: invoice.currency,
    description: line.description,
    discount_amounts: [],
    discountable: line.discountable,
    discounts: [],
    invoice: invoice.id,
    metadata: line.metadata,
    parent: line.parent,
    period: line.period,
    pretax_credit_amounts: [],
    pricing: line.price && {
      type: "price_details",
      price_details: { price: line.price.id, product: line.price.product },
      unit_amount_decimal: line.unitAmountDecimal,
    },
    quantity: line.quantity,
    quantity_decimal: line.quantity === null ? null : String(line.quantity),
    subscription: line.subscription,
    subtotal: line.amountCents,
    taxes: [],
  });
}

/** The invoice with these lines, its discounts, tax and sums worked out anew. */
export function withLines(invoice: Invoice, lines: InvoiceLine[], context: Context, madeAt?: number): Invoice {
  const taxPercent = invoice.automatic_tax.enabled ? context.settings.taxPercent : 0;
  const totals = computeTotals(
    lines.map((line) => ({
      amountCents: line.amount,
      product: line.pricing?.price_details?.product ?? null,
      discountable: line.discountable,
    })),
    reductionsOf(invoice.discounts, invoice.currency, context, madeAt),
    taxPercent,
  );
  const priced = lines.map((line, index) => priceLine(line, totals.lines[index], taxPercent));
  const due = Math.max(0, totals.totalCents + Math.min(0, invoice.starting_balance));
  return {
    ...invoice,
    lines: wholeList(`/v1/invoices/${invoice.id}/lines`, priced),
    subtotal: totals.subtotalCents,
    subtotal_excluding_tax: totals.subtotalCents,
    total: totals.totalCents,
    total_excluding_tax: totals.totalCents - totals.taxCents,
    total_discount_amounts: sumDiscounts(priced),
    total_pretax_credit_amounts: sumDiscounts(priced).map((sum) => ({ ...sum, type: "discount" })),
    total_taxes: taxPercent > 0 ? [taxOf(totals.taxCents, totals.totalCents - totals.taxCents)] : [],
    amount_due: due,
    amount_remaining: due,
  };
}

function priceLine(
  line: InvoiceLine,
  totals: ReturnType<typeof computeTotals>["lines"][number] | undefined,
  taxPercent: number,
): InvoiceLine {
  const reductions = (totals?.discounts ?? []).map(({ discount, amountCents }) => ({ discount, amount: amountCents }));
  const discounted = line.amount - reductions.reduce((sum, { amount }) => sum + amount, 0);
  return {
    ...line,
    discount_amounts: reductions,
    pretax_credit_amounts: reductions.map((reduction) => ({ ...reduction, type: "discount" })),
    taxes: taxPercent > 0 ? [taxOf(totals?.taxCents ?? 0, discounted)] : [],
  };
}

function sumDiscounts(lines: InvoiceLine[]): { amount: number; discount: string }[] {
  const sums = new Map<string, number>();
  for (const { amount, discount } of lines.flatMap((line) => line.discount_amounts ?? [])) {
    sums.set(discount, (sums.get(discount) ?? 0) + amount);
  }
  return [...sums].map(([discount, amount]) => ({ amount, discount }));
}

function taxOf(amount: number, taxable: number) {
  return {
    amount,
    tax_behavior: "exclusive",
    tax_rate_details: { tax_rate: "txr_local_stand_in" },
    taxability_reason: "standard_rated",
    taxable_amount: taxable,
    type: "tax_rate_details" as const,
  };
}
