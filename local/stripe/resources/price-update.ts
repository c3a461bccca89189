import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { otherCurrencies, type Price, priceDetails, takeLookupKey } from "./price-rules.ts";

/**
 * Changes what may change of a price: whether it is for sale, its words, its key, what it costs in other currencies.
 * @throws StripeError 400 for a tax behavior that is set, the default price of a product, or a key that is taken
 */
export function updatePrice(context: Context, id: string, params: Params<Stripe.PriceUpdateParams>): Price {
  const price = context.find("price", id);
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
}
