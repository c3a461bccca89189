import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import { pageOf } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { cancelRefund, createRefund, failRefund, finishRefund } from "./refund-rules.ts";

export const refunds: Resource = {
  routes: [
    route<Params<Stripe.RefundCreateParams>>({
      method: "POST",
      path: "/v1/refunds",
      params: "RefundCreateParams",
      handle({ params }, context) {
        leftOut(params, ["origin", "customer", "refund_application_fee", "reverse_transfer"]);
        const { amount, reason } = params;
        return createRefund(context, chargeOf(context, params), {
          amount,
          reason,
          metadata: mergeMetadata({}, params.metadata),
        });
      },
    }),
    route<Params<Stripe.RefundListParams>>({
      method: "GET",
      path: "/v1/refunds",
      params: "RefundListParams",
      handle(request, { store }) {
        const { charge, payment_intent } = request.params;
        return pageOf(
          request,
          "/v1/refunds",
          store.objects("refund"),
          (row) => (!charge || row.charge === charge) && (!payment_intent || row.payment_intent === payment_intent),
        );
      },
    }),
    {
      method: "GET",
      path: "/v1/refunds/:refund",
      params: "RefundRetrieveParams",
      handle: ({ path }, context) => context.find("refund", path.refund ?? ""),
    },
    route<Params<Stripe.RefundUpdateParams>>({
      method: "POST",
      path: "/v1/refunds/:refund",
      params: "RefundUpdateParams",
      handle({ params, path }, context) {
        const refund = context.find("refund", path.refund ?? "");
        const metadata = mergeMetadata(refund.metadata, params.metadata);
        const updated = context.update("refund.updated", { ...refund, metadata });
        context.emit("charge.refund.updated", updated);
        return updated;
      },
    }),
    {
      method: "POST",
      path: "/v1/refunds/:refund/cancel",
      params: "RefundCancelParams",
      handle: ({ path }, context) => cancelRefund(context, path.refund ?? ""),
    },
  ],
  controls: [
    {
      method: "POST",
      path: "/_double/dashboard/refund",
      handle({ body }, context) {
        const { amount, status } = body;
        if (status !== undefined && status !== "pending" && status !== "requires_action")
          throw invalid("status is pending or requires_action, or is left out", "status");
        return createRefund(context, chargeOf(context, body), {
          amount: amount === undefined ? undefined : Number(amount),
          status,
        });
      },
    },
    {
      method: "POST",
      path: "/_double/dashboard/fail-refund",
      handle: ({ body }, context) =>
        failRefund(
          context,
          context.find("refund", String(body.refund), "refund"),
          typeof body.reason === "string" ? body.reason : undefined,
        ),
    },
    {
      method: "POST",
      path: "/_double/dashboard/finish-refund",
      handle: ({ body }, context) => finishRefund(context, String(body.refund), false),
    },
    {
      method: "POST",
      path: "/_double/dashboard/cancel-refund",
      handle: ({ body }, context) => cancelRefund(context, String(body.refund), ["pending", "requires_action"]),
    },
  ],
  tasks: {
    "refund.finish": ({ refund, fails }, context) => {
      finishRefund(context, String(refund), fails === true);
    },
  },
};

/** The charge that parameters name, directly or by its payment intent. */
export function chargeOf(context: Context, params: { charge?: unknown; payment_intent?: unknown }): string {
  if (typeof params.charge === "string") return context.find("charge", params.charge, "charge").id;
  if (typeof params.payment_intent !== "string") throw missingParam("charge");
  const { id, latest_charge, status } = context.find("payment_intent", params.payment_intent, "payment_intent");
  if (!latest_charge) {
    throw invalid(
      `This PaymentIntent (${id}) does not have a successful charge to refund; its status is ${status}.`,
      "payment_intent",
      "payment_intent_unexpected_state",
    );
  }
  return latest_charge;
}
