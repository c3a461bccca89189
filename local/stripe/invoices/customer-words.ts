import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { taxIdsOf } from "../resources/tax-ids.ts";

type Invoice = Objects["invoice"];

/** What an invoice says of its customer. A draft says what is true now; once it is finalized that no longer changes. */
export function withCustomer(invoice: Invoice, context: Context): Invoice {
  if (!invoice.customer) return invoice;
  const customer = context.find("customer", invoice.customer, "customer");
  return {
    ...invoice,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_tax_exempt: customer.tax_exempt ?? "none",
    customer_tax_ids: taxIdsOf(customer.id, context).map(({ type, value }) => ({ type, value })),
  };
}
