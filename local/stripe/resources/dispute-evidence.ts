import type Stripe from "stripe";
import { invalid, noSuch } from "../core/error.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut } from "../core/resource.ts";
import { closeDispute, type Dispute, escalateInquiry, requireStanding } from "./dispute-rules.ts";

type Sent = Params<Stripe.DisputeUpdateParams>;
type Evidence = NonNullable<Sent["evidence"]>;

/** Evidence that names an uploaded file, which the double keeps none of. */
const FILES = [
  "cancellation_policy",
  "customer_communication",
  "customer_signature",
  "duplicate_charge_documentation",
  "receipt",
  "refund_policy",
  "service_documentation",
  "shipping_documentation",
  "uncategorized_file",
];
const MOST_LETTERS = 150_000;

/** The words with which Stripe's test mode decides at once, sent as `uncategorized_text`. */
const VERDICTS: Record<string, "won" | "lost" | "escalates"> = {
  winning_evidence: "won",
  losing_evidence: "lost",
  escalate_inquiry_evidence: "escalates",
};

/**
 * Keeps evidence for a dispute and, unless `submit` is false, sends all that is kept to the bank, which then reviews it.
 * @throws StripeError 400 when the dispute is closed, waits for the bank, or its evidence is too long or names a file
 */
export function giveEvidence(context: Context, dispute: Dispute, { evidence, submit }: Sent): Dispute {
  requireStanding(dispute);
  if (!dispute.status.endsWith("needs_response")) {
    throw invalid("The evidence of this dispute was submitted already, and the bank is looking at it.", "evidence");
  }
  const kept = { ...dispute, evidence: withSent(dispute.evidence, evidence ?? {}) };
  const hasEvidence = Object.values(kept.evidence).some((value) => typeof value === "string" && value !== "");
  kept.evidence_details = { ...kept.evidence_details, has_evidence: hasEvidence };
  if (submit === false) return context.update<Dispute>("charge.dispute.updated", kept);
  const submitted = context.update<Dispute>("charge.dispute.updated", {
    ...kept,
    status: dispute.status.replace("needs_response", "under_review") as Dispute["status"],
    evidence_details: {
      ...kept.evidence_details,
      submission_count: kept.evidence_details.submission_count + 1,
      submission_method: "manual",
    },
  });
  const verdict = VERDICTS[submitted.evidence.uncategorized_text ?? ""];
  if (verdict) context.schedule(context.now(), "dispute.verdict", { dispute: dispute.id, verdict });
  return submitted;
}

/** What the test mode's words decided. */
export function giveVerdict({ dispute: id, verdict }: Record<string, unknown>, context: Context): void {
  const dispute = context.store.objects("dispute").get(String(id));
  if (!dispute?.status.endsWith("under_review")) return;
  if (verdict !== "escalates") closeDispute(context, dispute.id, verdict === "won" ? "won" : "lost");
  else if (dispute.status.startsWith("warning_")) escalateInquiry(context, dispute.id);
}

function withSent(before: Dispute["evidence"], sent: Evidence): Dispute["evidence"] {
  leftOut(sent, ["appeal", "enhanced_evidence"]);
  const file = FILES.find((name) => sent[name as keyof Evidence]);
  if (file) throw noSuch("file upload", String(sent[file as keyof Evidence]), `evidence[${file}]`);
  const changes = Object.entries(sent).map(([name, value]) => [name, value === "" ? null : value]);
  const evidence = { ...before, ...Object.fromEntries(changes) } as Dispute["evidence"];
  const letters = Object.values(evidence).reduce<number>(
    (sum, value) => sum + (typeof value === "string" ? value.length : 0),
    0,
  );
  if (letters > MOST_LETTERS) {
    throw invalid(
      `The evidence is ${letters} characters long; all of it together may have ${MOST_LETTERS}.`,
      "evidence",
    );
  }
  return evidence;
}
