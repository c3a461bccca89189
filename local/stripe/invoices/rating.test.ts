import { describe, expect, it } from "vitest";
import { formatDecimal, parseDecimal, roundDecimal, shareOf } from "./decimal.ts";
import { amountFor, type RatedPrice, ratePrice, type Tier } from "./rating.ts";
import { computeTotals } from "./totals.ts";

const flat = (unit: string): RatedPrice => ({
  billing_scheme: "per_unit",
  tiers_mode: null,
  transform_quantity: null,
  unit_amount: null,
  unit_amount_decimal: unit,
});
const tier = (up_to: number | null, unit: string, fee: number | null = null): Tier => ({
  flat_amount: fee,
  flat_amount_decimal: fee === null ? null : String(fee),
  unit_amount: null,
  unit_amount_decimal: unit,
  up_to,
});
const tiered = (mode: "graduated" | "volume", tiers: Tier[]): RatedPrice => ({
  ...flat("0"),
  billing_scheme: "tiered",
  tiers,
  tiers_mode: mode,
  unit_amount_decimal: null,
});

describe("decimal prices", () => {
  it("keep twelve places exactly", () => {
    expect(formatDecimal(parseDecimal("0.000000000001") * 3n)).toBe("0.000000000003");
    expect(formatDecimal(parseDecimal("29.50"))).toBe("29.5");
    expect(() => parseDecimal("0.0000000000001")).toThrow();
    expect(() => parseDecimal("1e3")).toThrow();
  });

  it("round halves away from zero", () => {
    expect(roundDecimal(parseDecimal("0.5"))).toBe(1);
    expect(roundDecimal(parseDecimal("0.499999999999"))).toBe(0);
    expect(roundDecimal(parseDecimal("-0.5"))).toBe(-1);
    expect(shareOf(1000, 1, 3)).toBe(333);
  });
});

describe("a per-unit price", () => {
  it.each([
    ["0.0125", 100_000, 1250],
    ["0.0125", 100_001, 1250],
    ["0.0125", 100_040, 1251],
    ["0.1", 5, 1],
    ["1500", 2, 3000],
    ["0.0125", 0, 0],
  ])("of %s cents times %i is %i cents", (unit, quantity, cents) => {
    expect(amountFor(flat(unit), quantity)).toBe(cents);
  });

  it("charges whole packages when the quantity is transformed", () => {
    const packages = (round: string) => ({ ...flat("50"), transform_quantity: { divide_by: 1000, round } });
    expect(amountFor(packages("up"), 2001)).toBe(150);
    expect(amountFor(packages("down"), 2999)).toBe(100);
  });
});

describe("a graduated price", () => {
  const price = tiered("graduated", [tier(100_000, "0"), tier(null, "0.02")]);
  it.each([
    [0, 0],
    [100_000, 0],
    [100_001, 0],
    [100_025, 1],
    [150_000, 1000],
  ])("charges %i units %i cents", (quantity, cents) => expect(amountFor(price, quantity)).toBe(cents));

  it("has one line for each tier that was reached", () => {
    const lines = ratePrice(price, 150_000);
    expect(lines.map((line) => [line.tier, line.quantity, line.amountCents])).toEqual([
      [1, 100_000, 0],
      [2, 50_000, 1000],
    ]);
  });

  it("charges the first tier's flat fee even without usage", () => {
    expect(amountFor(tiered("graduated", [tier(10, "1", 500), tier(null, "2", 900)]), 0)).toBe(500);
  });
});

describe("a volume price", () => {
  const price = tiered("volume", [tier(10, "100"), tier(null, "50", 25)]);
  it.each([
    [0, 0],
    [10, 1000],
    [11, 575],
  ])("charges all of %i units at the tier they reach: %i cents", (quantity, cents) => {
    expect(amountFor(price, quantity)).toBe(cents);
  });
});

describe("a fixed sum off several lines", () => {
  it.each([
    [2, [1, 1, 1, 1]],
    [3, [1, 1, 1, 1]],
    [50, [100, 100, 100]],
    [7, [3, 3, 1]],
    [1, [1, 1000]],
  ])("of %i takes from %j what each has, and no line gains", (off, amounts) => {
    const lines = amounts.map((amountCents) => ({ amountCents, product: null, discountable: true }));
    const reduction = { discount: "di_1", percentOff: null, amountOffCents: off, products: null };
    const totals = computeTotals(lines, [reduction], 0);
    const taken = totals.lines.map(({ discounts }) => discounts[0]?.amountCents ?? 0);
    expect(taken.reduce((sum, cents) => sum + cents, 0)).toBe(off);
    for (const [index, cents] of taken.entries()) {
      expect(cents).toBeGreaterThanOrEqual(0);
      expect(cents).toBeLessThanOrEqual(amounts[index] ?? 0);
    }
  });
});
