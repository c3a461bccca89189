import { StripeError } from "../core/error.ts";
import type { StripeObject } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { markPaid } from "./close.ts";
import { attemptInvoice, isAttempting, recordLateFailure } from "./collect.ts";
import type { Invoice } from "./draft.ts";
import { finalizeInvoice } from "./finalize.ts";
import { invoiceOf, recordPayment } from "./payment.ts";

/** The grace of a draft is over: it is finalized, and collected or sent. */
export function finalizeWhenDue({ invoice: id }: Record<string, unknown>, context: Context): void {
  const draft = context.store.objects("invoice").get(String(id));
  if (draft?.status !== "draft" || !draft.auto_advance) return;
  const open = finalizeUnlessStuck(draft, context);
  if (open?.status !== "open") return;
  if (open.collection_method === "send_invoice") context.emit("invoice.sent", open);
  else attemptInvoice(open, { by: "automatic" }, context);
}

/** The next automatic attempt to collect an invoice. */
export function collectWhenDue({ invoice: id }: Record<string, unknown>, context: Context): void {
  const invoice = context.store.objects("invoice").get(String(id));
  if (invoice?.status !== "open" || !invoice.auto_advance) return;
  attemptInvoice(invoice, { by: "automatic" }, context);
}

/** Money arrived: at once, after 3D Secure, or days later. */
export function onIntentSucceeded(intent: StripeObject, context: Context): void {
  const invoice = recordPayment(intent.id, context);
  if (invoice && (invoice.status === "open" || invoice.status === "uncollectible")) markPaid(invoice, context);
}

/** A payment failed while no attempt of ours was under way: the debit bounced, or 3D Secure was refused. */
export function onIntentFailed(intent: StripeObject, context: Context): void {
  const invoice = invoiceOf(intent.id, context);
  if (invoice && !isAttempting(invoice.id, context)) recordLateFailure(invoice, context);
}

function finalizeUnlessStuck(draft: Invoice, context: Context): Invoice | null {
  try {
    return finalizeInvoice(draft, context);
  } catch (error) {
    if (error instanceof StripeError && error.keepsChanges) return null;
    throw error;
  }
}
