import { expect, test } from "vitest";
import type { Catalogue } from "@/lib/billing/catalogue";
import { catalogue } from "@/lib/billing/plans";
import { compareCosts, creditsAMonth } from "./compare";

const base = { version: 1, summary: "", features: [], name: "" };
const shop: Catalogue = {
  ...catalogue,
  plans: [
    { ...base, key: "free", availability: "included", monthlyAllowance: 1_000 },
    {
      ...base,
      key: "starter",
      availability: "on_sale",
      monthlyAllowance: 10_000,
      base: { monthly: { usd: 1_000, eur: 1_000 }, yearly: { usd: 9_600, eur: 9_600 } },
      overage: { per1000: { usd: 50, eur: 50 }, mostCreditsPerPeriod: 100_000 },
    },
    { ...base, key: "payg", availability: "coming", monthlyAllowance: 0, base: { monthly: { usd: 0, eur: 0 } } },
  ],
  packs: [
    { key: "small", version: 1, name: "", credits: 1_000, price: { usd: 300, eur: 300 } },
    { key: "large", version: 1, name: "", credits: 5_000, price: { usd: 1_000, eur: 1_000 } },
  ],
  policy: {
    ...catalogue.policy,
    overage: "off",
    currency: "usd",
    typicalCall: { input: 3, output: 1, leastCredits: 1 },
  },
  rateCard: {
    ...catalogue.rateCard,
    "small-1": { name: "", summary: "", input: 10_000, cachedInput: 0, output: 50_000, reasoning: 50_000 },
  },
};

test("a month within the free allowance costs nothing, and that plan comes first", () => {
  expect(compareCosts(1_000, "monthly", shop)[0]).toMatchObject({ plan: "free", totalCents: 0, extraBy: "nothing" });
});

test("one credit beyond an allowance costs a whole pack while overage is off", () => {
  const onFree = compareCosts(1_001, "monthly", shop).find((cost) => cost.plan === "free");
  expect(onFree).toMatchObject({ missingCredits: 1, extraBy: "packs", totalCents: 300 });
});

test("a larger pack is taken when it is cheaper than several small ones", () => {
  const onFree = compareCosts(5_500, "monthly", shop).find((cost) => cost.plan === "free");
  expect(onFree?.extraCents).toBe(1_000);
});

test("with metered overage the missing credits cost their rate, rounded up to a cent", () => {
  const metered = { ...shop, policy: { ...shop.policy, overage: "metered" as const } };
  const starter = compareCosts(10_001, "monthly", metered).find((cost) => cost.plan === "starter");
  expect(starter).toMatchObject({ extraBy: "overage", extraCents: 1, totalCents: 1_001 });
});

test("beyond the most overage a plan allows, packs cover the rest", () => {
  const metered = { ...shop, policy: { ...shop.policy, overage: "metered" as const } };
  const starter = compareCosts(110_001, "monthly", metered).find((cost) => cost.plan === "starter");
  expect(starter).toMatchObject({ extraBy: "overage and packs", extraCents: 5_000 + 300 });
});

test("a year paid in advance counts as a twelfth a month", () => {
  const starter = compareCosts(2_000, "yearly", shop).find((cost) => cost.plan === "starter");
  expect(starter?.totalCents).toBe(800);
});

test("plans that cannot be had today are not recommended", () => {
  expect(compareCosts(50_000, "monthly", shop).map((cost) => cost.plan)).not.toContain("payg");
});

test("tokens are split as in a typical call and rated by the rate card", () => {
  expect(creditsAMonth("small-1", 4_000, shop)).toBe(3_000 * 0.01 + 1_000 * 0.05);
});
