import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { Invoice } from "./draft.ts";

type BalanceTransaction = Objects["customer_balance_transaction"];

/** Stripe charges nothing below this; the sum waits on the customer's balance. In the smallest unit. */
const minimumCharge = 50;

interface Move {
  customer: string;
  /** Negative is in the customer's favor. In the smallest unit. */
  amount: number;
  currency: string;
  fields: Partial<BalanceTransaction>;
}

/** Adds to a customer's balance and keeps a line of it. */
export function moveBalance({ customer: id, amount, currency, fields }: Move, context: Context): BalanceTransaction {
  const customer = context.find("customer", id, "customer");
  const ending = customer.balance + amount;
  context.update("customer.updated", { ...customer, balance: ending, currency: customer.currency ?? currency });
  return context.save(
    context.build("customer_balance_transaction", {
      id: context.newId("cbtxn"),
      amount,
      currency,
      customer: customer.id,
      ending_balance: ending,
      metadata: {},
      ...fields,
    }),
  );
}

/**
 * Settles an invoice's total against the customer's balance, as happens when it is finalized: a credit pays for it, a
 * debt is added to it, a negative total becomes a credit, and a sum too small to charge becomes a debt.
 */
export function applyBalance(invoice: Invoice, context: Context): Invoice {
  if (!invoice.customer) return invoice;
  const { balance } = context.find("customer", invoice.customer);
  const { due, type, ending } = settle(invoice.total, balance);
  if (ending !== balance) {
    const fields = { type, invoice: invoice.id };
    moveBalance({ customer: invoice.customer, amount: ending - balance, currency: invoice.currency, fields }, context);
  }
  return { ...invoice, starting_balance: balance, ending_balance: ending, amount_due: due, amount_remaining: due };
}

/** What {@link applyBalance} will make of an invoice, without moving anything. */
export function withBalance(invoice: Invoice, context: Context): Invoice {
  if (!invoice.customer) return invoice;
  const { balance } = context.find("customer", invoice.customer);
  const { due, ending } = settle(invoice.total, balance);
  return { ...invoice, starting_balance: balance, ending_balance: ending, amount_due: due, amount_remaining: due };
}

/** Gives back what an invoice that is voided had taken from the balance. */
export function returnBalance(invoice: Invoice, context: Context): void {
  const taken = (invoice.ending_balance ?? invoice.starting_balance) - invoice.starting_balance;
  if (!invoice.customer || taken === 0) return;
  const fields = { type: "unapplied_from_invoice", invoice: invoice.id };
  moveBalance({ customer: invoice.customer, amount: -taken, currency: invoice.currency, fields }, context);
}

function settle(total: number, balance: number): { due: number; type: string; ending: number } {
  const owed = total + balance;
  if (owed <= 0) return { due: 0, type: "applied_to_invoice", ending: owed };
  if (owed < minimumCharge) return { due: 0, type: "invoice_too_small", ending: owed };
  return { due: owed, type: "applied_to_invoice", ending: 0 };
}
