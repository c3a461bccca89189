import type Stripe from "stripe";
import { page } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Resource, route } from "../core/resource.ts";
import { moveBalance } from "./balance.ts";

/** What was put on a customer's balance, by hand or by invoices. */
export const balanceTransactions: Resource = {
  routes: [
    route<Params<Stripe.CustomerCreateBalanceTransactionParams>>({
      method: "POST",
      path: "/v1/customers/:customer/balance_transactions",
      params: "CustomerCreateBalanceTransactionParams",
      handle({ params, path }, context) {
        const { amount, currency, description, metadata } = params;
        const fields = {
          type: "adjustment",
          description: description ?? null,
          metadata: mergeMetadata(null, metadata),
        };
        return moveBalance({ customer: path.customer ?? "", amount, currency, fields }, context);
      },
    }),
    route<Params<Stripe.CustomerListBalanceTransactionsParams>>({
      method: "GET",
      path: "/v1/customers/:customer/balance_transactions",
      params: "CustomerListBalanceTransactionsParams",
      handle(request, context) {
        const { id } = context.find("customer", request.path.customer ?? "");
        const { invoice } = request.params;
        const rows = context.store
          .objects("customer_balance_transaction")
          .list((row) => row.customer === id && (!invoice || row.invoice === invoice));
        return page(request, `/v1/customers/${id}/balance_transactions`, rows);
      },
    }),
  ],
};
