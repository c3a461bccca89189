import type { StripeError } from "../core/error.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { attemptPayment, cancelIntent, createIntent, declineError, type PaymentIntent } from "../resources/payments.ts";
import type { Invoice } from "./draft.ts";

type InvoicePayment = Objects["invoice_payment"];

export interface PaymentOutcome {
  status: "succeeded" | "processing" | "requires_action" | "failed";
  intent: PaymentIntent;
  error?: StripeError;
}

/** Gives an invoice that is to be paid its payment intent. */
export function preparePayment(invoice: Invoice, context: Context): Invoice {
  const ofSubscription = invoice.parent?.type === "subscription_details";
  const intent = createIntent(context, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: invoice.customer,
    description: ofSubscription ? purposeOf(invoice) : "Payment for Invoice",
    setup_future_usage: ofSubscription ? "off_session" : null,
  });
  linkPayment(invoice, intent.id, context);
  return context.save<Invoice>({
    ...invoice,
    confirmation_secret: { client_secret: intent.client_secret ?? "", type: "payment_intent" },
  });
}

/** Has the open payment of an invoice ask for what the invoice now asks for. */
export function changeAmountDue(invoice: Invoice, context: Context): void {
  for (const payment of paymentsOf(invoice.id, context).filter((row) => row.status === "open")) {
    context.save<InvoicePayment>({ ...payment, amount_requested: invoice.amount_due });
    const { payment_intent: intent } = payment.payment;
    if (intent) context.save({ ...context.find("payment_intent", intent), amount: invoice.amount_due });
  }
}

/** Records that an intent is what an invoice is paid with. */
export function linkPayment(invoice: Invoice, intent: string, context: Context): InvoicePayment {
  return context.save(
    context.build("invoice_payment", {
      id: context.newId("inpay"),
      amount_paid: null,
      amount_requested: invoice.amount_due,
      currency: invoice.currency,
      invoice: invoice.id,
      is_default: paymentsOf(invoice.id, context).length === 0,
      payment: { type: "payment_intent", payment_intent: intent },
      status: "open",
      status_transitions: { canceled_at: null, paid_at: null },
    }),
  );
}

/** Notes the invoice payment of a succeeded intent as paid. @returns the invoice, if the intent pays one. */
export function recordPayment(intent: string, context: Context): Invoice | undefined {
  const payment = paymentsBy((row) => row.payment.payment_intent === intent, context)[0];
  if (!payment) return undefined;
  const paid = context.save<InvoicePayment>({
    ...payment,
    amount_paid: payment.amount_requested,
    status: "paid",
    status_transitions: { ...payment.status_transitions, paid_at: context.now() },
  });
  context.emit("invoice_payment.paid", paid);
  return context.find("invoice", payment.invoice);
}

/** The invoice that an intent is meant to pay. */
export function invoiceOf(intent: string, context: Context): Invoice | undefined {
  const payment = paymentsBy((row) => row.payment.payment_intent === intent, context)[0];
  return payment && context.find("invoice", payment.invoice);
}

/** The payment intent of an invoice. */
export function intentOf(invoice: Invoice, context: Context): string | null {
  return (
    paymentsBy((row) => row.invoice === invoice.id && row.status !== "canceled", context)[0]?.payment.payment_intent ??
    null
  );
}

/** The payments of an invoice, newest first. */
export function paymentsOf(invoice: string, context: Context): InvoicePayment[] {
  return paymentsBy((row) => row.invoice === invoice, context).reverse();
}

/**
 * Tries to take the money for an invoice. Where the bank wants to see the customer the intent waits in
 * `requires_action`, on a renewal too: the invoice's page is where it can be approved.
 */
export function confirmPayment(intent: string, paymentMethod: string, context: Context): PaymentOutcome {
  const after = attemptPayment(context, intent, { paymentMethod });
  if (after.status === "succeeded") return { status: "succeeded", intent: after };
  if (after.status === "processing") return { status: "processing", intent: after };
  if (after.status === "requires_action") return { status: "requires_action", intent: after };
  return { status: "failed", intent: after, error: declineError(after) };
}

/** Gives up the payment of an invoice that is voided. */
export function cancelPayment(invoice: Invoice, context: Context): void {
  for (const payment of paymentsOf(invoice.id, context).filter((row) => row.status === "open")) {
    const { payment_intent: intent } = payment.payment;
    const status = intent && context.find("payment_intent", intent).status;
    if (intent && status !== "canceled" && status !== "processing") cancelIntent(context, intent, "void_invoice");
    context.save<InvoicePayment>({
      ...payment,
      status: "canceled",
      status_transitions: { ...payment.status_transitions, canceled_at: context.now() },
    });
  }
}

/** The money came some other way: the intent is given up, and the payment is none of Stripe's. */
export function payOutOfBand(invoice: Invoice, context: Context): void {
  cancelPayment(invoice, context);
}

function purposeOf(invoice: Invoice): string {
  return invoice.billing_reason === "subscription_create" ? "Subscription creation" : "Subscription update";
}

function paymentsBy(matches: (row: InvoicePayment) => boolean, { store }: Context): InvoicePayment[] {
  return store.objects("invoice_payment").list(matches);
}
