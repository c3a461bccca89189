import { shareOf, shareOut } from "./decimal.ts";

/** A discount as far as arithmetic is concerned. */
export interface Reduction {
  discount: string;
  percentOff: number | null;
  amountOffCents: number | null;
  /** Product ids it is limited to; null for all. */
  products: string[] | null;
}

export interface ChargedLine {
  amountCents: number;
  product: string | null;
  discountable: boolean;
}

export interface LineTotals {
  discounts: { discount: string; amountCents: number }[];
  taxCents: number;
}

export interface Totals {
  lines: LineTotals[];
  subtotalCents: number;
  discountCents: number;
  taxCents: number;
  totalCents: number;
}

/**
 * Works out discounts and tax line by line. Percentages apply to what earlier discounts left; a fixed sum is shared
 * over the lines by their amounts, to the cent. Tax is added on top of the discounted amount.
 * @param taxPercent 0 for no tax.
 */
export function computeTotals(lines: ChargedLine[], reductions: Reduction[], taxPercent: number): Totals {
  const left = lines.map((line) => line.amountCents);
  const perLine: LineTotals[] = lines.map(() => ({ discounts: [], taxCents: 0 }));
  for (const reduction of reductions) {
    const eligible = lines.flatMap((line, index) => (isEligible(line, reduction) ? [index] : []));
    const shares = sharesOf(
      reduction,
      eligible.map((index) => left[index] ?? 0),
    );
    for (const [position, index] of eligible.entries()) {
      const amountCents = shares[position] ?? 0;
      left[index] = (left[index] ?? 0) - amountCents;
      perLine[index]?.discounts.push({ discount: reduction.discount, amountCents });
    }
  }
  for (const [index, line] of perLine.entries())
    line.taxCents = shareOf(left[index] ?? 0, Math.round(taxPercent * 1000), 100_000);
  const subtotalCents = sum(lines.map((line) => line.amountCents));
  const discountCents = subtotalCents - sum(left);
  const taxCents = sum(perLine.map((line) => line.taxCents));
  return {
    lines: perLine,
    subtotalCents,
    discountCents,
    taxCents,
    totalCents: subtotalCents - discountCents + taxCents,
  };
}

function isEligible(line: ChargedLine, { products }: Reduction): boolean {
  if (!line.discountable || line.amountCents <= 0) return false;
  return products === null || (line.product !== null && products.includes(line.product));
}

function sharesOf(reduction: Reduction, amounts: number[]): number[] {
  if (reduction.percentOff !== null) {
    const thousandths = Math.round(reduction.percentOff * 1000);
    return amounts.map((amount) => shareOf(amount, thousandths, 100_000));
  }
  const whole = sum(amounts);
  const off = Math.min(reduction.amountOffCents ?? 0, whole);
  return shareOut(off, amounts);
}

function sum(amounts: number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
