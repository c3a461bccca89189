import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { pageOf } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params, StripeObject } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { giveEvidence, giveVerdict } from "./dispute-evidence.ts";
import {
  appealDispute,
  closeDispute,
  closeInquiries,
  type Dispute,
  endUnanswered,
  escalateInquiry,
  openDispute,
  recordPrevented,
} from "./dispute-rules.ts";
import { createRefund } from "./refund-rules.ts";
import { chargeOf } from "./refunds.ts";

type Update = Params<Stripe.DisputeUpdateParams>;

export const disputes: Resource = {
  routes: [
    route<Params<Stripe.DisputeListParams>>({
      method: "GET",
      path: "/v1/disputes",
      params: "DisputeListParams",
      handle(request, { store }) {
        const { charge, payment_intent } = request.params;
        return pageOf(
          request,
          "/v1/disputes",
          store.objects("dispute"),
          (row) => (!charge || row.charge === charge) && (!payment_intent || row.payment_intent === payment_intent),
        );
      },
    }),
    {
      method: "GET",
      path: "/v1/disputes/:dispute",
      params: "DisputeRetrieveParams",
      handle: ({ path }, context) => context.find("dispute", path.dispute ?? ""),
    },
    route<Update>({
      method: "POST",
      path: "/v1/disputes/:dispute",
      params: "DisputeUpdateParams",
      handle: ({ params, path }, context) => change(context.find("dispute", path.dispute ?? ""), params, context),
    }),
    {
      method: "POST",
      path: "/v1/disputes/:dispute/close",
      params: "DisputeCloseParams",
      handle: ({ path }, context) => closeDispute(context, path.dispute ?? "", "lost"),
    },
  ],
  controls: [
    {
      method: "POST",
      path: "/_double/dashboard/dispute",
      handle: ({ body }, context) => openDispute(context, chargeOf(context, body), askedOf(body)),
    },
    {
      method: "POST",
      path: "/_double/dashboard/prevent-dispute",
      handle: ({ body }, context) => prevent(body, context),
    },
    {
      method: "POST",
      path: "/_double/dashboard/close-dispute",
      handle({ body }, context) {
        const { outcome } = body;
        if (outcome !== "won" && outcome !== "lost" && outcome !== "warning_closed") {
          throw invalid("outcome is won, lost or warning_closed", "outcome");
        }
        const dispute = context.find("dispute", String(body.dispute), "dispute");
        if (outcome === "warning_closed" && !dispute.status.startsWith("warning_"))
          throw invalid("Only an inquiry ends as warning_closed", "outcome");
        return closeDispute(context, dispute.id, outcome);
      },
    },
    {
      method: "POST",
      path: "/_double/dashboard/escalate-inquiry",
      handle: ({ body }, context) => escalateInquiry(context, String(body.dispute)),
    },
    {
      method: "POST",
      path: "/_double/dashboard/appeal-dispute",
      handle: ({ body }, context) => appealDispute(context, String(body.dispute)),
    },
  ],
  tasks: {
    "dispute.due": ({ dispute }, context) => endUnanswered(context, String(dispute)),
    "dispute.verdict": giveVerdict,
  },
  listeners: { "charge.refunded": [onRefunded] },
};

function change(dispute: Dispute, params: Update, context: Context): Dispute {
  leftOut(params, ["intended_submission_method"]);
  const metadata = mergeMetadata(dispute.metadata, params.metadata);
  const isAboutEvidence = params.evidence !== undefined || params.submit !== undefined;
  if (!isAboutEvidence) return context.update<Dispute>("charge.dispute.updated", { ...dispute, metadata });
  return giveEvidence(context, { ...dispute, metadata }, params);
}

function prevent(body: Record<string, unknown>, context: Context): Dispute {
  const dispute =
    typeof body.dispute === "string"
      ? closeDispute(context, body.dispute, "prevented")
      : recordPrevented(context, chargeOf(context, body), askedOf(body));
  if (body.refund === true) createRefund(context, dispute.charge, { amount: dispute.amount });
  return dispute;
}

function askedOf({ reason, amount }: Record<string, unknown>): { reason?: string; amount?: number } {
  return {
    reason: typeof reason === "string" ? reason : undefined,
    amount: amount === undefined ? undefined : Number(amount),
  };
}

function onRefunded(charge: StripeObject, context: Context): void {
  if (charge.refunded === true) closeInquiries(context, charge.id);
}
