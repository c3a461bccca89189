import type Stripe from "stripe";
import { type CreditNote, type Dispute, isOpenDispute, type Refund, standsDisputed } from "@/lib/billing/returns";
import { fromSeconds, idOf, stripe } from "@/lib/stripe/client";

/** A refund as it is stored with its payment. `request` is the admin's form that asked for it. */
export interface MadeRefund extends Refund {
  readonly reason: string | null;
  readonly request: string | null;
  /** Made by us for a plan bought twice, which has a mail of its own. */
  readonly isDuplicate: boolean;
  /** The early fraud warning it answers. */
  readonly warning: string | null;
  readonly at: Date;
}

export interface RaisedDispute extends Dispute {
  readonly at: Date;
  readonly dueAt: Date | null;
}

/** A credit note with what people are shown of it. */
export interface MadeCreditNote extends CreditNote {
  readonly number: string;
  /** All of it, what it took off the invoice before that was paid included. */
  readonly totalCents: number;
  readonly currency: string;
  readonly at: Date;
}

/** A payment that took money, with everything that has gone back of it. */
export interface PaymentMoney {
  readonly payment: Stripe.PaymentIntent;
  readonly refunds: readonly MadeRefund[];
  readonly disputes: readonly RaisedDispute[];
}

const toRefund = (refund: Stripe.Refund): MadeRefund => ({
  id: refund.id,
  cents: refund.amount,
  status: refund.status ?? "pending",
  reason: refund.failure_reason ?? refund.reason,
  request: refund.metadata?.request ?? null,
  isDuplicate: refund.reason === "duplicate" && refund.metadata?.subscription !== undefined,
  warning: refund.metadata?.early_fraud_warning ?? null,
  at: fromSeconds(refund.created),
});

const toDispute = (dispute: Stripe.Dispute): RaisedDispute => ({
  id: dispute.id,
  cents: dispute.amount,
  status: dispute.status,
  reason: dispute.reason,
  at: fromSeconds(dispute.created),
  dueAt: dispute.evidence_details.due_by ? fromSeconds(dispute.evidence_details.due_by) : null,
});

/**
 * Fetches a payment with its refunds and disputes.
 * @returns null if it has taken no money
 * @throws Error if Stripe cannot answer
 */
export async function fetchMoney(paymentIntent: string): Promise<PaymentMoney | null> {
  const payment = await stripe().paymentIntents.retrieve(paymentIntent, { expand: ["latest_charge"] });
  if (payment.status !== "succeeded") return null;
  const refunds: MadeRefund[] = [];
  const disputes: RaisedDispute[] = [];
  for await (const it of stripe().refunds.list({ payment_intent: paymentIntent, limit: 100 }))
    refunds.push(toRefund(it));
  for await (const it of stripe().disputes.list({ payment_intent: paymentIntent, limit: 100 }))
    disputes.push(toDispute(it));
  return { payment, refunds, disputes };
}

/** When a payment's money was taken. */
export function paidAt({ latest_charge: charge, created }: Stripe.PaymentIntent): Date {
  return fromSeconds(charge && typeof charge === "object" ? charge.created : created);
}

async function toCreditNote(note: Stripe.CreditNote): Promise<MadeCreditNote> {
  const lines: Stripe.CreditNoteLineItem[] = [];
  if (note.lines.has_more)
    for await (const line of stripe().creditNotes.listLineItems(note.id, { limit: 100 })) lines.push(line);
  else lines.push(...note.lines.data);
  return {
    id: note.id,
    number: note.number,
    cents: note.post_payment_amount,
    totalCents: note.total,
    currency: note.currency,
    refunds: note.refunds.flatMap(({ refund, amount_refunded: cents, type }) => {
      const id = type === "payment_record_refund" ? null : idOf(refund);
      return id ? [{ refund: id, cents }] : [];
    }),
    lines: lines.map((line) => ({ line: line.invoice_line_item ?? null, cents: line.amount - line.discount_amount })),
    at: fromSeconds(note.created),
  };
}

/**
 * Fetches the credit notes that stand on an invoice; voided ones have never been.
 * @throws Error if Stripe cannot answer
 */
export async function fetchCreditNotes(invoice: Stripe.Invoice): Promise<MadeCreditNote[]> {
  if (!invoice.id || invoice.post_payment_credit_notes_amount + invoice.pre_payment_credit_notes_amount === 0)
    return [];
  const notes: MadeCreditNote[] = [];
  for await (const note of stripe().creditNotes.list({ invoice: invoice.id, limit: 100 }))
    if (note.status === "issued") notes.push(await toCreditNote(note));
  return notes;
}

/** Whether the bank holds the money of a payment while it decides. */
export const isDisputed = ({ disputes }: Pick<PaymentMoney, "disputes">): boolean => disputes.some(isOpenDispute);

/** What stands disputed of a payment now. */
export const standingDisputes = ({ disputes }: Pick<PaymentMoney, "disputes">): RaisedDispute[] =>
  disputes.filter(standsDisputed);
