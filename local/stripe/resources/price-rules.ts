import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, leftOut } from "../core/resource.ts";

export type Price = Objects["price"];
export type Tier = NonNullable<Price["tiers"]>[number];
type Create = Params<Stripe.PriceCreateParams>;
type CurrencyOptions = NonNullable<Price["currency_options"]>;

/** What a price shows only when it is expanded. */
interface PriceDetails {
  id: string;
  tiers: Tier[] | null;
  currencyOptions: CurrencyOptions;
}

export function priceDetails(context: Context, id: string): PriceDetails {
  const kept = context.store.hidden<PriceDetails>("_price").get(id);
  return kept ?? { id, tiers: null, currencyOptions: {} };
}

/**
 * Makes a price and, with `product_data`, its product. Emits `product.created`, `price.created`.
 * @throws StripeError 400 where Stripe refuses: no amount, a metered price without a meter, tiers without a last
 * one to infinity, a lookup key that another price has
 */
export function createPrice(context: Context, params: Create): Price {
  leftOut(params, ["custom_unit_amount"]);
  const tiers = tiersOf(params.tiers, "tiers");
  checkScheme(params);
  const amount = amountOf(params, "");
  const metadata = mergeMetadata({}, params.metadata);
  const price = context.build("price", {
    id: context.newId("price"),
    active: params.active ?? true,
    billing_scheme: params.billing_scheme ?? "per_unit",
    currency: params.currency.toLowerCase(),
    lookup_key: takeLookupKey(context, params.lookup_key, params.transfer_lookup_key),
    metadata,
    nickname: params.nickname ?? null,
    product: productOf(context, params),
    recurring: recurringOf(context, params.recurring),
    tax_behavior: params.tax_behavior ?? "unspecified",
    tiers_mode: params.tiers_mode ?? null,
    transform_quantity: params.transform_quantity ?? null,
    type: params.recurring ? "recurring" : "one_time",
    ...(tiers ? { unit_amount: null, unit_amount_decimal: null } : amount),
  });
  const own = { [price.currency]: optionOf(price, tiers) };
  const currencyOptions = { ...otherCurrencies(params.currency_options || {}), ...own };
  context.store.hidden<PriceDetails>("_price").put({ id: price.id, tiers, currencyOptions });
  context.save(price);
  context.emit("price.created", price);
  return price;
}

/** Gives the key to a new owner, if it is free or may be transferred. */
export function takeLookupKey(context: Context, key: string | undefined, mayTransfer = false): string | null {
  if (!key) return null;
  const owner = context.store.objects("price").find((price) => price.lookup_key === key);
  if (!owner) return key;
  if (!mayTransfer) {
    throw invalid(
      `A price (\`${owner.id}\`) already uses that lookup key. Use \`transfer_lookup_key=true\` to move it.`,
      "lookup_key",
    );
  }
  context.update("price.updated", { ...owner, lookup_key: null });
  return key;
}

/** The amounts of a price in currencies other than its own. */
export function otherCurrencies(options: NonNullable<Create["currency_options"]>): CurrencyOptions {
  return Object.fromEntries(
    Object.entries(options).map(([currency, option]) => {
      const tiers = tiersOf(option.tiers, `currency_options[${currency}][tiers]`);
      const amount = tiers
        ? { unit_amount: null, unit_amount_decimal: null }
        : amountOf(option, `currency_options[${currency}]`);
      return [
        currency.toLowerCase(),
        {
          custom_unit_amount: null,
          tax_behavior: option.tax_behavior ?? "unspecified",
          ...(tiers && { tiers }),
          ...amount,
        },
      ];
    }),
  );
}

function optionOf(price: Price, tiers: Tier[] | null): CurrencyOptions[string] {
  const { tax_behavior, unit_amount, unit_amount_decimal } = price;
  return { custom_unit_amount: null, tax_behavior, unit_amount, unit_amount_decimal, ...(tiers && { tiers }) };
}

function productOf(context: Context, params: Create): string {
  if (params.product) return context.find("product", params.product, "product").id;
  const data = params.product_data;
  if (!data) throw missingParam("product");
  const product = context.build("product", {
    id: data.id ?? context.newId("prod"),
    active: data.active ?? true,
    default_price: null,
    metadata: mergeMetadata({}, data.metadata),
    name: data.name,
    statement_descriptor: data.statement_descriptor ?? null,
    tax_code: data.tax_code ?? null,
    type: "service",
    unit_label: data.unit_label ?? null,
    updated: context.now(),
  });
  context.save(product);
  context.emit("product.created", product);
  return product.id;
}

function recurringOf(context: Context, recurring: Create["recurring"]): Price["recurring"] {
  if (!recurring) return null;
  const { interval, interval_count = 1, meter, usage_type = "licensed", trial_period_days = null } = recurring;
  if (usage_type === "metered" && !meter) {
    throw invalid(
      "`recurring[meter]` is required: a metered price needs a billing meter.",
      "recurring[meter]",
      "parameter_missing",
    );
  }
  if (meter && usage_type !== "metered") {
    throw invalid("`recurring[meter]` can only be set when `recurring[usage_type]` is `metered`.", "recurring[meter]");
  }
  const found = meter ? context.find("billing.meter", meter, "recurring[meter]") : null;
  if (found?.status === "inactive") throw invalid("The meter is archived.", "recurring[meter]", "archived_meter");
  if (interval_count < 1)
    throw invalid("Invalid positive integer", "recurring[interval_count]", "parameter_invalid_integer");
  return { interval, interval_count, meter: found?.id ?? null, trial_period_days, usage_type };
}

function checkScheme(params: Create): void {
  const isTiered = params.billing_scheme === "tiered";
  if (isTiered && !params.tiers?.length) throw missingParam("tiers");
  if (isTiered && !params.tiers_mode) throw missingParam("tiers_mode");
  if (!isTiered && params.tiers) throw invalid("`tiers` can only be set when `billing_scheme=tiered`.", "tiers");
  if (isTiered && (params.unit_amount !== undefined || params.unit_amount_decimal !== undefined)) {
    throw invalid("`unit_amount` cannot be set when `billing_scheme=tiered`.", "unit_amount");
  }
  if (isTiered && params.transform_quantity) {
    throw invalid("`transform_quantity` cannot be combined with `tiers`.", "transform_quantity");
  }
}

function tiersOf(sent: Create["tiers"], param: string): Tier[] | null {
  if (!sent) return null;
  let last = 0;
  const tiers = sent.map((tier, at): Tier => {
    const isLast = at === sent.length - 1;
    if ((tier.up_to === "inf") !== isLast)
      throw invalid("The last tier, and only it, must have `up_to` set to `inf`.", `${param}[${at}][up_to]`);
    if (tier.up_to !== "inf" && tier.up_to <= last)
      throw invalid("Tiers must be in ascending order.", `${param}[${at}][up_to]`);
    if (tier.up_to !== "inf") last = tier.up_to;
    const unit = pair(tier.unit_amount, tier.unit_amount_decimal);
    const flat = pair(tier.flat_amount, tier.flat_amount_decimal);
    if (!unit && !flat) throw missingParam(`${param}[${at}][unit_amount]`);
    return {
      flat_amount: flat?.whole ?? null,
      flat_amount_decimal: flat?.decimal ?? null,
      unit_amount: unit?.whole ?? null,
      unit_amount_decimal: unit?.decimal ?? null,
      up_to: tier.up_to === "inf" ? null : tier.up_to,
    };
  });
  return tiers;
}

function amountOf(sent: Pick<Create, "unit_amount" | "unit_amount_decimal" | "billing_scheme">, param: string) {
  if (sent.billing_scheme === "tiered") return { unit_amount: null, unit_amount_decimal: null };
  if (sent.unit_amount !== undefined && sent.unit_amount_decimal !== undefined) {
    throw invalid("You may only specify one of these parameters: unit_amount, unit_amount_decimal.");
  }
  const amount = pair(sent.unit_amount, sent.unit_amount_decimal);
  if (!amount) throw missingParam(param ? `${param}[unit_amount]` : "unit_amount");
  if (Number(amount.decimal) < 0)
    throw invalid("Invalid non-negative integer", "unit_amount", "parameter_invalid_integer");
  return { unit_amount: amount.whole, unit_amount_decimal: amount.decimal };
}

/** An amount in cents both ways: as a whole number if it is one, and as decimal text. */
function pair(
  whole: number | undefined,
  decimal: string | undefined,
): { whole: number | null; decimal: string } | null {
  if (whole !== undefined) {
    if (!Number.isInteger(whole))
      throw invalid(`Invalid integer: ${whole}`, "unit_amount", "parameter_invalid_integer");
    return { whole, decimal: String(whole) };
  }
  if (decimal === undefined) return null;
  if (!/^-?\d+(\.\d{1,12})?$/.test(decimal)) throw invalid(`Invalid decimal: ${decimal}`, "unit_amount_decimal");
  const trimmed = decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
  return { whole: trimmed.includes(".") ? null : Number(trimmed), decimal: trimmed };
}
