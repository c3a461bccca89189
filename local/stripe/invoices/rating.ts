import { parseDecimal, roundDecimal } from "./decimal.ts";

/** One step of a tiered price; `up_to` null means without end. */
export interface Tier {
  flat_amount: number | null;
  flat_amount_decimal: string | null;
  unit_amount: number | null;
  unit_amount_decimal: string | null;
  up_to: number | null;
}

/** The part of a Stripe price that says what a quantity costs. */
export interface RatedPrice {
  billing_scheme: string;
  tiers?: Tier[];
  tiers_mode: string | null;
  transform_quantity: { divide_by: number; round: string } | null;
  unit_amount: number | null;
  unit_amount_decimal: string | null;
}

/** What one invoice line charges: a quantity at one unit price, in cents. */
export interface RatedLine {
  amountCents: number;
  quantity: number;
  unitAmountDecimal: string;
  /** 1 for the first tier; null for a price without tiers. */
  tier: number | null;
  flatFee: boolean;
}

/**
 * Prices a quantity as Stripe does: per unit (after `transform_quantity`), graduated (one line per tier that is
 * reached) or volume (every unit at the tier the quantity falls in). A flat fee is a line of its own, and the first
 * tier's is charged for no usage at all. Each line is rounded to whole cents, halves up.
 */
export function ratePrice(price: RatedPrice, quantity: number): RatedLine[] {
  if (price.billing_scheme !== "tiered") return [perUnit(price, quantity)];
  const tiers = price.tiers ?? [];
  if (tiers.length === 0) throw new Error("A tiered price needs its tiers");
  return price.tiers_mode === "volume" ? byVolume(tiers, quantity) : byGraduation(tiers, quantity);
}

/** The sum of what {@link ratePrice} charges, in cents. */
export function amountFor(price: RatedPrice, quantity: number): number {
  return ratePrice(price, quantity).reduce((sum, line) => sum + line.amountCents, 0);
}

function perUnit(price: RatedPrice, quantity: number): RatedLine {
  const unit = price.unit_amount_decimal ?? String(price.unit_amount ?? 0);
  const billed = transformed(price, quantity);
  return {
    amountCents: roundDecimal(parseDecimal(unit) * BigInt(billed)),
    quantity,
    unitAmountDecimal: unit,
    tier: null,
    flatFee: false,
  };
}

function transformed(price: RatedPrice, quantity: number): number {
  if (!price.transform_quantity) return quantity;
  const packages = quantity / price.transform_quantity.divide_by;
  return price.transform_quantity.round === "up" ? Math.ceil(packages) : Math.floor(packages);
}

function byVolume(tiers: Tier[], quantity: number): RatedLine[] {
  const index = tiers.findIndex((tier) => tier.up_to === null || quantity <= tier.up_to);
  const tier = tiers[index];
  if (!tier) throw new Error("The last tier must be without end");
  return tierLines(tier, index + 1, quantity);
}

function byGraduation(tiers: Tier[], quantity: number): RatedLine[] {
  const lines: RatedLine[] = [];
  let floor = 0;
  for (const [index, tier] of tiers.entries()) {
    const ceiling = tier.up_to ?? Number.POSITIVE_INFINITY;
    const inTier = Math.max(0, Math.min(quantity, ceiling) - floor);
    if (inTier > 0 || index === 0) lines.push(...tierLines(tier, index + 1, inTier));
    floor = ceiling;
  }
  return lines;
}

function tierLines(tier: Tier, number: number, quantity: number): RatedLine[] {
  const unit = tier.unit_amount_decimal ?? String(tier.unit_amount ?? 0);
  const lines: RatedLine[] = [
    {
      amountCents: roundDecimal(parseDecimal(unit) * BigInt(quantity)),
      quantity,
      unitAmountDecimal: unit,
      tier: number,
      flatFee: false,
    },
  ];
  const flat = tier.flat_amount_decimal ?? (tier.flat_amount === null ? null : String(tier.flat_amount));
  if (flat !== null && parseDecimal(flat) !== 0n) {
    lines.push({
      amountCents: roundDecimal(parseDecimal(flat)),
      quantity: 0,
      unitAmountDecimal: flat,
      tier: number,
      flatFee: true,
    });
  }
  return lines;
}
