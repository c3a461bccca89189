import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { markPaid, requireOpen } from "./close.ts";
import type { Invoice } from "./draft.ts";
import { changeAmountDue, linkPayment, recordPayment } from "./payment.ts";

/**
 * Pays a part of an open invoice, or the rest of it, with a payment that was made elsewhere and has succeeded. Its own
 * payment asks for what is left.
 * @throws 400 for an invoice that is not open, and for a payment that has not succeeded, is of somebody else, is in
 * another currency, pays an invoice already, or is more than is owed
 */
export function attachPayment(invoice: Invoice, intent: string, context: Context): Invoice {
  requireOpen(invoice, "paid");
  const payment = context.find("payment_intent", intent, "payment_intent");
  const isTaken = context.store.objects("invoice_payment").list((row) => row.payment.payment_intent === intent);
  if (payment.status !== "succeeded" || isTaken.length > 0)
    throw invalid("The double attaches payments that have succeeded and pay no invoice yet.", "payment_intent");
  if (payment.customer !== invoice.customer || payment.currency !== invoice.currency)
    throw invalid("The payment and the invoice must be of one customer and in one currency.", "payment_intent");
  const rest = invoice.amount_remaining - payment.amount;
  if (rest < 0) throw invalid("The payment is more than what remains of the invoice.", "payment_intent");
  linkPayment({ ...invoice, amount_due: payment.amount }, intent, context);
  recordPayment(intent, context);
  if (rest === 0) return markPaid(invoice, context);
  changeAmountDue({ ...invoice, amount_due: rest }, context);
  const amounts = { amount_paid: invoice.amount_paid + payment.amount, amount_remaining: rest };
  return context.update("invoice.updated", { ...invoice, ...amounts });
}
