import { invalid } from "../core/error.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { recordBalance } from "./charge-rules.ts";

export type Dispute = Objects["dispute"];
export type DisputeReason = "fraudulent" | "product_not_received" | "subscription_canceled" | "general" | "inquiry";

const FEE = 1500;
const RESPONSE_DAYS = 9;

/**
 * Opens a dispute of a charge. An inquiry moves no money; any other takes the amount and a fee at once.
 * Emits `charge.dispute.created`, and `charge.dispute.funds_withdrawn` when money moved.
 */
export function openDispute(context: Context, chargeId: string, asked: { reason?: string; amount?: number }): Dispute {
  const charge = context.find("charge", chargeId, "charge");
  if (charge.status !== "succeeded" || !charge.captured)
    throw invalid("Only a charge that was paid can be disputed.", "charge");
  const isInquiry = asked.reason === "inquiry";
  const amount = asked.amount ?? charge.amount;
  const dispute = context.build("dispute", {
    id: context.newId("du"),
    amount,
    charge: charge.id,
    currency: charge.currency,
    payment_intent: charge.payment_intent,
    reason: isInquiry ? "general" : (asked.reason ?? "fraudulent"),
    status: isInquiry ? "warning_needs_response" : "needs_response",
    is_charge_refundable: isInquiry,
    metadata: {},
    evidence_details: {
      due_by: context.now() + RESPONSE_DAYS * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: "not_submitted",
    },
  });
  context.save(dispute);
  if (!isInquiry) context.update("charge.updated", { ...charge, disputed: true });
  context.emit("charge.dispute.created", dispute);
  if (!isInquiry) moveFunds(context, dispute, -1);
  return dispute;
}

/** Ends a dispute. Won: the funds come back. Emits `charge.dispute.closed`. */
export function closeDispute(context: Context, id: string, status: "won" | "lost" | "warning_closed"): Dispute {
  const dispute = context.find("dispute", id);
  if (["won", "lost", "warning_closed", "prevented"].includes(dispute.status)) {
    throw invalid(`This dispute is already closed: ${dispute.status}.`);
  }
  const isInquiry = dispute.status.startsWith("warning_");
  const previous = { status: dispute.status };
  dispute.status = isInquiry ? "warning_closed" : status;
  context.save(dispute);
  context.emit("charge.dispute.closed", dispute, previous);
  if (dispute.status === "won") moveFunds(context, dispute, 1);
  return context.find("dispute", id);
}

function moveFunds(context: Context, dispute: Dispute, sign: 1 | -1): void {
  const charge = dispute.charge;
  const id = recordBalance(
    context,
    "adjustment",
    sign * dispute.amount,
    dispute.currency,
    dispute.id,
    sign === -1 ? FEE : 0,
  );
  const line = context.find("balance_transaction", id);
  dispute.balance_transactions = [...dispute.balance_transactions, line];
  context.save(dispute);
  context.emit(sign === -1 ? "charge.dispute.funds_withdrawn" : "charge.dispute.funds_reinstated", dispute);
  if (sign === 1) context.update("charge.updated", { ...context.find("charge", charge), disputed: false });
}
