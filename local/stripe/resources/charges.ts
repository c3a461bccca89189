import type Stripe from "stripe";
import { page } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { leftOut, type Resource, route } from "../core/resource.ts";
import { refundsOf } from "./refund-rules.ts";

export const charges: Resource = {
  routes: [
    route<Params<Stripe.ChargeListParams>>({
      method: "GET",
      path: "/v1/charges",
      params: "ChargeListParams",
      handle(request, { store }) {
        const { customer, payment_intent } = request.params;
        const list = store
          .objects("charge")
          .list(
            (row) =>
              (!customer || row.customer === customer) && (!payment_intent || row.payment_intent === payment_intent),
          );
        return page(request, "/v1/charges", list);
      },
    }),
    {
      method: "GET",
      path: "/v1/charges/:charge",
      params: "ChargeRetrieveParams",
      handle: ({ path }, context) => context.find("charge", path.charge ?? ""),
    },
    route<Params<Stripe.ChargeUpdateParams>>({
      method: "POST",
      path: "/v1/charges/:charge",
      params: "ChargeUpdateParams",
      handle({ params, path }, context) {
        leftOut(params, ["customer", "fraud_details", "shipping", "transfer_group"]);
        const charge = context.find("charge", path.charge ?? "");
        return context.update("charge.updated", {
          ...charge,
          description: params.description ?? charge.description,
          receipt_email: params.receipt_email ?? charge.receipt_email,
          metadata: mergeMetadata(charge.metadata, params.metadata),
        });
      },
    }),
    {
      method: "GET",
      path: "/v1/balance_transactions",
      params: "BalanceTransactionListParams",
      handle(request, { store }) {
        leftOut(request.params, ["currency", "type"]);
        return page(request, "/v1/balance_transactions", store.objects("balance_transaction").list());
      },
    },
    {
      method: "GET",
      path: "/v1/balance_transactions/:line",
      params: "BalanceTransactionRetrieveParams",
      handle: ({ path }, context) => context.find("balance_transaction", path.line ?? ""),
    },
  ],
  expansions: { "charge.refunds": ({ id }, context) => refundsOf(context, id) },
};
