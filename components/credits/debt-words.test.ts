import { expect, test } from "vitest";
import { debtReason, debtWaysOut } from "./debt-words";

const packs = [
  { name: "1,000 credits", credits: 1_000 },
  { name: "200 credits", credits: 200 },
];
const facts = { debt: 80, isDisputed: false, packs, next: null };

test("a debt names the smallest pack that settles it, and what is left then", () => {
  expect(debtWaysOut(facts)).toEqual(['The pack "200 credits" settles it and leaves you 120.']);
  expect(debtWaysOut({ ...facts, debt: 300 })).toEqual(['The pack "1,000 credits" settles it and leaves you 700.']);
});

test("a debt larger than every pack names how much the largest settles", () => {
  expect(debtWaysOut({ ...facts, debt: 5_000 })).toEqual(['The pack "1,000 credits" settles 1,000 of it.']);
});

test("credits that come with the plan settle a debt too, and are named with their day", () => {
  const next = { at: new Date("2026-12-01"), credits: 50 };
  expect(debtWaysOut({ ...facts, next }).at(-1)).toBe("The 50 credits of your plan on 1 Dec 2026 settle 50 of it.");
  expect(debtWaysOut({ ...facts, next: { ...next, credits: 0 } })).toHaveLength(1);
});

test("a debt of a payment that is disputed says that it goes away when the payment stands", () => {
  expect(debtReason({ ...facts, isDisputed: true })).toContain("goes away by itself");
  expect(debtReason(facts)).not.toContain("goes away");
});
