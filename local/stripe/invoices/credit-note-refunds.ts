import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import type { Objects, Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { createRefund, type Refund } from "../resources/refund-rules.ts";
import type { Invoice } from "./draft.ts";
import { paymentsOf } from "./payment.ts";

type Row = Objects["credit_note"]["refunds"][number];
type Linked = NonNullable<Params<Stripe.CreditNoteCreateParams>["refunds"]>[number];

/** Refunds of an invoice's payments that no credit note tells of, and this one does not either: they count as credited. */
export function refundedBesides(invoice: Invoice, linked: Linked[], context: Context): number {
  const intents = new Set(paymentsOf(invoice.id, context).map(({ payment }) => payment.payment_intent));
  const named = new Set(linked.map(({ refund }) => refund));
  return context.store
    .objects("refund")
    .list((row) => intents.has(row.payment_intent ?? "") && !named.has(row.id))
    .filter(({ status }) => status !== "failed" && status !== "canceled")
    .reduce((sum, { id, amount }) => sum + amount - linkedBefore(id, context), 0);
}

/** Refunds part of what was paid for an invoice. @throws 400 when nothing was charged */
export function refundOf(invoice: Invoice, amount: number, context: Context): Refund {
  const paid = paymentsOf(invoice.id, context).find(({ status }) => status === "paid");
  const intent = paid?.payment.payment_intent;
  const charge = intent ? context.find("payment_intent", intent).latest_charge : null;
  if (!charge) throw invalid("There is no charge on this invoice to refund.", "refund_amount");
  return createRefund(context, charge, { amount });
}

/**
 * A refund that was made before, as a credit note tells of it.
 * @throws 400 when it is not of this invoice, or other notes tell of that much already
 */
export function linkedRefund(row: Linked, at: string, invoice: Invoice, context: Context): Row {
  if (!row.refund) throw invalid("Missing required param: refund.", `${at}[refund]`, "parameter_missing");
  const refund = context.find("refund", row.refund, `${at}[refund]`);
  if (!paymentsOf(invoice.id, context).some(({ payment }) => payment.payment_intent === refund.payment_intent)) {
    throw invalid("The refund is not of a payment of this invoice.", `${at}[refund]`);
  }
  const left = refund.amount - linkedBefore(refund.id, context);
  const amount = row.amount_refunded ?? left;
  if (amount > left) {
    throw invalid(
      `Only ${left} of the refund ${refund.id} is not linked to a credit note yet.`,
      `${at}[amount_refunded]`,
    );
  }
  return refundRow(refund.id, amount);
}

function linkedBefore(refund: string, { store }: Context): number {
  return store
    .objects("credit_note")
    .list(({ status }) => status === "issued")
    .flatMap(({ refunds }) => refunds)
    .filter((row) => row.refund === refund)
    .reduce((sum, { amount_refunded }) => sum + amount_refunded, 0);
}

/** A refund as a credit note lists it. */
export function refundRow(refund: string, amount_refunded: number): Row {
  return { amount_refunded, payment_record_refund: null, refund, type: "refund" };
}
