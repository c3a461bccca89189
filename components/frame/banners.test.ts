import { describe, expect, test } from "vitest";
import { type BannerFacts, chooseBanner } from "./banners";

const calm: BannerFacts = {
  notice: null,
  frozen: false,
  debt: 0,
  available: 5_000,
  lowCreditThreshold: 1_000,
  canManageBilling: true,
};
const everything: BannerFacts = {
  notice: { code: "suspended", url: "https://pay.example/in_1" },
  frozen: true,
  debt: 80,
  available: 0,
  lowCreditThreshold: 1_000,
  canManageBilling: true,
};

test("an account in good order is told nothing", () => {
  expect(chooseBanner(calm)).toBeNull();
});

describe("of several troubles only the most serious is shown", () => {
  const worse = [
    ["suspended", everything],
    ["on_hold", { ...everything, notice: { code: "pay_now" } }],
    ["debt", { ...everything, notice: { code: "pay_now" }, frozen: false }],
    ["pay_now", { ...everything, notice: { code: "pay_now" }, frozen: false, debt: 0 }],
    ["out_of_credits", { ...everything, notice: null, frozen: false, debt: 0 }],
    ["low_credit", { ...calm, available: 999, notice: { code: "ends_on", at: new Date("2026-12-01") } }],
    ["ends_on", { ...calm, notice: { code: "ends_on", at: new Date("2026-12-01") } }],
  ] satisfies Array<[string, BannerFacts]>;
  test.each(worse)("%s", (code, facts) => {
    expect(chooseBanner(facts)?.code).toBe(code);
  });
});

test("an unpaid invoice is paid where Stripe hosts it", () => {
  expect(chooseBanner(everything)?.action).toEqual({ label: "Pay the invoice", href: "https://pay.example/in_1" });
});

test("credits are low below the threshold, not at it", () => {
  expect(chooseBanner({ ...calm, available: 1_000 })).toBeNull();
  expect(chooseBanner({ ...calm, available: 999 })?.title).toBe("You have 999 credits left");
});

test("an account without any credits and without a threshold is told that it has none", () => {
  expect(chooseBanner({ ...calm, available: 0, lowCreditThreshold: null })?.code).toBe("out_of_credits");
});

test("a member is told whom to ask instead of being sent to a page they cannot use", () => {
  const choice = chooseBanner({ ...calm, available: 10, canManageBilling: false });
  expect(choice?.action).toBeNull();
  expect(choice?.text).toContain("Ask an owner or admin");
});

test("dates arrive as text from the server and are still written as dates", () => {
  const notice = JSON.parse(JSON.stringify({ code: "ends_on", at: new Date("2026-12-01") }));
  expect(chooseBanner({ ...calm, notice })?.title).toBe("Your plan ends on 1 Dec 2026");
});
