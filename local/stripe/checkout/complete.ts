import type { Context } from "../core/resource.ts";
import { redeemDiscounts } from "../invoices/discounts.ts";
import type { LineDraft } from "../invoices/lines.ts";
import { invoicePaidOrder } from "../invoices/one-off.ts";
import type { PaymentIntent } from "../resources/payments.ts";
import { taxIdsOf } from "../resources/tax-ids.ts";
import { customerFor, keepCustomerDetails } from "./customer.ts";
import { findRecord, type Session, type SessionLine, type SessionRecord } from "./record.ts";

interface Paid {
  intent: PaymentIntent | null;
  paymentMethod: string | null;
}

/**
 * Completes a session: what it bought is linked to it, and it says so (`checkout.session.completed`). A bank debit
 * completes it unpaid; the money is told of later.
 */
export function completeSession(open: Session, by: Paid, context: Context): Session {
  const record = findRecord(open.id, context);
  const session = { ...open, customer: open.customer ?? record.customer };
  context.unschedule(`expire ${session.id}`);
  const details = detailsOf(session, record, by.paymentMethod, context);
  const accepted = session.consent_collection?.terms_of_service === "required";
  const done: Session = {
    ...session,
    status: "complete",
    url: null,
    payment_status: paymentStatus(session, by.intent),
    payment_intent: by.intent?.id ?? null,
    subscription: record.pendingSubscription,
    customer_details: details,
    automatic_tax: session.automatic_tax.enabled
      ? { ...session.automatic_tax, status: "complete" }
      : session.automatic_tax,
    consent: session.consent_collection ? { promotions: null, terms_of_service: accepted ? "accepted" : null } : null,
  };
  if (session.mode === "subscription") done.invoice = subscriptionInvoice(record, context);
  keepCustomerDetails(done, record, context);
  const paid = done.payment_status !== "unpaid" ? withOrderInvoice(done, record, by, context) : done;
  context.save(paid);
  context.emit("checkout.session.completed", paid);
  return paid;
}

/** The money of a bank debit arrived, or did not. */
export function settleLater(session: Session, arrived: boolean, context: Context): void {
  if (session.status !== "complete" || session.payment_status !== "unpaid") return;
  if (!arrived) {
    context.emit("checkout.session.async_payment_failed", session);
    return;
  }
  const record = findRecord(session.id, context);
  const intent = session.payment_intent ? context.find("payment_intent", session.payment_intent) : null;
  const by = { intent, paymentMethod: intent?.payment_method ?? null };
  const paid = context.save(withOrderInvoice({ ...session, payment_status: "paid" }, record, by, context));
  context.emit("checkout.session.async_payment_succeeded", paid);
}

function paymentStatus(session: Session, intent: PaymentIntent | null): Session["payment_status"] {
  if (session.mode === "setup" || (session.amount_total ?? 0) === 0) return "no_payment_required";
  return intent?.status === "processing" ? "unpaid" : "paid";
}

function subscriptionInvoice(record: SessionRecord, context: Context): string | null {
  return record.pendingSubscription ? context.find("subscription", record.pendingSubscription).latest_invoice : null;
}

function withOrderInvoice(session: Session, record: SessionRecord, by: Paid, context: Context): Session {
  if (session.mode !== "payment" || !session.invoice_creation?.enabled) return session;
  const customer = customerFor(session, record, by.paymentMethod, context);
  const data = session.invoice_creation.invoice_data;
  const discounts = record.discount
    ? redeemDiscounts([record.discount], { customer, checkout_session: session.id }, context)
    : [];
  const now = context.now();
  const invoice = invoicePaidOrder(
    {
      customer,
      currency: session.currency ?? "usd",
      billingReason: "manual",
      lines: record.lines.map((line) => orderLine(line, now)),
      period: { start: now, end: now },
      discounts,
      automaticTax: session.automatic_tax.enabled,
      fields: {
        account_tax_ids: data.account_tax_ids,
        custom_fields: data.custom_fields,
        description: data.description,
        footer: data.footer,
        metadata: data.metadata ?? {},
      },
    },
    by.intent?.id ?? null,
    context,
  );
  return { ...session, customer, invoice: invoice.id };
}

/** A line of an order as a line of its invoice. */
export function orderLine(line: SessionLine, now: number): LineDraft {
  return {
    amountCents: line.amount_subtotal,
    description: line.description ?? "",
    period: { start: now, end: now },
    quantity: line.quantity,
    unitAmountDecimal: line.price?.unit_amount_decimal ?? null,
    price: line.price && { id: line.price.id, product: line.price.product },
    parent: null,
    subscription: null,
    metadata: line.metadata ?? {},
    discountable: true,
  };
}

function detailsOf(
  session: Session,
  record: SessionRecord,
  paymentMethod: string | null,
  context: Context,
): Session["customer_details"] {
  const billing = paymentMethod ? context.find("payment_method", paymentMethod).billing_details : null;
  const customer = session.customer ? context.find("customer", session.customer) : null;
  return {
    address: billing?.address ?? customer?.address ?? null,
    business_name: null,
    email: customer?.email ?? session.customer_email ?? record.email ?? billing?.email ?? null,
    individual_name: null,
    name: billing?.name ?? customer?.name ?? null,
    phone: null,
    tax_exempt: "none",
    tax_ids: customer ? taxIdsOf(customer.id, context).map(({ type, value }) => ({ type, value })) : [],
  };
}
