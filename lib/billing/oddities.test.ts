import { expect, test } from "vitest";
import { type Contract, type ContractItem, odditiesOf, owedWords } from "./oddities";

const base: ContractItem = { kind: "base", planKey: "starter", price: "base_starter_monthly", quantity: 1 };
const overage: ContractItem = { kind: "overage", planKey: "starter", price: "overage_starter", quantity: null };
const contract = (change: Partial<Contract> = {}): Contract => ({
  items: [base, overage],
  currency: "usd",
  firstCurrency: "usd",
  collectionPaused: false,
  ...change,
});

test("a subscription as it is sold is nothing to tell of, metered item or not, first payment or not", () => {
  expect(odditiesOf(contract())).toEqual([]);
  expect(odditiesOf(contract({ items: [base], firstCurrency: null }))).toEqual([]);
});

test.each<[string, Partial<Contract>, string]>([
  ["another quantity", { items: [{ ...base, quantity: 3 }, overage] }, "charged 3 times"],
  ["two plans", { items: [base, { ...base, price: "base_pro_monthly" }] }, "2 plans"],
  ["an item of others", { items: [base, { ...overage, kind: null, price: "price_1" }] }, "price_1 too"],
  ["a pack", { items: [base, { ...overage, kind: "pack", price: "pack_small" }] }, "pack_small too"],
  ["use billed twice", { items: [base, overage, { ...overage, price: "overage_pro" }] }, "same use 2 times"],
  ["another currency", { currency: "eur" }, "in EUR"],
  ["paused collection", { collectionPaused: true }, "collection is paused"],
])("%s is told", (_name, change, words) => {
  const told = odditiesOf(contract(change));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain(words);
});

test("a price that nobody knows is told of apart, not as an item of others", () => {
  expect(odditiesOf(contract({ items: [{ ...base, kind: null, price: "price_1" }] }))).toEqual([]);
});

test("a sum that is owed has its currency, and none is none", () => {
  expect([owedWords(2900, "usd"), owedWords(0, "usd"), owedWords(5, null)]).toEqual(["$29.00", null, null]);
});
