import { expect, test } from "vitest";
import { allOffers, baseLookupKey, planOf } from "@/lib/billing/offers";
import { priceParams } from "./catalogue";
import { assertKeyFits } from "./client";
import { meaningOfPrice, priceMetadata } from "./prices";

test.each([
  ["a live key", "sk_live_1", true],
  ["a restricted live key", "rk_live_1", true],
  ["the double's key", "sk_test_double_1", false],
])("%s is refused where it would do harm", (_name, key, local) => {
  expect(() => assertKeyFits(key, local)).toThrow();
  expect(() => assertKeyFits(key, !local)).not.toThrow();
});

test("every price has a tax behaviour and every currency from its first day", () => {
  for (const offer of allOffers()) {
    const params = priceParams(offer, "mtr_1");
    expect(params.tax_behavior).toBe("exclusive");
    expect(Object.keys(params.currency_options ?? {})).toEqual(["eur"]);
    expect(params.currency_options?.eur?.tax_behavior).toBe("exclusive");
  }
});

test("overage is priced per credit, exactly", () => {
  const plan = planOf("starter");
  const params = priceParams({ kind: "overage", plan }, "mtr_1");
  expect(String(params.unit_amount_decimal)).toBe("0.01");
  expect(params.recurring).toEqual({ interval: "month", usage_type: "metered", meter: "mtr_1" });
});

test("what a price stands for is read from what setup wrote on it, and a forgotten version keeps its name", () => {
  const plan = planOf("starter");
  const metadata = priceMetadata({ kind: "base", plan, interval: "yearly" });
  expect(meaningOfPrice({ metadata })).toEqual({
    kind: "base",
    plan,
    planKey: "starter",
    version: 1,
    interval: "yearly",
  });
  expect(meaningOfPrice({ metadata: { ...metadata, version: "99" } })).toMatchObject({
    plan: null,
    planKey: "starter",
  });
  expect(meaningOfPrice({ metadata: {} })).toBeNull();
  expect(baseLookupKey(plan, "yearly")).toBe("starter_yearly_v1");
});
