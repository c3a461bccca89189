import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { applyBalance } from "./balance.ts";
import { collectKey, markPaid } from "./close.ts";
import type { Invoice } from "./draft.ts";
import { refuseWhatFails } from "./finalization-failure.ts";
import { recountMetered } from "./metered-lines.ts";
import { numberInvoice } from "./numbering.ts";
import { preparePayment } from "./payment.ts";

/** How long after it was told to an open invoice is collected by itself, in seconds. */
const collectAfter = 3600;

/**
 * Turns a draft into an open invoice: counts metered use a last time, applies the balance, numbers it, gives it its
 * pages and its payment intent. One with nothing to pay is paid at once.
 * @throws 400 when it is no draft, or something fails, such as automatic tax without an address: the draft says so and stays.
 */
export function finalizeInvoice(draft: Invoice, context: Context): Invoice {
  if (draft.status !== "draft") {
    throw invalid(
      "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
      undefined,
      "invoice_not_editable",
    );
  }
  refuseWhatFails(draft, context);
  const counted = applyBalance(recountMetered(draft, context), context);
  const open = openInvoice(counted, context);
  context.unschedule(finalizeKey(open.id));
  const payable = open.amount_due > 0 ? preparePayment(open, context) : open;
  context.emit("invoice.finalized", payable);
  return payable.amount_due > 0 ? payable : markPaid(payable, context);
}

/** Gives a draft its number, its pages and the status `open`. */
export function openInvoice(draft: Invoice, context: Context): Invoice {
  const token = draft.id.slice(3);
  return context.save<Invoice>({
    ...draft,
    number: numberInvoice(draft, context),
    status: "open",
    automatically_finalizes_at: null,
    effective_at: context.now(),
    last_finalization_error: null,
    hosted_invoice_url: `${context.baseUrl}/i/${token}`,
    invoice_pdf: `${context.baseUrl}/i/${token}/pdf`,
    status_transitions: { ...draft.status_transitions, finalized_at: context.now() },
  });
}

/** The key under which a draft's own finalization is scheduled. */
export function finalizeKey(invoice: string): string {
  return `finalize ${invoice}`;
}

/** Has a draft finalized by itself once its grace is over. */
export function scheduleFinalization(draft: Invoice, at: number, context: Context): Invoice {
  context.schedule(at, "invoice.finalize", { invoice: draft.id }, finalizeKey(draft.id));
  return context.save({ ...draft, automatically_finalizes_at: at });
}

/** Has an open invoice that advances by itself collected an hour from now. */
export function scheduleCollection(invoice: Invoice, context: Context): Invoice {
  if (invoice.collection_method !== "charge_automatically" || invoice.next_payment_attempt !== null) return invoice;
  const at = context.now() + collectAfter;
  context.schedule(at, "invoice.collect", { invoice: invoice.id }, collectKey(invoice.id));
  return context.save<Invoice>({ ...invoice, next_payment_attempt: at });
}

/** Finalizes a draft because somebody asked for it: one that advances by itself is collected an hour later. */
export function finalizeByHand(draft: Invoice, context: Context): Invoice {
  const open = finalizeInvoice({ ...draft, next_payment_attempt: null }, context);
  return open.status === "open" && open.auto_advance ? scheduleCollection(open, context) : open;
}
