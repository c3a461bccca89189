import { invalid } from "../core/error.ts";
import { type List, page } from "../core/list.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { type Charge, recordBalance } from "./charge-rules.ts";
import { behaviorOf } from "./payment-method-rules.ts";

export type Refund = Objects["refund"];

const PENDING_SECONDS = 86_400;
const ACTION_SECONDS = 45 * 86_400;
const FAILURES = [
  "charge_for_pending_refund_disputed",
  "declined",
  "expired_or_canceled_card",
  "insufficient_funds",
  "lost_or_stolen_card",
  "merchant_request",
  "unknown",
];

interface Asked {
  amount?: number;
  reason?: Refund["reason"];
  metadata?: Record<string, string>;
  /** how it begins; the card decides unless told. Neither of these two ends by itself */
  status?: "pending" | "requires_action";
}

/**
 * Gives money back. Most refunds succeed at once; those of the cards 7726 and 5126 stay pending for a day, then
 * arrive or fail. Emits `charge.refunded` (with the cumulative amount), `refund.created`.
 * @throws StripeError 400 when more is asked than is left, or the charge is disputed
 */
export function createRefund(context: Context, chargeId: string, asked: Asked): Refund {
  const charge = context.find("charge", chargeId, "charge");
  const amount = refundable(context, charge, asked.amount);
  const fate = charge.payment_method ? behaviorOf(context, charge.payment_method).card?.refund : undefined;
  const id = context.newId("re");
  const status = asked.status ?? (fate ? "pending" : "succeeded");
  const refund = context.build("refund", {
    id,
    amount,
    charge: charge.id,
    currency: charge.currency,
    customer: charge.customer,
    destination_details: {
      type: "card",
      card: { type: "refund", reference_status: "pending", reference_type: "acquirer_reference_number" },
    },
    metadata: asked.metadata ?? {},
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: asked.reason ?? null,
    status,
    balance_transaction: recordBalance(context, "refund", -amount, charge.currency, id),
    ...(status === "pending" && { pending_reason: "processing" }),
    ...(status === "requires_action" && actionOf(context, charge)),
  });
  context.save(refund);
  const refunded = charge.amount_refunded + amount;
  context.update("charge.refunded", {
    ...charge,
    amount_refunded: refunded,
    refunded: refunded === charge.amount_captured,
  });
  context.emit("refund.created", refund);
  if (fate && !asked.status)
    context.schedule(context.now() + PENDING_SECONDS, "refund.finish", { refund: id, fails: fate === "fails" });
  return refund;
}

/** What a refund that waits comes to: it arrives, or it fails and gives the amount back to the charge. */
export function finishRefund(context: Context, id: string, fails: boolean): Refund {
  const refund = context.find("refund", id);
  if (!waits(refund)) return refund;
  if (fails) return failRefund(context, refund);
  const { pending_reason: _, next_action: __, ...rest } = refund;
  const done = context.update<Refund>("refund.updated", { ...rest, status: "succeeded" });
  context.emit("charge.refund.updated", done);
  return done;
}

/** Marks a refund as failed, as banks do days later: the money is back on the account's balance. */
export function failRefund(context: Context, refund: Refund, why = "lost_or_stolen_card"): Refund {
  if (refund.status === "failed" || refund.status === "canceled") return refund;
  if (!FAILURES.includes(why)) throw invalid(`reason is one of ${FAILURES.join(", ")}`, "reason");
  const { pending_reason: _, next_action: __, ...rest } = refund;
  const failed: Refund = {
    ...rest,
    status: "failed",
    failure_reason: why,
    failure_balance_transaction: recordBalance(context, "refund_failure", refund.amount, refund.currency, refund.id),
  };
  undo(context, refund);
  context.update("refund.failed", failed);
  context.emit("refund.updated", failed);
  context.emit("charge.refund.updated", failed);
  return failed;
}

/**
 * Calls back a refund before it was made.
 * @param from what it may be: the API takes only those that wait for the customer, the Dashboard also pending ones
 * @throws StripeError 400 for any other
 */
export function cancelRefund(context: Context, id: string, from: string[] = ["requires_action"]): Refund {
  const refund = context.find("refund", id);
  if (!from.includes(String(refund.status))) throw invalid(`A refund that is ${refund.status} cannot be canceled.`);
  undo(context, refund);
  const { pending_reason: _, next_action: __, ...rest } = refund;
  const failure_balance_transaction = recordBalance(
    context,
    "refund_failure",
    refund.amount,
    refund.currency,
    refund.id,
  );
  const canceled = context.update<Refund>("refund.updated", {
    ...rest,
    status: "canceled",
    failure_balance_transaction,
  });
  context.emit("charge.refund.updated", canceled);
  return canceled;
}

/** The refunds of a charge, newest first, as the expanded field shows them. */
export function refundsOf(context: Context, charge: string): List<Refund> {
  const request = { params: {}, path: {}, headers: {} };
  return page(
    request,
    `/v1/charges/${charge}/refunds`,
    context.store.objects("refund").list((row) => row.charge === charge),
  );
}

/** The refunds of a charge that neither arrived nor failed. */
export function refundsThatWait({ store }: Context, charge: string): Refund[] {
  return store.objects("refund").list((row) => row.charge === charge && waits(row));
}

const waits = ({ status }: Refund): boolean => status === "pending" || status === "requires_action";

/** How much of a charge is to be refunded: what was asked, or all that is left. */
function refundable(context: Context, charge: Charge, asked: number | undefined): number {
  if (charge.status !== "succeeded" || !charge.captured) {
    throw invalid(`Charge ${charge.id} has not been paid and cannot be refunded.`, "charge", "charge_not_refundable");
  }
  const unrefunded = charge.amount_captured - charge.amount_refunded;
  if (unrefunded <= 0)
    throw invalid(`Charge ${charge.id} has already been refunded.`, undefined, "charge_already_refunded");
  const disputes = context.store
    .objects("dispute")
    .list((row) => row.charge === charge.id && !row.is_charge_refundable);
  const lost = disputes.filter(({ status }) => status === "lost").reduce((sum, { amount }) => sum + amount, 0);
  const left = unrefunded - lost;
  if (left <= 0 || disputes.some(({ status }) => status !== "lost")) {
    throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, undefined, "charge_disputed");
  }
  const amount = asked ?? left;
  if (!Number.isInteger(amount) || amount < 1)
    throw invalid("Invalid positive integer", "amount", "parameter_invalid_integer");
  if (amount <= left) return amount;
  const message = `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`;
  throw invalid(message, "amount", "amount_too_large");
}

/** Stripe has asked the customer where the money shall go. */
function actionOf(context: Context, charge: Charge): Partial<Refund> {
  const sentTo = charge.billing_details.email ?? charge.receipt_email ?? "customer@example.com";
  return {
    instructions_email: sentTo,
    next_action: {
      type: "display_details",
      display_details: {
        email_sent: { email_sent_at: context.now(), email_sent_to: sentTo },
        expires_at: context.now() + ACTION_SECONDS,
      },
    },
  };
}

function undo(context: Context, refund: Refund): void {
  if (!refund.charge) return;
  const charge = context.find("charge", refund.charge);
  context.update("charge.updated", {
    ...charge,
    refunded: false,
    amount_refunded: charge.amount_refunded - refund.amount,
  });
}
