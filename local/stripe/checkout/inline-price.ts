import { invalid } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Context } from "../core/resource.ts";
import type { Price } from "../subscriptions/items.ts";
import type { CreateParams } from "./record.ts";

type PriceData = NonNullable<NonNullable<NonNullable<CreateParams["line_items"]>[number]>["price_data"]>;

/** Makes the price, and the product when asked, that a line of a session describes in place. */
export function inlinePrice(data: PriceData, context: Context): Price {
  const product = data.product
    ? context.find("product", data.product, "line_items[price_data][product]").id
    : inlineProduct(data, context);
  const unit = data.unit_amount_decimal ?? (data.unit_amount === undefined ? undefined : String(data.unit_amount));
  if (unit === undefined)
    throw invalid(
      "A price needs `unit_amount` or `unit_amount_decimal`.",
      "line_items[price_data]",
      "parameter_missing",
    );
  return context.save(
    context.build("price", {
      id: context.newId("price"),
      active: true,
      billing_scheme: "per_unit",
      currency: data.currency,
      metadata: {},
      product,
      recurring: data.recurring
        ? {
            interval: data.recurring.interval,
            interval_count: data.recurring.interval_count ?? 1,
            meter: null,
            trial_period_days: null,
            usage_type: "licensed",
          }
        : null,
      tax_behavior: data.tax_behavior ?? "unspecified",
      tiers_mode: null,
      type: data.recurring ? "recurring" : "one_time",
      unit_amount: Number.isInteger(Number(unit)) ? Number(unit) : null,
      unit_amount_decimal: unit,
    }),
  );
}

function inlineProduct(data: PriceData, context: Context): string {
  if (!data.product_data)
    throw invalid("A price needs `product` or `product_data`.", "line_items[price_data]", "parameter_missing");
  const product = context.build("product", {
    id: context.newId("prod"),
    active: true,
    default_price: null,
    description: data.product_data.description ?? null,
    images: data.product_data.images ?? [],
    metadata: mergeMetadata(null, data.product_data.metadata),
    name: data.product_data.name,
    updated: context.now(),
  });
  return context.save(product).id;
}
