import type Stripe from "stripe";
import { afterEach, expect, test, vi } from "vitest";
import { planOf } from "@/lib/billing/offers";
import { catalogue } from "@/lib/billing/plans";
import { isSamePrice, neededOffers, priceParams } from "./catalogue";

afterEach(() => vi.unstubAllEnvs());

test("without metered overage Stripe needs no price by the meter", () => {
  vi.stubEnv("METER_SINK", undefined);
  const kinds = () => new Set(neededOffers().map(({ kind }) => kind));
  expect(kinds().has("overage")).toBe(catalogue.policy.overage === "metered");
  vi.stubEnv("METER_SINK", "none");
  expect(kinds()).toEqual(new Set(["base", "pack"]));
});

test("a price by another meter, or with another turn, is another price", () => {
  const wanted = priceParams({ kind: "overage", plan: planOf("starter") }, "mtr_1");
  const existing = { ...wanted, unit_amount: null } as unknown as Stripe.Price;
  expect(isSamePrice(existing, wanted)).toBe(true);
  expect(isSamePrice(existing, priceParams({ kind: "overage", plan: planOf("starter") }, "mtr_2"))).toBe(false);
  const base = priceParams({ kind: "base", plan: planOf("starter"), interval: "monthly" }, null);
  expect(isSamePrice({ ...base, recurring: { interval: "year" } } as unknown as Stripe.Price, base)).toBe(false);
});

test("overage cannot be priced without a meter", () => {
  expect(() => priceParams({ kind: "overage", plan: planOf("starter") }, null)).toThrow("needs a meter");
});
