import { invalid } from "../core/error.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { LinePrice } from "../invoices/lines.ts";
import type { Tier } from "../invoices/rating.ts";
import { priceDetails } from "../resources/price-rules.ts";

type Price = Objects["price"];

/** A price with its tiers and currency options, which the API shows only when they are asked for. */
export function fullPrice(id: string, context: Context): Price {
  const { tiers, currencyOptions } = priceDetails(context, id);
  return { ...context.find("price", id), ...(tiers && { tiers }), currency_options: currencyOptions };
}

/**
 * The price in a currency: its own, or one of its options.
 * @throws 400 when the price has no such currency.
 */
export function priceIn(price: Price, currency: string, param: string): LinePrice {
  const base = {
    id: price.id,
    currency,
    product: price.product,
    recurring: price.recurring,
    billing_scheme: price.billing_scheme,
    tiers_mode: price.tiers_mode,
    transform_quantity: price.transform_quantity,
  };
  if (price.currency === currency) {
    return {
      ...base,
      tiers: price.tiers?.map(tier),
      unit_amount: price.unit_amount,
      unit_amount_decimal: price.unit_amount_decimal,
    };
  }
  const option = price.currency_options?.[currency];
  if (!option) {
    throw invalid(
      `The price specified only supports \`${[price.currency, ...Object.keys(price.currency_options ?? {})].join("`, `")}\`. This doesn't match the expected currency: \`${currency}\`.`,
      param,
    );
  }
  return {
    ...base,
    tiers: option.tiers?.map(tier),
    unit_amount: option.unit_amount,
    unit_amount_decimal: option.unit_amount_decimal,
  };
}

function tier(step: Tier): Tier {
  return {
    flat_amount: step.flat_amount,
    flat_amount_decimal: step.flat_amount_decimal,
    unit_amount: step.unit_amount,
    unit_amount_decimal: step.unit_amount_decimal,
    up_to: step.up_to,
  };
}
