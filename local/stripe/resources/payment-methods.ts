import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import { page } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { leftOut, type Resource, route } from "../core/resource.ts";
import { addressOf } from "./address.ts";
import { testCardOfToken } from "./cards.ts";
import { detach } from "./detach.ts";
import { attach, type BillingDetails, billingDetails, createCard, createSepaDebit } from "./payment-method-rules.ts";

type Billing = Stripe.PaymentMethodCreateParams.BillingDetails | undefined;

export const paymentMethods: Resource = {
  routes: [
    route<Params<Stripe.PaymentMethodCreateParams>>({
      method: "POST",
      path: "/v1/payment_methods",
      params: "PaymentMethodCreateParams",
      handle({ params }, context) {
        leftOut(params, ["customer", "payment_method"]);
        const billing = billingOf(params.billing_details as Billing);
        const metadata = mergeMetadata({}, params.metadata);
        if (params.type === "sepa_debit" && params.sepa_debit) {
          return context.save({ ...createSepaDebit(context, params.sepa_debit.iban, billing), metadata });
        }
        if (params.type !== "card") throw invalid("The local Stripe double knows card and sepa_debit only.", "type");
        const card = params.card;
        if (!card) throw missingParam("card");
        const year = new Date(context.now() * 1000).getUTCFullYear() + 1;
        const token = "token" in card && card.token ? testCardOfToken(card.token) : undefined;
        const number = token?.number ?? ("number" in card ? card.number : undefined);
        if (!number) throw missingParam("card[number]");
        const expMonth = "exp_month" in card ? (card.exp_month ?? 12) : 12;
        const expYear = "exp_year" in card ? (card.exp_year ?? year) : year;
        const cvc = "cvc" in card ? card.cvc : undefined;
        return context.save({ ...createCard(context, { number, expMonth, expYear, cvc }, billing), metadata });
      },
    }),
    route<Params<Stripe.PaymentMethodListParams>>({
      method: "GET",
      path: "/v1/payment_methods",
      params: "PaymentMethodListParams",
      handle(request, { store }) {
        const { customer, type } = request.params;
        const list = store
          .objects("payment_method")
          .list((row) => (!customer || row.customer === customer) && (!type || row.type === type));
        return page(request, "/v1/payment_methods", list);
      },
    }),
    {
      method: "GET",
      path: "/v1/payment_methods/:method",
      params: "PaymentMethodRetrieveParams",
      handle: ({ path }, context) => context.find("payment_method", path.method ?? ""),
    },
    route<Params<Stripe.PaymentMethodUpdateParams>>({
      method: "POST",
      path: "/v1/payment_methods/:method",
      params: "PaymentMethodUpdateParams",
      handle({ params, path }, context) {
        const method = context.find("payment_method", path.method ?? "");
        if (!method.customer) {
          throw invalid("You must save this PaymentMethod to a customer before you can update it.");
        }
        if (params.card && method.card) {
          method.card.exp_month = params.card.exp_month ?? method.card.exp_month;
          method.card.exp_year = params.card.exp_year ?? method.card.exp_year;
        }
        method.metadata = mergeMetadata(method.metadata, params.metadata);
        if (params.allow_redisplay) method.allow_redisplay = params.allow_redisplay;
        if (params.billing_details) {
          const changes = billingOf(params.billing_details as Billing);
          method.billing_details = billingDetails({ ...(method.billing_details as BillingDetails), ...changes });
        }
        return context.update("payment_method.updated", method);
      },
    }),
    route<Params<Stripe.PaymentMethodAttachParams>>({
      method: "POST",
      path: "/v1/payment_methods/:method/attach",
      params: "PaymentMethodAttachParams",
      handle({ params, path }, context) {
        if (!params.customer) throw missingParam("customer");
        return attach(context, path.method ?? "", params.customer);
      },
    }),
    {
      method: "POST",
      path: "/v1/payment_methods/:method/detach",
      params: "PaymentMethodDetachParams",
      handle: ({ path }, context) => detach(context, path.method ?? ""),
    },
  ],
};

function billingOf(sent: Billing): BillingDetails {
  const { address, email, name, phone } = sent ?? {};
  return {
    ...(address !== undefined && { address: addressOf(address) }),
    ...(email !== undefined && { email: email || null }),
    ...(name !== undefined && { name: name || null }),
    ...(phone !== undefined && { phone: phone || null }),
  };
}
