import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { pageOf } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { leftOut, type Resource, route } from "../core/resource.ts";
import { closeDispute, openDispute } from "./dispute-rules.ts";
import { chargeOf } from "./refunds.ts";

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
    route<Params<Stripe.DisputeUpdateParams>>({
      method: "POST",
      path: "/v1/disputes/:dispute",
      params: "DisputeUpdateParams",
      handle({ params, path }, context) {
        leftOut(params, ["evidence", "intended_submission_method", "submit"]);
        const dispute = context.find("dispute", path.dispute ?? "");
        const metadata = mergeMetadata(dispute.metadata, params.metadata);
        return context.update("charge.dispute.updated", { ...dispute, metadata });
      },
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
      handle: ({ body }, context) =>
        openDispute(context, chargeOf(context, body), {
          reason: typeof body.reason === "string" ? body.reason : undefined,
          amount: typeof body.amount === "number" ? body.amount : undefined,
        }),
    },
    {
      method: "POST",
      path: "/_double/dashboard/close-dispute",
      handle({ body }, context) {
        const { outcome } = body;
        if (outcome !== "won" && outcome !== "lost") throw invalid("outcome is won or lost", "outcome");
        return closeDispute(context, String(body.dispute), outcome);
      },
    },
  ],
};
