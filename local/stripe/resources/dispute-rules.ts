import { invalid } from "../core/error.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { type Charge, recordBalance } from "./charge-rules.ts";
import { failRefund, refundsThatWait } from "./refund-rules.ts";

export type Dispute = Objects["dispute"];
export type Outcome = "won" | "lost" | "warning_closed" | "prevented";

const REASONS = [
  "bank_cannot_process",
  "check_returned",
  "credit_not_processed",
  "customer_initiated",
  "debit_not_authorized",
  "duplicate",
  "fraudulent",
  "general",
  "incorrect_account_details",
  "insufficient_funds",
  "noncompliant",
  "product_not_received",
  "product_unacceptable",
  "subscription_canceled",
  "unrecognized",
];
const FEE = 1500;
const DAY_SECONDS = 86_400;
const RESPONSE_DAYS = 9;
const INQUIRY_DAYS = 120;

interface Asked {
  /** one of Stripe's reasons, or `inquiry` for a question of the bank's that moves no money yet */
  reason?: string;
  /** in the smallest unit; the whole charge unless told */
  amount?: number;
}

/**
 * Opens a dispute of a charge. An inquiry moves no money; any other takes the amount and a fee at once, and refunds of
 * the charge that have not arrived yet fail. A bank debit that is called back is lost from the start. Emits
 * `charge.dispute.created`, and `charge.dispute.funds_withdrawn` when money moved.
 * @throws StripeError 400 for a charge that was not paid, a reason Stripe does not know, or more than was charged
 */
export function openDispute(context: Context, chargeId: string, asked: Asked): Dispute {
  const charge = context.find("charge", chargeId, "charge");
  const isInquiry = asked.reason === "inquiry";
  const dispute = composeDispute(context, charge, asked, isInquiry ? "warning_needs_response" : "needs_response");
  context.save(dispute);
  if (!isInquiry) context.update("charge.updated", { ...charge, disputed: true });
  context.emit("charge.dispute.created", dispute);
  const days = isInquiry ? INQUIRY_DAYS : RESPONSE_DAYS;
  context.schedule(context.now() + days * DAY_SECONDS, "dispute.due", { dispute: dispute.id }, dueKey(dispute.id));
  if (isInquiry) return dispute;
  moveFunds(context, dispute, -1);
  for (const refund of refundsThatWait(context, charge.id)) {
    failRefund(context, refund, "charge_for_pending_refund_disputed");
  }
  const isDebit = charge.payment_method_details?.type === "sepa_debit";
  return isDebit ? closeDispute(context, dispute.id, "lost") : context.find("dispute", dispute.id);
}

/** A dispute the card network settled before it began: it counts for nothing, and no money moved. */
export function recordPrevented(context: Context, chargeId: string, asked: Asked): Dispute {
  const dispute = composeDispute(context, context.find("charge", chargeId, "charge"), asked, "prevented");
  context.save(dispute);
  context.emit("charge.dispute.created", dispute);
  context.emit("charge.dispute.closed", dispute);
  return dispute;
}

/**
 * Ends a dispute. Won or prevented: the funds come back; lost: they stay away. An inquiry only ever closes, or is
 * prevented. Emits `charge.dispute.closed`, and `charge.dispute.funds_reinstated`.
 * @throws StripeError 400 when it is closed already
 */
export function closeDispute(context: Context, id: string, outcome: Outcome): Dispute {
  const dispute = context.find("dispute", id);
  requireStanding(dispute);
  context.unschedule(dueKey(id));
  const isInquiry = dispute.status.startsWith("warning_");
  const before = dispute.status;
  dispute.status = isInquiry && outcome !== "prevented" ? "warning_closed" : outcome;
  dispute.is_charge_refundable = outcome !== "lost" || isInquiry;
  context.save(dispute);
  context.emit("charge.dispute.closed", dispute, { status: before });
  if (!isInquiry && (outcome === "won" || outcome === "prevented")) moveFunds(context, dispute, 1);
  return context.find("dispute", id);
}

/** An inquiry the bank was not content with becomes a dispute: now the money is taken. */
export function escalateInquiry(context: Context, id: string): Dispute {
  const dispute = context.find("dispute", id);
  if (dispute.status !== "warning_needs_response" && dispute.status !== "warning_under_review") {
    throw invalid(`Only an inquiry that is open can escalate; this dispute is ${dispute.status}.`, "dispute");
  }
  const due = context.now() + RESPONSE_DAYS * DAY_SECONDS;
  context.schedule(due, "dispute.due", { dispute: id }, dueKey(id));
  const charge = context.find("charge", dispute.charge);
  context.update("charge.updated", { ...charge, disputed: true });
  const escalated = context.update<Dispute>("charge.dispute.updated", {
    ...dispute,
    status: "needs_response",
    is_charge_refundable: false,
    evidence_details: { ...dispute.evidence_details, due_by: due },
    ...detailsOf(charge, "chargeback"),
  });
  moveFunds(context, escalated, -1);
  for (const refund of refundsThatWait(context, charge.id)) {
    failRefund(context, refund, "charge_for_pending_refund_disputed");
  }
  return context.find("dispute", id);
}

/** Takes a lost dispute to the next instance, where evidence may be sent once more. The money stays away. */
export function appealDispute(context: Context, id: string): Dispute {
  const dispute = context.find("dispute", id);
  if (dispute.status !== "lost") throw invalid(`Only a lost dispute can be appealed; it is ${dispute.status}.`);
  const due = context.now() + RESPONSE_DAYS * DAY_SECONDS;
  context.schedule(due, "dispute.due", { dispute: id }, dueKey(id));
  return context.update<Dispute>("charge.dispute.updated", {
    ...dispute,
    status: "appeal_needs_response",
    evidence_details: { ...dispute.evidence_details, due_by: due },
  });
}

/** The day to answer is over: what nobody answered is lost, and an inquiry closes. */
export function endUnanswered(context: Context, id: string): void {
  const dispute = context.store.objects("dispute").get(id);
  if (!dispute || isClosed(dispute)) return;
  const isInquiry = dispute.status.startsWith("warning_");
  if (!isInquiry && !dispute.status.endsWith("needs_response")) return;
  context.save({ ...dispute, evidence_details: { ...dispute.evidence_details, past_due: true } });
  closeDispute(context, id, "lost");
}

/** A charge that was refunded whole leaves an inquiry nothing to ask for. */
export function closeInquiries(context: Context, charge: string): void {
  const open = context.store
    .objects("dispute")
    .list((row) => row.charge === charge && row.status.startsWith("warning_") && !isClosed(row));
  for (const { id } of open) closeDispute(context, id, "warning_closed");
}

/** @throws StripeError 400 when the dispute is closed */
export function requireStanding(dispute: Dispute): void {
  if (isClosed(dispute)) throw invalid(`This dispute is already closed: ${dispute.status}.`);
}

function isClosed({ status }: Dispute): boolean {
  return ["won", "lost", "warning_closed", "prevented"].includes(status);
}

function composeDispute(context: Context, charge: Charge, asked: Asked, status: Dispute["status"]): Dispute {
  if (charge.status !== "succeeded" || !charge.captured)
    throw invalid("Only a charge that was paid can be disputed.", "charge");
  const reason = asked.reason === "inquiry" ? "general" : (asked.reason ?? "fraudulent");
  if (!REASONS.includes(reason)) throw invalid(`reason is one of ${REASONS.join(", ")}, or inquiry`, "reason");
  const left = charge.amount - disputedOf(context, charge.id);
  const amount = asked.amount ?? left;
  if (!Number.isInteger(amount) || amount < 1 || amount > left) {
    throw invalid(`The amount of a dispute is from 1 to what is not disputed yet (${left}).`, "amount");
  }
  const isInquiry = status.startsWith("warning_");
  const days = isInquiry ? INQUIRY_DAYS : RESPONSE_DAYS;
  return context.build("dispute", {
    id: context.newId("du"),
    amount,
    charge: charge.id,
    currency: charge.currency,
    payment_intent: charge.payment_intent,
    reason,
    status,
    is_charge_refundable: isInquiry || status === "prevented",
    metadata: {},
    evidence_details: {
      due_by: status === "prevented" ? null : context.now() + days * DAY_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: "not_submitted",
    },
    ...detailsOf(charge, isInquiry ? "inquiry" : status === "prevented" ? "resolution" : "chargeback"),
  });
}

/** What disputes that stand, or were lost, hold of a charge. */
function disputedOf({ store }: Context, charge: string): number {
  return store
    .objects("dispute")
    .list((row) => row.charge === charge && !["won", "warning_closed", "prevented"].includes(row.status))
    .reduce((sum, { amount }) => sum + amount, 0);
}

function detailsOf(charge: Charge, caseType: "chargeback" | "inquiry" | "resolution"): Partial<Dispute> {
  const card = charge.payment_method_details?.card;
  if (!card) return {};
  const { brand, network } = card;
  const details = { brand: brand ?? "unknown", case_type: caseType, network: network ?? "unknown" };
  return { payment_method_details: { type: "card", card: { ...details, network_reason_code: "10.4" } } };
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
  const isFree = sign === 1 && disputedOf(context, charge) === 0;
  if (isFree) context.update("charge.updated", { ...context.find("charge", charge), disputed: false });
}

const dueKey = (dispute: string): string => `dispute ${dispute}`;
