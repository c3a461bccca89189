import type Stripe from "stripe";
import { pageOf } from "../core/list.ts";
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
        return pageOf(
          request,
          "/v1/charges",
          store.objects("charge"),
          (row) =>
            (!customer || row.customer === customer) && (!payment_intent || row.payment_intent === payment_intent),
        );
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
    route<Params<Stripe.BalanceTransactionListParams>>({
      method: "GET",
      path: "/v1/balance_transactions",
      params: "BalanceTransactionListParams",
      handle({ params: { source, ...params }, ...request }, { store }) {
        const { currency, type } = params;
        const table = store.objects("balance_transaction");
        return pageOf({ ...request, params }, "/v1/balance_transactions", table, (row) => {
          const isOf = !source || row.source === source;
          return isOf && (!currency || row.currency === currency) && (!type || row.type === type);
        });
      },
    }),
    {
      method: "GET",
      path: "/v1/balance_transactions/:line",
      params: "BalanceTransactionRetrieveParams",
      handle: ({ path }, context) => context.find("balance_transaction", path.line ?? ""),
    },
  ],
  expansions: { "charge.refunds": ({ id }, context) => refundsOf(context, id) },
};
