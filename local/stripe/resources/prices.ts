import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { page } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Resource, route } from "../core/resource.ts";
import { createPrice, otherCurrencies, priceDetails, takeLookupKey } from "./price-rules.ts";

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
      handle({ params, path }, context) {
        const price = context.find("price", path.price ?? "");
        const { tax_behavior } = params;
        if (tax_behavior && price.tax_behavior !== "unspecified" && tax_behavior !== price.tax_behavior) {
          throw invalid("The tax behavior of a price cannot be changed once it is set.", "tax_behavior");
        }
        if (params.active === false) {
          const product = context.store.objects("product").find((row) => row.default_price === price.id);
          if (product)
            throw invalid("This price cannot be archived because it is the default price of its product.", "active");
        }
        if (params.currency_options !== undefined) {
          const details = priceDetails(context, price.id);
          const options = { ...details.currencyOptions, ...otherCurrencies(params.currency_options || {}) };
          context.store.hidden("_price").put({ ...details, currencyOptions: options } as never);
        }
        const key = params.lookup_key;
        const isOwn = key === undefined || key === price.lookup_key;
        return context.update("price.updated", {
          ...price,
          active: params.active ?? price.active,
          lookup_key: isOwn ? price.lookup_key : takeLookupKey(context, key, params.transfer_lookup_key),
          metadata: mergeMetadata(price.metadata, params.metadata),
          nickname: params.nickname === undefined ? price.nickname : params.nickname || null,
          tax_behavior: tax_behavior ?? price.tax_behavior,
        });
      },
    }),
  ],
  expansions: {
    "price.tiers": ({ id }, context) => priceDetails(context, id).tiers ?? undefined,
    "price.currency_options": ({ id }, context) => priceDetails(context, id).currencyOptions,
  },
};
