import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { wholeList } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Objects, Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { moveBalance } from "./balance.ts";
import { collectKey, markPaid } from "./close.ts";
import { creditedBy, creditLines } from "./credit-note-lines.ts";
import { linkedRefund, refundedBesides, refundOf, refundRow } from "./credit-note-refunds.ts";
import type { Invoice } from "./draft.ts";
import { cancelPayment, changeAmountDue, intentOf } from "./payment.ts";

export type CreditNote = Objects["credit_note"];
export type CreditNoteParams = Params<Stripe.CreditNoteCreateParams>;

/** Where the money of a credit note on a paid invoice goes, in the smallest unit. */
interface Ways {
  refunded: number;
  balance: number;
  outOfBand: number;
}

/**
 * Credits an invoice. First that is money no longer owed, and nothing left to owe makes it paid; what goes beyond was
 * paid, from the balance or by card, and goes back by refund, to the balance or outside of Stripe: all of it.
 * @throws 400 for a draft or void invoice, more than was charged, or ways that do not add up.
 */
export function createCreditNote(params: CreditNoteParams, context: Context): CreditNote {
  const invoice = context.find("invoice", params.invoice, "invoice");
  const note = composeCreditNote(params, context);
  const settled = note.post_payment_amount === 0 ? note : payBack(note, invoice, params, context);
  context.save(settled);
  if (settled.post_payment_amount > 0) countPaidBack(invoice, settled.post_payment_amount, context);
  if (settled.pre_payment_amount > 0) {
    oweLess(context.find("invoice", invoice.id), settled.pre_payment_amount, context);
  }
  context.emit("credit_note.created", settled);
  return context.find("credit_note", settled.id);
}

/** The credit note a request would make, before any money moves. */
export function composeCreditNote(params: CreditNoteParams, context: Context): CreditNote {
  const invoice = context.find("invoice", params.invoice, "invoice");
  const open = invoice.status === "open" || invoice.status === "uncollectible";
  if (!open && invoice.status !== "paid") {
    throw invalid(`You cannot create a credit note for an invoice that is ${invoice.status}.`, "invoice");
  }
  const lines = creditLines(invoice, params.lines, params.amount, context);
  const total = lines.reduce((sum, line) => sum + creditedBy(line), 0);
  const owed = open ? Math.min(total, invoice.amount_remaining) : 0;
  checkTotal(invoice, { total, owed }, params, context);
  const discounts = lines.flatMap((line) => line.discount_amounts);
  const discount = discounts.reduce((sum, { amount }) => sum + amount, 0);
  const taxes = lines.flatMap((line) => line.taxes ?? []);
  const tax = taxes.reduce((sum, { amount }) => sum + amount, 0);
  const subtotal = total + discount - tax;
  const id = context.newId("cn");
  return context.build("credit_note", {
    id,
    amount: total,
    currency: invoice.currency,
    customer: String(invoice.customer),
    discount_amount: discount,
    discount_amounts: discounts,
    effective_at: params.effective_at ?? context.now(),
    invoice: invoice.id,
    lines: wholeList(`/v1/credit_notes/${id}/lines`, lines),
    memo: params.memo ?? null,
    metadata: mergeMetadata(null, params.metadata),
    number: `${invoice.number}-CN-${String(notesOf(invoice.id, context).length + 1).padStart(2, "0")}`,
    out_of_band_amount: params.out_of_band_amount ?? null,
    pdf: `${context.baseUrl}/credit_notes/${id}/pdf`,
    post_payment_amount: total - owed,
    pre_payment_amount: owed,
    pretax_credit_amounts: discounts.map((row) => ({ ...row, type: "discount" })),
    reason: params.reason ?? null,
    refunds: [],
    shipping_cost: null,
    status: "issued",
    subtotal,
    subtotal_excluding_tax: subtotal,
    total,
    total_excluding_tax: total - tax,
    total_taxes: taxes,
    type: total === owed ? "pre_payment" : owed === 0 ? "post_payment" : "mixed",
    voided_at: null,
  });
}

function checkTotal(
  invoice: Invoice,
  { total, owed }: { total: number; owed: number },
  params: CreditNoteParams,
  context: Context,
): void {
  if (total <= 0) throw invalid("The total amount of a credit note must be greater than zero.", "amount");
  const credited = invoice.pre_payment_credit_notes_amount + invoice.post_payment_credit_notes_amount;
  const left = invoice.total - credited - refundedBesides(invoice, params.refunds ?? [], context);
  if (total > left) {
    throw invalid(
      `The sum of credit amount, refund amount and out of band amount (${total}) cannot be greater than what is left to credit on the invoice (${left}).`,
      "amount",
    );
  }
  const ways = [params.refund_amount, params.credit_amount, params.out_of_band_amount, params.refunds];
  if (total === owed && ways.some((way) => way !== undefined)) {
    throw invalid(
      "You cannot specify a refund, credit or out of band amount for a credit note on an open invoice.",
      "refund_amount",
    );
  }
}

function payBack(note: CreditNote, invoice: Invoice, params: CreditNoteParams, context: Context): CreditNote {
  const linked = (params.refunds ?? []).map((row, index) => linkedRefund(row, `refunds[${index}]`, invoice, context));
  const ways: Ways = {
    refunded: (params.refund_amount ?? 0) + linked.reduce((sum, { amount_refunded }) => sum + amount_refunded, 0),
    balance: params.credit_amount ?? 0,
    outOfBand: params.out_of_band_amount ?? 0,
  };
  if (ways.refunded + ways.balance + ways.outOfBand !== note.post_payment_amount) {
    throw invalid(
      `The sum of \`refund_amount\`, \`credit_amount\`, \`out_of_band_amount\` and \`refunds\` must equal the credit note amount (${note.post_payment_amount}).`,
      "refund_amount",
    );
  }
  const made = params.refund_amount ? [refundOf(invoice, params.refund_amount, context)] : [];
  const moved = ways.balance
    ? moveBalance(
        {
          customer: String(invoice.customer),
          amount: -ways.balance,
          currency: invoice.currency,
          fields: { type: "credit_note", credit_note: note.id, invoice: invoice.id },
        },
        context,
      ).id
    : null;
  const refunds = [...linked, ...made.map(({ id, amount }) => refundRow(id, amount))];
  return { ...note, refunds, customer_balance_transaction: moved };
}

/** Takes a credit off what an open invoice still asks for. */
function oweLess(invoice: Invoice, amount: number, context: Context): void {
  const owed = context.update<Invoice>("invoice.updated", {
    ...invoice,
    amount_due: invoice.amount_due - amount,
    amount_remaining: invoice.amount_remaining - amount,
    pre_payment_credit_notes_amount: invoice.pre_payment_credit_notes_amount + amount,
  });
  if (owed.amount_due > 0) {
    changeAmountDue(owed, context);
    return;
  }
  context.unschedule(collectKey(invoice.id));
  cancelPayment(owed, context);
  markPaid(owed, context);
}

/**
 * Voids a credit note: the invoice asks for the money again, or the balance it went to gives it back.
 * @throws 400 when it is void already, its invoice is closed by it, or money was refunded.
 */
export function voidCreditNote(note: CreditNote, context: Context): CreditNote {
  if (note.status === "void") throw invalid("This credit note is already void.");
  const invoice = context.find("invoice", String(note.invoice));
  const { pre_payment_amount: owed, post_payment_amount: back } = note;
  if (owed > 0 && invoice.status !== "open" && invoice.status !== "uncollectible") {
    throw invalid("You can only void a pre-payment credit note while its invoice is open.");
  }
  if (note.refunds.length > 0) throw invalid("You cannot void a credit note that has refunds.");
  if (back > 0) takeBack(note, invoice, context);
  if (owed > 0) oweAgain(context.find("invoice", invoice.id), owed, context);
  const voided = context.save<CreditNote>({ ...note, status: "void", voided_at: context.now() });
  context.emit("credit_note.voided", voided);
  return voided;
}

function oweAgain(invoice: Invoice, amount: number, context: Context): void {
  const owed = context.update<Invoice>("invoice.updated", {
    ...invoice,
    amount_due: invoice.amount_due + amount,
    amount_remaining: invoice.amount_remaining + amount,
    pre_payment_credit_notes_amount: invoice.pre_payment_credit_notes_amount - amount,
  });
  if (intentOf(owed, context)) changeAmountDue(owed, context);
}

function takeBack(note: CreditNote, invoice: Invoice, context: Context): void {
  countPaidBack(invoice, -note.post_payment_amount, context);
  const moved = note.customer_balance_transaction;
  if (!moved) return;
  const { amount } = context.find("customer_balance_transaction", String(moved));
  const fields = { type: "credit_note", credit_note: note.id, invoice: invoice.id };
  moveBalance({ customer: String(invoice.customer), amount: -amount, currency: invoice.currency, fields }, context);
}

function countPaidBack(invoice: Invoice, amount: number, context: Context): void {
  const credited = invoice.post_payment_credit_notes_amount + amount;
  context.update<Invoice>("invoice.updated", { ...invoice, post_payment_credit_notes_amount: credited });
}

/** The credit notes of an invoice, oldest first. */
function notesOf(invoice: string, { store }: Context): CreditNote[] {
  return store.objects("credit_note").list((row) => row.invoice === invoice);
}
