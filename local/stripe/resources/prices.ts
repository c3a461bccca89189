import type Stripe from "stripe";
import { page } from "../core/list.ts";
import type { Params } from "../core/objects.ts";
import { type Resource, route } from "../core/resource.ts";
import { createPrice, priceDetails } from "./price-rules.ts";
import { updatePrice } from "./price-update.ts";

export const prices: Resource = {
  routes: [
    route<Params<Stripe.PriceCreateParams>>({
      method: "POST",
      path: "/v1/prices",
      params: "PriceCreateParams",
      handle: ({ params }, context) => createPrice(context, params),
    }),
    route<Params<Stripe.PriceListParams>>({
      method: "GET",
      path: "/v1/prices",
      params: "PriceListParams",
      handle(request, { store }) {
        const { active, currency, lookup_keys, product, recurring, type } = request.params;
        const list = store
          .objects("price")
          .list(
            (row) =>
              (active === undefined || row.active === active) &&
              (!currency || row.currency === currency) &&
              (!lookup_keys || (row.lookup_key !== null && lookup_keys.includes(row.lookup_key))) &&
              (!product || row.product === product) &&
              (!type || row.type === type) &&
              (!recurring?.interval || row.recurring?.interval === recurring.interval) &&
              (!recurring?.meter || row.recurring?.meter === recurring.meter) &&
              (!recurring?.usage_type || row.recurring?.usage_type === recurring.usage_type),
          );
        return page(request, "/v1/prices", list);
      },
    }),
    {
      method: "GET",
      path: "/v1/prices/:price",
      params: "PriceRetrieveParams",
      handle: ({ path }, context) => context.find("price", path.price ?? ""),
    },
    route<Params<Stripe.PriceUpdateParams>>({
      method: "POST",
      path: "/v1/prices/:price",
      params: "PriceUpdateParams",
      handle: ({ params, path }, context) => updatePrice(context, path.price ?? "", params),
    }),
  ],
  controls: [
    {
      method: "POST",
      path: "/_double/dashboard/archive-price",
      handle: ({ body }, context) => updatePrice(context, String(body.price), { active: body.active === true }),
    },
  ],
  expansions: {
    "price.tiers": ({ id }, context) => priceDetails(context, id).tiers ?? undefined,
    "price.currency_options": ({ id }, context) => priceDetails(context, id).currencyOptions,
  },
};
