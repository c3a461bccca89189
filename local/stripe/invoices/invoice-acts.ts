import { invalid } from "../core/error.ts";
import type { Context, Control, ControlRequest } from "../core/resource.ts";
import { markPaidOutOfBand, markUncollectible, voidInvoice } from "./close.ts";
import { type CreditNote, type CreditNoteParams, createCreditNote, voidCreditNote } from "./credit-note-rules.ts";
import type { Invoice } from "./draft.ts";
import { askForFailure } from "./finalization-failure.ts";
import { finalizeByHand } from "./finalize.ts";

const WAYS = ["refund", "balance", "out_of_band"];

/** What the Dashboard can do to an invoice, by the same code as the API. */
export const invoiceActs: Control[] = [
  act("pay-out-of-band", ({ body }, context) => markPaidOutOfBand(named(body, context), context)),
  act("void", ({ body }, context) => voidInvoice(named(body, context), context)),
  act("uncollectible", ({ body }, context) => markUncollectible(named(body, context), context)),
  act("finalize", ({ body }, context) => finalizeByHand(named(body, context), context)),
  act("fail-finalization", ({ body }, context) => askForFailure(context, String(body.customer), body)),
  act("credit-note", ({ body }, context) => creditNote(body, context)),
  act("void-credit-note", ({ body }, context) =>
    voidCreditNote(context.find("credit_note", String(body.credit_note), "credit_note"), context),
  ),
];

function act(name: string, handle: (request: ControlRequest, context: Context) => unknown): Control {
  return { method: "POST", path: `/_double/dashboard/${name}`, handle };
}

function named({ invoice }: Record<string, unknown>, context: Context): Invoice {
  return context.find("invoice", String(invoice), "invoice");
}

/** Takes what the API takes; `to` is the short way to say where all that was paid goes. */
function creditNote({ to, ...body }: Record<string, unknown>, context: Context): CreditNote {
  const invoice = named(body, context);
  const credited = invoice.pre_payment_credit_notes_amount + invoice.post_payment_credit_notes_amount;
  const amount = body.amount ?? (body.lines ? undefined : invoice.total - credited);
  const params = { ...body, invoice: invoice.id, ...(amount !== undefined && { amount }) } as CreditNoteParams;
  if (to === undefined) return createCreditNote(params, context);
  if (!WAYS.includes(String(to))) throw invalid(`to is one of ${WAYS.join(", ")}`, "to");
  if (typeof amount !== "number") throw invalid("With lines say how much goes where, as the API does.", "to");
  const owed = invoice.status === "paid" ? 0 : Math.min(amount, invoice.amount_remaining);
  const paid = amount - owed;
  const way = to === "refund" ? "refund_amount" : to === "balance" ? "credit_amount" : "out_of_band_amount";
  return createCreditNote(paid > 0 ? { ...params, [way]: paid } : params, context);
}
