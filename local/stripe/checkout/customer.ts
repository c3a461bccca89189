import { letters } from "../core/id.ts";
import type { Context } from "../core/resource.ts";
import { changeRecord, type Session, type SessionRecord } from "./record.ts";

/** The customer of a session: the one it was made for, or one made now from what was typed. */
export function customerFor(
  session: Session,
  record: SessionRecord,
  paymentMethod: string | null,
  context: Context,
): string {
  if (session.customer) return session.customer;
  const details = paymentMethod ? context.find("payment_method", paymentMethod).billing_details : null;
  const email = session.customer_email ?? record.email ?? details?.email ?? null;
  const name = details?.name ?? null;
  if (record.customer)
    return context.update("customer.updated", { ...context.find("customer", record.customer), email, name }).id;
  const customer = context.save(
    context.build("customer", {
      id: context.newId("cus"),
      balance: 0,
      email,
      invoice_prefix: letters(8).toUpperCase(),
      invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
      metadata: {},
      name,
      next_invoice_sequence: 1,
      preferred_locales: [],
      tax_exempt: "none",
    }),
  );
  changeRecord(session.id, { customer: customer.id }, context);
  context.emit("customer.created", customer);
  return customer.id;
}

/** Saves with the customer what the session was told to keep: name and address. */
export function keepCustomerDetails(session: Session, record: SessionRecord, context: Context): void {
  if (!session.customer || !record.customerUpdate) return;
  const customer = context.find("customer", session.customer);
  const { name, address } = record.customerUpdate;
  const typed = session.customer_details;
  context.update("customer.updated", {
    ...customer,
    name: name === "auto" && typed?.name ? typed.name : customer.name,
    address: address === "auto" && typed?.address ? typed.address : customer.address,
  });
}

/** Where the buyer is, for automatic tax: as typed, or else the United States. Finalizing an invoice needs it. */
export function keepTaxAddress(session: Session, id: string, paymentMethod: string | null, context: Context): void {
  if (!session.automatic_tax.enabled) return;
  const customer = context.find("customer", id);
  if (customer.address?.country) return;
  const typed = paymentMethod ? context.find("payment_method", paymentMethod).billing_details.address : null;
  const somewhere = { city: null, country: "US", line1: null, line2: null, postal_code: "94103", state: "CA" };
  context.update("customer.updated", { ...customer, address: typed?.country ? typed : somewhere });
}
