import Stripe from "stripe";
import type { Currency, Price } from "@/lib/billing/catalogue";
import { allOffers, basePrice, lookupKeyOf, type Offer } from "@/lib/billing/offers";
import { catalogue } from "@/lib/billing/plans";
import { env } from "@/lib/env";
import { stripe } from "./client";
import { priceMetadata } from "./prices";

/** The meter that counts rated credits used beyond allowance and bought credits. */
export const METER_EVENT = "token_usage";
const TAX_BEHAVIOR = "exclusive";

/** Whether use beyond the allowance is reported to Stripe, so that the meter and the prices by it are needed. */
export const reportsOverage = (): boolean => catalogue.policy.overage === "metered" && env().METER_SINK !== "none";

/** Every price that Stripe must have. */
export const neededOffers = (): Offer[] => allOffers().filter(({ kind }) => kind !== "overage" || reportsOverage());

/** Our meter, or null before setup has made it; by `status` one that was switched off. */
export async function findMeter(status: Stripe.Billing.Meter.Status = "active"): Promise<Stripe.Billing.Meter | null> {
  for await (const meter of stripe().billing.meters.list({ limit: 100, status }))
    if (meter.event_name === METER_EVENT) return meter;
  return null;
}

/** Whether a meter reads what we send: the sum of rated credits, by customer. */
export function countsCredits(meter: Stripe.Billing.Meter): boolean {
  return (
    meter.default_aggregation.formula === "sum" &&
    meter.customer_mapping.event_payload_key === "stripe_customer_id" &&
    meter.value_settings.event_payload_key === "value"
  );
}

/** A product as it must exist at Stripe; its id is ours, so that making it again changes nothing. */
export interface ProductPlan {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
}

const productIdOf = (offer: Offer) =>
  offer.kind === "pack" ? `ledgerline_pack_${offer.pack.key}` : `ledgerline_plan_${offer.plan.key}`;

/** Every product plans.ts needs: one for each plan with a price, one for each pack. */
export function neededProducts(offers = neededOffers()): ProductPlan[] {
  const byId = new Map<string, ProductPlan>();
  for (const offer of offers) {
    const id = productIdOf(offer);
    if (byId.has(id)) continue;
    byId.set(
      id,
      offer.kind === "pack"
        ? { id, name: offer.pack.name }
        : { id, name: offer.plan.name, description: offer.plan.summary },
    );
  }
  return [...byId.values()];
}

/** Cents per 1,000 credits as the decimal price of one credit. */
function perCredit(centsPer1000: number): Stripe.Decimal {
  const [whole, fraction] = [Math.floor(centsPer1000 / 1000), centsPer1000 % 1000];
  return Stripe.Decimal.from(`${whole}.${String(fraction).padStart(3, "0")}`);
}

type Amount = { unit_amount: number } | { unit_amount_decimal: Stripe.Decimal };

/** The SDK writes decimals as text everywhere but inside maps, where it would send the object's own fields. */
function asText(amount: Amount): Amount {
  if ("unit_amount" in amount) return amount;
  return { unit_amount_decimal: String(amount.unit_amount_decimal) as unknown as Stripe.Decimal };
}

function amounts(price: Price, amountOf: (cents: number) => Amount) {
  const { currency } = catalogue.policy;
  const others = (Object.keys(price) as Currency[]).filter((other) => other !== currency);
  return {
    currency,
    ...amountOf(price[currency]),
    tax_behavior: TAX_BEHAVIOR,
    currency_options: Object.fromEntries(
      others.map((other) => [other, { ...asText(amountOf(price[other])), tax_behavior: TAX_BEHAVIOR }]),
    ),
  } satisfies Partial<Stripe.PriceCreateParams>;
}

const inCents = (unit_amount: number) => ({ unit_amount });
const inDecimals = (centsPer1000: number) => ({ unit_amount_decimal: perCredit(centsPer1000) });

/**
 * How an offer is written at Stripe. Every price has a tax behaviour and the amounts of all currencies from
 * its first day, since neither can be changed later.
 * @param meter id of the meter; only overage needs it
 * @throws Error for overage without a meter
 */
export function priceParams(offer: Offer, meter: string | null): Stripe.PriceCreateParams {
  const lookup_key = lookupKeyOf(offer);
  const common = { product: productIdOf(offer), lookup_key, nickname: lookup_key, metadata: priceMetadata(offer) };
  switch (offer.kind) {
    case "base": {
      const price = basePrice(offer.plan, offer.interval);
      if (!price) throw new Error(`${offer.plan.name} has no ${offer.interval} price`);
      const interval = offer.interval === "monthly" ? ("month" as const) : ("year" as const);
      return { ...common, ...amounts(price, inCents), recurring: { interval, usage_type: "licensed" } };
    }
    case "overage": {
      if (!offer.plan.overage) throw new Error(`${offer.plan.name} sells no overage`);
      if (!meter) throw new Error(`The overage of ${offer.plan.name} needs a meter`);
      const recurring = { interval: "month" as const, usage_type: "metered" as const, meter };
      return { ...common, ...amounts(offer.plan.overage.per1000, inDecimals), recurring };
    }
    case "pack":
      return { ...common, ...amounts(offer.pack.price, inCents) };
  }
}

/** Whether a price at Stripe is the one plans.ts asks for: its amounts in every currency Stripe told us about, its turn and its meter. */
export function isSamePrice(price: Stripe.Price, wanted: Stripe.PriceCreateParams): boolean {
  const amount = (of: { unit_amount?: number | null; unit_amount_decimal?: Stripe.Decimal | null }) =>
    Number(of.unit_amount ?? of.unit_amount_decimal ?? Number.NaN);
  const options = price.currency_options ?? {};
  return (
    price.currency === wanted.currency &&
    amount(price) === amount(wanted) &&
    (price.recurring?.interval ?? null) === (wanted.recurring?.interval ?? null) &&
    (price.recurring?.meter ?? null) === (wanted.recurring?.meter ?? null) &&
    Object.entries(wanted.currency_options ?? {}).every(
      ([currency, option]) =>
        !price.currency_options || (options[currency] && amount(options[currency]) === amount(option)),
    )
  );
}
