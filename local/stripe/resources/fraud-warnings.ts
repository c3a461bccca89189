import type Stripe from "stripe";
import { pageOf } from "../core/list.ts";
import type { Params } from "../core/objects.ts";
import { type Resource, route } from "../core/resource.ts";
import { followCharge, warnOfFraud } from "./fraud-warning-rules.ts";
import { chargeOf } from "./refunds.ts";

/** Radar's early fraud warnings: what the card's bank says of a charge before it is disputed. */
export const fraudWarnings: Resource = {
  routes: [
    route<Params<Stripe.Radar.EarlyFraudWarningListParams>>({
      method: "GET",
      path: "/v1/radar/early_fraud_warnings",
      params: "Radar.EarlyFraudWarningListParams",
      handle(request, { store }) {
        const { charge, payment_intent: intent } = request.params;
        const table = store.objects("radar.early_fraud_warning");
        return pageOf(request, "/v1/radar/early_fraud_warnings", table, (row) => {
          return (!charge || row.charge === charge) && (!intent || row.payment_intent === intent);
        });
      },
    }),
    {
      method: "GET",
      path: "/v1/radar/early_fraud_warnings/:warning",
      params: "Radar.EarlyFraudWarningRetrieveParams",
      handle: ({ path }, context) => context.find("radar.early_fraud_warning", path.warning ?? ""),
    },
  ],
  controls: [
    {
      method: "POST",
      path: "/_double/dashboard/early-fraud-warning",
      handle: ({ body }, context) =>
        warnOfFraud(
          context,
          chargeOf(context, body),
          typeof body.fraud_type === "string" ? body.fraud_type : undefined,
        ),
    },
  ],
  listeners: {
    "charge.refunded": [followCharge],
    "charge.updated": [followCharge],
    "charge.dispute.created": [followCharge],
  },
};
