import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { returnBalance } from "./balance.ts";
import type { Invoice } from "./draft.ts";
import { cancelPayment, payOutOfBand } from "./payment.ts";

/** The key under which the next automatic attempt to collect an invoice is scheduled. */
export function collectKey(invoice: string): string {
  return `collect ${invoice}`;
}

/** Closes an invoice as paid and says so (`invoice.paid`, `invoice.payment_succeeded`). */
export function markPaid(invoice: Invoice, context: Context): Invoice {
  context.unschedule(collectKey(invoice.id));
  const paid = context.save<Invoice>({
    ...invoice,
    status: "paid",
    attempted: true,
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, paid_at: context.now() },
  });
  context.emit("invoice.paid", paid);
  context.emit("invoice.payment_succeeded", paid);
  return context.find("invoice", invoice.id);
}

/** Takes an open invoice as paid somewhere else: no money through Stripe. */
export function markPaidOutOfBand(invoice: Invoice, context: Context): Invoice {
  requireOpen(invoice, "paid");
  payOutOfBand(invoice, context);
  return markPaid({ ...invoice, amount_paid_off_stripe: invoice.amount_due }, context);
}

/**
 * Voids an open or uncollectible invoice: nothing is owed for it any more.
 * @throws 400 for a draft, a paid or an already void invoice.
 */
export function voidInvoice(invoice: Invoice, context: Context): Invoice {
  requireOpen(invoice, "voided");
  context.unschedule(collectKey(invoice.id));
  cancelPayment(invoice, context);
  returnBalance(invoice, context);
  const changed = context.save<Invoice>({
    ...invoice,
    status: "void",
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, voided_at: context.now() },
  });
  context.emit("invoice.voided", changed);
  return context.find("invoice", invoice.id);
}

/** Writes an open invoice off; it may still be paid. */
export function markUncollectible(invoice: Invoice, context: Context): Invoice {
  if (invoice.status !== "open") {
    throw invalid("You can only mark an open invoice as uncollectible.", undefined, "invoice_not_editable");
  }
  context.unschedule(collectKey(invoice.id));
  const changed = context.save<Invoice>({
    ...invoice,
    status: "uncollectible",
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, marked_uncollectible_at: context.now() },
  });
  context.emit("invoice.marked_uncollectible", changed);
  return context.find("invoice", invoice.id);
}

/** @throws 400 unless the invoice is open or uncollectible. */
export function requireOpen(invoice: Invoice, verb: string): void {
  if (invoice.status === "open" || invoice.status === "uncollectible") return;
  if (invoice.status === "paid") throw invalid("Invoice is already paid", undefined, "invoice_already_paid");
  throw invalid(`This invoice is ${invoice.status} and cannot be ${verb}.`, undefined, "invoice_not_editable");
}
