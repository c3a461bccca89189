import { describe, expect, test } from "vitest";
import { planOf } from "./offers";
import { type OverageRate, overageCents, overageRateOf, soFar, taxRateBehind, type UpcomingLine } from "./upcoming";

const perThousand = (centsPer1000: number): OverageRate => [{ upToCredits: null, centsPer1000 }];
/** Up to 1,000,000 credits at 10 cents a thousand, up to 5,000,000 at 8, all beyond at 6. */
const volume: OverageRate = [
  { upToCredits: 1_000_000 as never, centsPer1000: 10 },
  { upToCredits: 5_000_000 as never, centsPer1000: 8 },
  { upToCredits: null, centsPer1000: 6 },
];

const plain = { discountCents: 0, taxCents: 0, discountable: true, product: null, meteredCredits: null };
const base = (cents: number, more: Partial<UpcomingLine> = {}): UpcomingLine => ({
  ...plain,
  kind: "base",
  description: "Starter",
  cents,
  ...more,
});
const metered = (credits: number, cents: number, more: Partial<UpcomingLine> = {}): UpcomingLine => ({
  ...plain,
  kind: "overage",
  description: "Starter overage",
  cents,
  meteredCredits: credits,
  ...more,
});
const proration = (cents: number): UpcomingLine => ({
  ...plain,
  kind: "proration",
  description: "Remaining time on Pro",
  cents,
  discountable: false,
});

interface Shape {
  lines: UpcomingLine[];
  discounts?: Parameters<typeof soFar>[0]["discounts"];
  balanceCents?: number;
}

const invoice = ({ lines, discounts = [], balanceCents = 0 }: Shape, unsent: number, rate: OverageRate | null) =>
  soFar({ lines, discounts, balanceCents }, unsent, rate);
const cents = ({ lines }: ReturnType<typeof soFar>) => lines.map((line) => [line.kind, line.cents]);

describe("the period so far, worked out by hand", () => {
  test("1. base 29.00, Stripe has 10,000 credits, 2,345 are unsent: 12,345 × 0.010 = 123.45 → 1.23; 30.23", () => {
    const figure = invoice({ lines: [base(2900), metered(10_000, 100)] }, 2_345, perThousand(10));
    expect(cents(figure)).toEqual([
      ["base", 2900],
      ["overage", 123],
    ]);
    expect(figure.totalCents).toBe(3023);
  });

  test("2. half a cent goes up: 12,350 × 0.010 = 123.5 → 1.24, and a hair less does not: 12,349 → 123.49 → 1.23", () => {
    expect(invoice({ lines: [base(2900), metered(12_000, 120)] }, 350, perThousand(10)).totalCents).toBe(3024);
    expect(invoice({ lines: [base(2900), metered(12_000, 120)] }, 349, perThousand(10)).totalCents).toBe(3023);
  });

  test("3. the sum is rounded once: 50 + 50 credits are 100 × 0.010 = 1 cent, not 0.5 → 1 twice", () => {
    const figure = invoice({ lines: [base(2900), metered(50, 1)] }, 50, perThousand(10));
    expect(figure.totalCents).toBe(2901);
  });

  test("4. no use at all: 29.00 + 0 = 29.00", () => {
    const figure = invoice({ lines: [base(2900), metered(0, 0)] }, 0, perThousand(10));
    expect(cents(figure)).toEqual([
      ["base", 2900],
      ["overage", 0],
    ]);
    expect(figure.totalCents).toBe(2900);
  });

  test("5. units that are only unsent: 0 + 4,000 at 8 cents a thousand = 32; 99.00 + 0.32 = 99.32", () => {
    expect(invoice({ lines: [base(9900), metered(0, 0)] }, 4_000, perThousand(8)).totalCents).toBe(9932);
  });

  test("6. units that are only unsent, on an invoice without a metered line yet: 29.00 + 1,500 × 0.010 = 15 → 29.15", () => {
    const figure = invoice({ lines: [base(2900)] }, 1_500, perThousand(10));
    expect(cents(figure)).toEqual([
      ["base", 2900],
      ["overage", 15],
    ]);
    expect(figure.lines[1]?.description).toBe("Overage so far: 1,500 credits");
  });

  test("7. volume tiers: the 1,000,000th credit is still at 10 cents (100.00), one more moves all to 8 (80.00008 → 80.00)", () => {
    expect(invoice({ lines: [metered(999_999, 10_000)] }, 1, volume).totalCents).toBe(10_000);
    expect(invoice({ lines: [metered(1_000_000, 10_000)] }, 1, volume).totalCents).toBe(8_000);
    // 1,000,007 × 0.008 = 8,000.056 → 8,000; 1,000,063 × 0.008 = 8,000.504 → 8,001
    expect(invoice({ lines: [metered(1_000_000, 10_000)] }, 63, volume).totalCents).toBe(8_001);
    // 5,000,000 × 0.008 = 40,000; 5,000,001 × 0.006 = 30,000.006 → 30,000
    expect(invoice({ lines: [metered(4_000_000, 32_000)] }, 1_000_000, volume).totalCents).toBe(40_000);
    expect(invoice({ lines: [metered(4_000_000, 32_000)] }, 1_000_001, volume).totalCents).toBe(30_000);
  });

  test("8. 15 % off everything: 29.00 × 0.15 = 4.35 and 1.30 × 0.15 = 0.195 → 0.20; 30.30 − 4.55 = 25.75", () => {
    const shape = {
      lines: [base(2900, { discountCents: 435 }), metered(10_000, 100, { discountCents: 15 })],
      discounts: [{ percentOff: 15, centsOff: null, products: null }],
    };
    const figure = invoice(shape, 3_000, perThousand(10));
    expect(cents(figure)).toEqual([
      ["base", 2900],
      ["overage", 130],
      ["discount", -455],
    ]);
    expect(figure.totalCents).toBe(2575);
  });

  test("9. 5.00 off is shared by size and never more than there is: 30.30 − 5.00 = 25.30, and 0.80 − 0.80 = 0", () => {
    const fiveOff = [{ percentOff: null, centsOff: 500, products: null }];
    const shape = { lines: [base(2900), metered(10_000, 100)], discounts: fiveOff };
    expect(invoice(shape, 3_000, perThousand(10)).totalCents).toBe(2530);
    expect(invoice({ lines: [metered(0, 0)], discounts: fiveOff }, 8_000, perThousand(10)).totalCents).toBe(0);
  });

  test("10. a code for the plan's product alone leaves other lines whole: 29.00 − 50 % = 14.50; 14.50 + 1.30 = 15.80", () => {
    const shape = {
      lines: [base(2900, { product: "plan" }), metered(10_000, 100, { product: "use" })],
      discounts: [{ percentOff: 50, centsOff: null, products: ["plan"] }],
    };
    expect(invoice(shape, 3_000, perThousand(10)).totalCents).toBe(1580);
  });

  test("11. tax at 19 % is kept: 29.00 → 5.51; 1.30 × 0.19 = 0.247 → 0.25; 30.30 + 5.76 = 36.06", () => {
    const shape = { lines: [base(2900, { taxCents: 551 }), metered(10_000, 100, { taxCents: 19 })] };
    const figure = invoice(shape, 3_000, perThousand(10));
    expect(cents(figure)).toEqual([
      ["base", 2900],
      ["overage", 130],
      ["tax", 576],
    ]);
    expect(figure.totalCents).toBe(3606);
  });

  test("12. discount before tax: 29.00 − 10 % = 26.10, 20 % → 5.22; 2.00 − 10 % = 1.80, 20 % → 0.36; 33.48", () => {
    const shape = {
      lines: [
        base(2900, { discountCents: 290, taxCents: 522 }),
        metered(10_000, 100, { discountCents: 10, taxCents: 18 }),
      ],
      discounts: [{ percentOff: 10, centsOff: null, products: null }],
    };
    expect(invoice(shape, 10_000, perThousand(10)).totalCents).toBe(3348);
  });

  test("13. a yearly base with monthly overage: this month only 250,000 × 0.010 = 25.00", () => {
    const figure = invoice({ lines: [metered(200_000, 2000)] }, 50_000, perThousand(10));
    expect(cents(figure)).toEqual([["overage", 2500]]);
    expect(figure.totalCents).toBe(2500);
  });

  test("14. canceled at the period's end: no next base, only what was used, 70,000 × 0.010 = 7.00", () => {
    expect(invoice({ lines: [metered(60_000, 600)] }, 10_000, perThousand(10)).totalCents).toBe(700);
  });

  test("15. a credit balance of 20.00 pays first: 30.23 − 20.00 = 10.23; one of 50.00 pays all", () => {
    const shape = { lines: [base(2900), metered(10_000, 100)] };
    const some = invoice({ ...shape, balanceCents: -2000 }, 2_345, perThousand(10));
    expect(some.lines.at(-1)).toEqual({ kind: "balance", description: "Paid from your balance", cents: -2000 });
    expect(some.totalCents).toBe(1023);
    const all = invoice({ ...shape, balanceCents: -5000 }, 2_345, perThousand(10));
    expect(all.lines.at(-1)).toMatchObject({ kind: "balance", cents: -3023 });
    expect(all.totalCents).toBe(0);
  });

  test("16. too little to charge: 3,000 × 0.012 = 36 cents < 50 → 0 now; 4,167 × 0.012 = 50.004 → 0.50 is charged", () => {
    const small = invoice({ lines: [base(0), metered(0, 0)] }, 3_000, perThousand(12));
    expect(small.lines.at(-1)).toMatchObject({ kind: "minimum", cents: -36 });
    expect(small.totalCents).toBe(0);
    expect(invoice({ lines: [base(0), metered(0, 0)] }, 4_167, perThousand(12)).totalCents).toBe(50);
  });

  test("17. 36 cents that were too little last month are owed now: 36 + 20 = 56", () => {
    const figure = invoice({ lines: [base(0), metered(1_000, 12)], balanceCents: 36 }, 667, perThousand(12));
    // 1,667 × 0.012 = 20.004 → 20
    expect(figure.lines.at(-1)).toEqual({ kind: "balance", description: "Owed from earlier", cents: 36 });
    expect(figure.totalCents).toBe(56);
  });

  test("18. pay as you go: base 0.00, 123,456 × 0.012 = 1,481.472 → 14.81", () => {
    expect(invoice({ lines: [base(0), metered(100_000, 1200)] }, 23_456, perThousand(12)).totalCents).toBe(1481);
  });

  test("19. prorations that wait are on it and are not discounted: 99.00 − 10 % = 89.10; + 35.00 − 14.50 = 109.60", () => {
    const shape = {
      lines: [base(9900, { discountCents: 990 }), proration(3500), proration(-1450), metered(0, 0)],
      discounts: [{ percentOff: 10, centsOff: null, products: null }],
    };
    expect(invoice(shape, 0, perThousand(8)).totalCents).toBe(10_960);
    // 12,500 × 0.008 = 100, less 10 % = 0.90
    expect(invoice(shape, 12_500, perThousand(8)).totalCents).toBe(11_050);
  });

  test("20. more credit than charge waits on the balance: −58.00 + 29.00 = −29.00, charged 0", () => {
    const figure = invoice({ lines: [base(2900), proration(-5800), metered(0, 0)] }, 0, perThousand(10));
    expect(figure.lines.at(-1)).toEqual({
      kind: "balance",
      description: "Kept on your balance for later",
      cents: 2900,
    });
    expect(figure.totalCents).toBe(0);
  });

  test("21. big numbers stay exact: 9,007,199,254,740 × 0.007 = 63,050,394,783.18 → 630,503,947.83", () => {
    expect(invoice({ lines: [metered(9_007_199_254_739, 0)] }, 1, perThousand(7)).totalCents).toBe(63_050_394_783);
  });

  test("22. a correction downwards takes credits off again, and never below nothing: (10,000 − 4,000) × 0.010 = 0.60", () => {
    expect(invoice({ lines: [metered(10_000, 100)] }, -4_000, perThousand(10)).lines[0]?.cents).toBe(60);
    expect(invoice({ lines: [metered(10_000, 100)] }, -14_000, perThousand(10)).lines[0]?.cents).toBe(0);
  });
});

describe("with nothing unsent", () => {
  test("every figure is Stripe's own, even where ours would round otherwise", () => {
    const shape = {
      lines: [
        base(2900, { discountCents: 436, taxCents: 469 }),
        metered(12_350, 123, { discountCents: 18, taxCents: 20 }),
      ],
      discounts: [{ percentOff: 15, centsOff: null, products: null }],
    };
    const figure = invoice(shape, 0, perThousand(10));
    expect(figure.totalCents).toBe(2900 + 123 - 436 - 18 + 469 + 20);
  });
});

test("the rate of tax is read from what Stripe computed, however small the sums", () => {
  const rate = (...lines: Array<[cents: number, tax: number]>) =>
    taxRateBehind(lines.map(([amount, taxCents]) => base(amount, { taxCents })));
  expect(rate([2900, 551])).toBe(190);
  // 8.25 % of 29.00 is 2.3925, of 1.00 is 0.0825
  expect(rate([2900, 239], [100, 8])).toBe(82.5);
  expect(rate([2900, 0])).toBe(0);
  expect(rate([-2900, -551])).toBe(190);
});

test("a plan's overage costs what the plan says, in each currency; a plan that sells none has no rate", () => {
  const rate = overageRateOf(planOf("starter"), "eur");
  expect(rate && overageCents(rate, 100_000)).toBe(100 * (planOf("starter").overage?.per1000.eur ?? 0));
  expect(overageRateOf(planOf("free"), "usd")).toBeNull();
});
