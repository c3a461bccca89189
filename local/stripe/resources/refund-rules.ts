import { invalid } from "../core/error.ts";
import { type List, page } from "../core/list.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { recordBalance } from "./charge-rules.ts";
import { behaviorOf } from "./payment-method-rules.ts";

export type Refund = Objects["refund"];

const PENDING_SECONDS = 86_400;

/**
 * Gives money back. Most refunds succeed at once; those of the cards 7726 and 5126 stay pending for a day, then
 * arrive or fail. Emits `charge.refunded` (with the cumulative amount), `refund.created`.
 * @throws StripeError 400 when more is asked than is left, or the charge is disputed
 */
export function createRefund(
  context: Context,
  chargeId: string,
  asked: { amount?: number; reason?: Refund["reason"]; metadata?: Record<string, string> },
): Refund {
  const charge = context.find("charge", chargeId, "charge");
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = asked.amount ?? left;
  if (charge.status !== "succeeded" || !charge.captured) {
    throw invalid(`Charge ${charge.id} has not been paid and cannot be refunded.`, "charge", "charge_not_refundable");
  }
  if (left <= 0) throw invalid(`Charge ${charge.id} has already been refunded.`, undefined, "charge_already_refunded");
  if (charge.disputed) {
    throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, undefined, "charge_disputed");
  }
  if (!Number.isInteger(amount) || amount < 1)
    throw invalid("Invalid positive integer", "amount", "parameter_invalid_integer");
  if (amount > left) {
    throw invalid(
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      "amount",
      "amount_too_large",
    );
  }
  const fate = charge.payment_method ? behaviorOf(context, charge.payment_method).card?.refund : undefined;
  const id = context.newId("re");
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
    status: fate ? "pending" : "succeeded",
    balance_transaction: recordBalance(context, "refund", -amount, charge.currency, id),
    ...(fate && { pending_reason: "processing" }),
  });
  context.save(refund);
  const refunded = charge.amount_refunded + amount;
  context.update("charge.refunded", {
    ...charge,
    amount_refunded: refunded,
    refunded: refunded === charge.amount_captured,
  });
  context.emit("refund.created", refund);
  if (fate) context.schedule(context.now() + PENDING_SECONDS, "refund.finish", { refund: id, fails: fate === "fails" });
  return refund;
}

/** What a pending refund comes to. A failed one gives the amount back to the charge. */
export function finishRefund(context: Context, id: string, fails: boolean): Refund {
  const refund = context.find("refund", id);
  if (refund.status !== "pending") return refund;
  const { pending_reason: _, ...rest } = refund;
  if (!fails) {
    const done = context.update("refund.updated", { ...rest, status: "succeeded" });
    context.emit("charge.refund.updated", done);
    return done;
  }
  return failRefund(context, rest);
}

/** Marks a refund as failed, as banks do days later: the money is back on the account's balance. */
export function failRefund(context: Context, refund: Refund): Refund {
  if (refund.status === "failed" || refund.status === "canceled") return refund;
  const failed: Refund = {
    ...refund,
    status: "failed",
    failure_reason: "lost_or_stolen_card",
    failure_balance_transaction: recordBalance(context, "refund_failure", refund.amount, refund.currency, refund.id),
  };
  undo(context, refund);
  context.update("refund.failed", failed);
  context.emit("refund.updated", failed);
  context.emit("charge.refund.updated", failed);
  return failed;
}

/** Calls back a refund that is still pending. */
export function cancelRefund(context: Context, id: string): Refund {
  const refund = context.find("refund", id);
  if (refund.status !== "pending") throw invalid(`A refund that is ${refund.status} cannot be canceled.`);
  undo(context, refund);
  return context.update("refund.updated", { ...refund, status: "canceled" });
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

function undo(context: Context, refund: Refund): void {
  if (!refund.charge) return;
  const charge = context.find("charge", refund.charge);
  context.update("charge.updated", {
    ...charge,
    refunded: false,
    amount_refunded: charge.amount_refunded - refund.amount,
  });
}
