import type { Context } from "../core/resource.ts";
import type { Invoice } from "./draft.ts";

/** Stripe charges nothing below this; the sum waits on the customer's balance. In the smallest unit. */
const minimumCharge = 50;

/**
 * Settles an invoice's total against the customer's balance, as happens when it is finalized: a credit pays for it, a
 * debt is added to it, a negative total becomes a credit, and a sum too small to charge becomes a debt.
 */
export function applyBalance(invoice: Invoice, context: Context): Invoice {
  if (!invoice.customer) return invoice;
  const customer = context.find("customer", invoice.customer);
  const { due, type, ending } = settle(invoice.total, customer.balance);
  if (ending !== customer.balance) {
    context.save(
      context.build("customer_balance_transaction", {
        id: context.newId("cbtxn"),
        amount: ending - customer.balance,
        currency: invoice.currency,
        customer: customer.id,
        ending_balance: ending,
        invoice: invoice.id,
        type,
      }),
    );
    context.update("customer.updated", {
      ...customer,
      balance: ending,
      currency: customer.currency ?? invoice.currency,
    });
  }
  return {
    ...invoice,
    starting_balance: customer.balance,
    ending_balance: ending,
    amount_due: due,
    amount_remaining: due,
  };
}

function settle(total: number, balance: number): { due: number; type: string; ending: number } {
  const owed = total + balance;
  if (owed <= 0) return { due: 0, type: "applied_to_invoice", ending: owed };
  if (owed < minimumCharge) return { due: 0, type: "invoice_too_small", ending: owed };
  return { due: owed, type: "applied_to_invoice", ending: 0 };
}
