import type { Context } from "../core/resource.ts";
import type { Session, SessionRecord } from "./record.ts";

/** The customer of a session: the one it was made for, or one made now from what was typed. */
export function customerFor(
  session: Session,
  record: SessionRecord,
  paymentMethod: string | null,
  context: Context,
): string {
  if (session.customer) return session.customer;
  const details = paymentMethod ? context.find("payment_method", paymentMethod).billing_details : null;
  const customer = context.save(
    context.build("customer", {
      id: context.newId("cus"),
      address: null,
      balance: 0,
      currency: null,
      delinquent: false,
      email: session.customer_email ?? record.email ?? details?.email ?? null,
      invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
      metadata: {},
      name: details?.name ?? null,
      next_invoice_sequence: 1,
      preferred_locales: [],
      tax_exempt: "none",
    }),
  );
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
export function keepTaxAddress(session: Session, paymentMethod: string | null, context: Context): void {
  if (!session.automatic_tax.enabled || !session.customer) return;
  const customer = context.find("customer", session.customer);
  if (customer.address?.country) return;
  const typed = paymentMethod ? context.find("payment_method", paymentMethod).billing_details.address : null;
  const somewhere = { city: null, country: "US", line1: null, line2: null, postal_code: "94103", state: "CA" };
  context.update("customer.updated", { ...customer, address: typed?.country ? typed : somewhere });
}
