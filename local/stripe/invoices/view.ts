import type { InvoiceView } from "../pages/invoice-page.ts";
import { writeDay, writeMoney } from "../pages/wording.ts";
import type { CreditNote } from "./credit-note-rules.ts";
import type { Invoice } from "./draft.ts";

/** What the pages of a finalized invoice show. */
export function viewOfInvoice(invoice: Invoice): InvoiceView {
  const money = (amount: number) => writeMoney(amount, invoice.currency);
  const discount = (invoice.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const tax = (invoice.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const balance = invoice.amount_due - Math.max(0, invoice.total);
  const isPaid = invoice.status === "paid";
  const address = invoice.customer_address;
  return {
    address: `/i/${invoice.id.slice(3)}`,
    seller: invoice.account_name ?? "",
    number: invoice.number ?? "",
    status: statusOf(invoice),
    statusText: statusText(invoice),
    customer: [
      invoice.customer_name,
      invoice.customer_email,
      address?.line1,
      [address?.postal_code, address?.city].filter(Boolean).join(" "),
      address?.country,
      ...(invoice.customer_tax_ids ?? []).map(({ type, value }) => `${type.replace("_", " ").toUpperCase()} ${value}`),
    ].flatMap((part) => (part ? [part] : [])),
    dates: [
      { label: "Issued", value: writeDay(invoice.status_transitions.finalized_at ?? invoice.created) },
      ...(invoice.due_date ? [{ label: "Due", value: writeDay(invoice.due_date) }] : []),
      ...(invoice.status_transitions.paid_at
        ? [{ label: "Paid", value: writeDay(invoice.status_transitions.paid_at) }]
        : []),
    ],
    lines: invoice.lines.data.map((line) => ({
      description: line.description ?? "",
      period:
        line.period.end - line.period.start > 86_400
          ? `${writeDay(line.period.start)} – ${writeDay(line.period.end)}`
          : writeDay(line.period.start),
      quantity: String(line.quantity ?? ""),
      amount: money(line.amount),
    })),
    sums: [
      { label: "Subtotal", amount: money(invoice.subtotal) },
      ...(discount ? [{ label: "Discount", amount: money(-discount) }] : []),
      ...(tax ? [{ label: "Tax", amount: money(tax) }] : []),
      ...(balance ? [{ label: "Applied balance", amount: money(balance) }] : []),
    ],
    due: {
      label: isPaid ? "Paid" : "Amount due",
      amount: money(isPaid ? invoice.amount_paid : invoice.amount_remaining),
    },
    description: invoice.description,
    footer: invoice.footer,
  };
}

/** What the PDF of a credit note shows. */
export function viewOfCreditNote(note: CreditNote, invoice: Invoice): InvoiceView {
  const money = (amount: number) => writeMoney(amount, note.currency);
  const issued = writeDay(note.effective_at ?? note.created);
  return {
    ...viewOfInvoice(invoice),
    number: `${note.number} (credit note)`,
    status: note.status === "void" ? "void" : "paid",
    statusText: note.status === "void" ? "Void" : `Issued on ${issued}`,
    dates: [{ label: "Issued", value: issued }],
    lines: note.lines.data.map((line) => ({
      description: line.description ?? "",
      period: `Invoice ${invoice.number}`,
      quantity: String(line.quantity ?? ""),
      amount: money(-line.amount),
    })),
    sums: note.discount_amount ? [{ label: "Discount", amount: money(note.discount_amount) }] : [],
    due: { label: "Credited", amount: money(note.total) },
    description: note.memo,
    footer: null,
  };
}

const statuses = ["paid", "void", "uncollectible"] as const;

function statusOf({ status }: Invoice): InvoiceView["status"] {
  return statuses.find((closed) => closed === status) ?? "open";
}

function statusText(invoice: Invoice): string {
  const paidAt = invoice.status_transitions.paid_at;
  if (invoice.status === "paid") return paidAt ? `Paid on ${writeDay(paidAt)}` : "Paid";
  if (invoice.status === "void") return "Void: nothing is owed";
  return invoice.due_date ? `Due on ${writeDay(invoice.due_date)}` : "Open";
}
