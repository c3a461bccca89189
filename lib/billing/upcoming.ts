import type { Currency, Plan } from "./catalogue";
import type { EnterpriseTerms } from "./enterprise";
import { formatCredits } from "./format";

/** What credits of overage cost: cents per 1,000 by how many there are, all of them at the tier the number falls in. */
export type OverageRate = EnterpriseTerms["overageTiers"];

/** A line of the invoice that comes, as Stripe sees it now. */
export interface UpcomingLine {
  readonly kind: "base" | "overage" | "pack" | "proration" | "credit" | "other";
  readonly description: string;
  /** Before discounts, without tax; negative when it gives money back. */
  readonly cents: number;
  readonly discountCents: number;
  readonly taxCents: number;
  /** Whether discounts apply to it; never to prorations. */
  readonly discountable: boolean;
  readonly product: string | null;
  /** For the line that grows with use, the credits Stripe has counted; null for every other. */
  readonly meteredCredits: number | null;
}

/** A discount on the invoice that comes, in the order in which they apply. */
export interface UpcomingDiscount {
  readonly percentOff: number | null;
  readonly centsOff: number | null;
  /** Ids of the products it is limited to; null for all. */
  readonly products: readonly string[] | null;
}

export interface Upcoming {
  readonly lines: readonly UpcomingLine[];
  readonly discounts: readonly UpcomingDiscount[];
  /** What waits on the customer's balance: negative in their favor, positive owed. */
  readonly balanceCents: number;
}

/** One line of a period so far; discount, tax and balance are lines too, so that all of them add up to the total. */
export interface SoFarLine {
  readonly description: string;
  readonly cents: number;
  readonly kind: UpcomingLine["kind"] | "discount" | "tax" | "balance" | "minimum";
}

export interface SoFar {
  readonly lines: readonly SoFarLine[];
  /** What would be charged if the period ended now. */
  readonly totalCents: number;
}

/** Stripe charges nothing below this in the currencies we sell in; the sum waits on the customer's balance. */
export const LEAST_CHARGE_CENTS = 50;

/** What a plan's overage costs; null if it sells none. */
export function overageRateOf({ overage }: Plan, currency: Currency): OverageRate | null {
  return overage ? [{ upToCredits: null, centsPer1000: overage.per1000[currency] }] : null;
}

const halfUp = (part: bigint, whole: bigint): number => {
  const size = part < 0n ? -part : part;
  const rounded = Number((2n * size + whole) / (2n * whole));
  return part < 0n ? -rounded : rounded;
};

/**
 * What so many credits of overage cost, in cents: all at the tier their number falls in, rounded once, halves up, as
 * Stripe does. A tier holds its last credit.
 * @throws RangeError if no tier holds so many
 */
export function overageCents(rate: OverageRate, credits: number): number {
  const tier = rate.find(({ upToCredits }) => upToCredits === null || credits <= upToCredits);
  if (!tier) throw new RangeError(`No tier holds ${credits} credits of overage`);
  return halfUp(BigInt(credits) * microsOf(tier.centsPer1000), 1_000_000_000n);
}

/** Cents per 1,000 may have up to six decimals, as prices at Stripe may. */
const microsOf = (centsPer1000: number): bigint => BigInt(Math.round(centsPer1000 * 1_000_000));

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

/** The words of the overage line. */
export const overageWords = (credits: number) =>
  `Overage so far: ${formatCredits(credits)} ${credits === 1 ? "credit" : "credits"}`;

function withUnsent({ lines }: Upcoming, unsent: number, rate: OverageRate | null): UpcomingLine[] {
  const metered = lines.find(({ meteredCredits }) => meteredCredits !== null);
  const rated = (line: UpcomingLine, credits: number): UpcomingLine => ({
    ...line,
    description: overageWords(credits),
    meteredCredits: credits,
    cents: unsent === 0 || !rate ? line.cents : overageCents(rate, credits),
  });
  if (metered)
    return lines.map((line) =>
      line === metered ? rated(line, Math.max(0, (line.meteredCredits ?? 0) + unsent)) : line,
    );
  if (unsent <= 0 || !rate) return [...lines];
  const nothing = { kind: "overage", description: "", cents: 0, discountCents: 0, taxCents: 0 } as const;
  return [...lines, rated({ ...nothing, discountable: true, product: null, meteredCredits: 0 }, unsent)];
}

/** What a discount takes off each amount: a percentage of each, or a sum shared by their size, the last cent to the last. */
function sharesOf({ percentOff, centsOff }: UpcomingDiscount, amounts: readonly number[]): number[] {
  if (percentOff !== null)
    return amounts.map((amount) => halfUp(BigInt(amount) * BigInt(Math.round(percentOff * 1000)), 100_000n));
  const whole = sum(amounts);
  const off = Math.min(centsOff ?? 0, whole);
  let given = 0;
  return amounts.map((amount, index) => {
    const share = index === amounts.length - 1 ? off - given : halfUp(BigInt(off) * BigInt(amount), BigInt(whole || 1));
    given += share;
    return share;
  });
}

function discounted(lines: readonly UpcomingLine[], discounts: readonly UpcomingDiscount[]): UpcomingLine[] {
  const off = lines.map(() => 0);
  const left = (index: number) => (lines[index]?.cents ?? 0) - (off[index] ?? 0);
  for (const discount of discounts) {
    const eligible = [...lines.keys()].filter((index) => {
      const line = lines[index];
      if (!line?.discountable || line.cents <= 0) return false;
      return discount.products === null || (line.product !== null && discount.products.includes(line.product));
    });
    const shares = sharesOf(discount, eligible.map(left));
    for (const [position, index] of eligible.entries()) off[index] = (off[index] ?? 0) + (shares[position] ?? 0);
  }
  return lines.map((line, index) => ({ ...line, discountCents: off[index] ?? 0 }));
}

const taxableOf = ({ cents, discountCents }: UpcomingLine) => cents - discountCents;
const taxAt = (taxable: number, perMille: number) =>
  halfUp(BigInt(taxable) * BigInt(Math.round(perMille * 1000)), 1_000_000n);

/** Tax rates are written with few decimals, so the roundest rate that explains every line is the rate. */
const GRIDS = [10, 5, 2.5, 1, 0.1, 0.01, 0.001];

/** The rate of tax behind what Stripe computed, in thousandths; 0 without tax. */
export function taxRateBehind(lines: readonly UpcomingLine[]): number {
  const taxed = lines.filter((line) => taxableOf(line) !== 0);
  const [largest] = [...taxed].sort((a, b) => Math.abs(taxableOf(b)) - Math.abs(taxableOf(a)));
  if (!largest || taxed.every(({ taxCents }) => taxCents === 0)) return 0;
  const near = (largest.taxCents * 1000) / taxableOf(largest);
  const rates = GRIDS.map((grid) => Math.round(near / grid) * grid);
  return rates.find((rate) => taxed.every((line) => taxAt(taxableOf(line), rate) === line.taxCents)) ?? near;
}

function taxed(lines: readonly UpcomingLine[], perMille: number): UpcomingLine[] {
  return lines.map((line) => ({ ...line, taxCents: taxAt(taxableOf(line), perMille) }));
}

/** Settles a total against the balance as finalizing does: what is too small to charge, or negative, waits. */
function settled(total: number, balance: number): SoFarLine[] {
  const owed = total + balance;
  const used = owed <= 0 ? -total : balance;
  const words =
    used < 0 ? "Paid from your balance" : owed <= 0 ? "Kept on your balance for later" : "Owed from earlier";
  return [
    ...(used !== 0 ? [{ kind: "balance", description: words, cents: used } as const] : []),
    ...(owed > 0 && owed < LEAST_CHARGE_CENTS
      ? [{ kind: "minimum", description: "Too little to charge now, added to the next invoice", cents: -owed } as const]
      : []),
  ];
}

/**
 * What a period costs so far: the invoice that comes as Stripe sees it, with the credits Stripe has not heard of yet
 * added to the metered line and that line rated anew. Discounts, tax and balance are kept. With nothing unsent it is
 * Stripe's own figure, so after everything was sent it equals the invoice.
 * @param unsent credits billed by the ledger that Stripe has not accepted
 * @param rate what the metered line costs; without one it keeps Stripe's amount
 */
export function soFar(upcoming: Upcoming, unsent: number, rate: OverageRate | null): SoFar {
  const plain = withUnsent(upcoming, unsent, rate);
  const lines = unsent === 0 ? plain : taxed(discounted(plain, upcoming.discounts), taxRateBehind(upcoming.lines));
  const discount = sum(lines.map(({ discountCents }) => discountCents));
  const tax = sum(lines.map(({ taxCents }) => taxCents));
  const subtotal = sum(lines.map(({ cents }) => cents));
  const settlement = settled(subtotal - discount + tax, upcoming.balanceCents);
  const all: SoFarLine[] = [
    ...lines.map(({ description, cents, kind }) => ({ description, cents, kind })),
    ...(discount !== 0 ? [{ kind: "discount", description: "Discount", cents: -discount } as const] : []),
    ...(tax !== 0 ? [{ kind: "tax", description: "Tax", cents: tax } as const] : []),
    ...settlement,
  ];
  return { lines: all, totalCents: sum(all.map(({ cents }) => cents)) };
}
