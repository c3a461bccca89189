import type { Context } from "../core/resource.ts";
import { markPaid } from "./close.ts";
import { draftInvoice, type Invoice, type NewInvoice } from "./draft.ts";
import { finalizeInvoice, openInvoice } from "./finalize.ts";
import { linkPayment, recordPayment } from "./payment.ts";

/**
 * The invoice of something that was already paid for at checkout: drafted, finalized and paid in one go, and linked to
 * the intent that took the money.
 * @param intent null when nothing was due.
 */
export function invoicePaidOrder(wanted: NewInvoice, intent: string | null, context: Context): Invoice {
  const draft = draftInvoice({ ...wanted, autoAdvance: false }, context);
  if (!intent || draft.total === 0) return finalizeInvoice(draft, context);
  const untouched = { amount_due: draft.total, amount_remaining: draft.total, starting_balance: 0, ending_balance: 0 };
  const open = openInvoice({ ...draft, ...untouched }, context);
  linkPayment(open, intent, context);
  context.emit("invoice.finalized", open);
  return markPaid(recordPayment(intent, context) ?? open, context);
}
