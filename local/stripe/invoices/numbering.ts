import type { Context } from "../core/resource.ts";
import type { Invoice } from "./draft.ts";

/** Numbers an invoice in the customer's own sequence: prefix, hyphen, four digits ("A1B2C3D4-0007"). */
export function numberInvoice(invoice: Invoice, context: Context): string {
  if (invoice.number) return invoice.number;
  if (!invoice.customer) return `${prefixFrom(invoice.id)}-0001`;
  const customer = context.find("customer", invoice.customer);
  const sequence = customer.next_invoice_sequence ?? 1;
  const prefix = customer.invoice_prefix || prefixFrom(customer.id);
  context.save({ ...customer, invoice_prefix: prefix, next_invoice_sequence: sequence + 1 });
  return `${prefix}-${String(sequence).padStart(4, "0")}`;
}

function prefixFrom(id: string): string {
  return id.replace(/^.*_/, "").slice(-8).toUpperCase();
}
