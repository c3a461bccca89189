import Stripe from "stripe";

export interface Catalogue {
  meter: Stripe.Billing.Meter;
  base: Stripe.Price;
  yearly: Stripe.Price;
  /** a better plan, at 58.00 a month */
  pro: Stripe.Price;
  overage: Stripe.Price;
}

let made = 0;

/** A plan at 29.00 a month or 290.00 a year, one at 58.00, and overage at 0.0125 cents a credit through a meter. */
export async function makeCatalogue(stripe: Stripe): Promise<Catalogue> {
  made += 1;
  const meter = await stripe.billing.meters.create({
    display_name: "Credits",
    event_name: `credits_${made}`,
    default_aggregation: { formula: "sum" },
  });
  const product = (await stripe.products.create({ name: "Starter" })).id;
  const proProduct = (await stripe.products.create({ name: "Pro" })).id;
  const overageProduct = (await stripe.products.create({ name: "Starter overage" })).id;
  const currency = "usd";
  return {
    meter,
    base: await stripe.prices.create({ product, currency, unit_amount: 2900, recurring: { interval: "month" } }),
    yearly: await stripe.prices.create({ product, currency, unit_amount: 29_000, recurring: { interval: "year" } }),
    pro: await stripe.prices.create({
      product: proProduct,
      currency,
      unit_amount: 5800,
      recurring: { interval: "month" },
    }),
    overage: await stripe.prices.create({
      product: overageProduct,
      currency,
      unit_amount_decimal: Stripe.Decimal.from("0.0125"),
      recurring: { interval: "month", usage_type: "metered", meter: meter.id },
    }),
  };
}

/** A customer whose card pays. */
export async function subscriber(stripe: Stripe, params: Stripe.CustomerCreateParams = {}): Promise<Stripe.Customer> {
  return stripe.customers.create({
    ...params,
    email: "subscriber@example.com",
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });
}
