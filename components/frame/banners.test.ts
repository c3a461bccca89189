import { describe, expect, test } from "vitest";
import { type BannerFacts, chooseBanner } from "./banners";

const calm: BannerFacts = {
  notice: null,
  frozen: false,
  debt: 0,
  available: 5_000,
  lowCreditThreshold: 1_000,
  overageLeft: 0,
  canManageBilling: true,
};
const everything: BannerFacts = {
  notice: { code: "suspended", url: "https://pay.example/in_1" },
  frozen: true,
  debt: 80,
  available: 0,
  lowCreditThreshold: 1_000,
  overageLeft: 0,
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

test("an account held for fraud is told of the payment, one held by an admin is not", () => {
  expect(chooseBanner({ ...calm, frozen: true, hold: "fraud" })?.code).toBe("on_hold_for_fraud");
  expect(chooseBanner({ ...calm, frozen: true, hold: "admin" })?.code).toBe("on_hold");
});

test("a disputed payment is told with what it holds, and debt that came of it with what settles it", () => {
  expect(chooseBanner({ ...calm, isDisputed: true })).toMatchObject({ code: "disputed", tone: "warning" });
  expect(chooseBanner({ ...calm, isDisputed: true, debt: 80 })?.text).toContain("disputed at the bank");
  expect(chooseBanner({ ...calm, debt: 80 })?.text).toContain("bought or from your plan");
});

test("whoever may go on as overage is not warned of few credits", () => {
  expect(chooseBanner({ ...calm, available: 0, overageLeft: 1 })).toBeNull();
  expect(chooseBanner({ ...calm, available: 999, overageLeft: 1 })).toBeNull();
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

test("an upgrade that is not paid asks for its payment and says that nothing has changed", () => {
  const notice = {
    code: "change_pending",
    plan: "pro",
    at: new Date("2026-11-23"),
    url: "https://pay.example",
  } as const;
  const choice = chooseBanner({ ...calm, notice });
  expect(choice).toMatchObject({ title: "Your change to Pro waits for its payment", tone: "warning" });
  expect(choice?.text).toContain("dropped on 23 Nov 2026");
  expect(choice?.action).toEqual({ label: "Finish the payment", href: "https://pay.example" });
});

test("a change that is to come is named with its day and its plan", () => {
  const notice = { code: "change_scheduled", plan: "starter", at: new Date("2026-12-01") } as const;
  expect(chooseBanner({ ...calm, notice })?.title).toBe("You change to Starter on 1 Dec 2026");
});

test("a trial without a card is warned, one with a card is told when it is charged", () => {
  const trial = { code: "trial_ends", at: new Date("2026-12-06") } as const;
  expect(chooseBanner({ ...calm, notice: { ...trial, hasCard: false } })).toMatchObject({
    tone: "warning",
    action: { label: "Add a card" },
  });
  expect(chooseBanner({ ...calm, notice: { ...trial, hasCard: true } })).toMatchObject({
    code: "trial_ends",
    tone: "info",
  });
});

test("whoever ended a plan at once is told that the last use is being billed, with nothing to press", () => {
  const choice = chooseBanner({ ...calm, notice: { code: "ending", at: new Date("2026-11-22") } });
  expect(choice).toMatchObject({ code: "ending", action: null });
});

test("a refused trial says that nothing was charged and leads to the plans", () => {
  const choice = chooseBanner({ ...calm, notice: { code: "trial_refused" } });
  expect(choice?.text).toContain("nothing was charged");
  expect(choice?.action?.href).toBe("/billing/plan");
});

test("an owner whom mail does not reach is told, beside an unpaid invoice too, and members are not", () => {
  const unreached = { address: "anna@example.test", isYou: true };
  expect(chooseBanner({ ...calm, unreached })).toMatchObject({
    code: "unreachable",
    title: "We cannot reach you at anna@example.test",
    action: { label: "Change the address", href: "/settings" },
  });
  expect(chooseBanner({ ...calm, unreached, notice: { code: "pay_now" } })).toMatchObject({
    code: "pay_now",
    text: expect.stringContaining("We cannot reach you at anna@example.test"),
  });
  expect(chooseBanner({ ...calm, unreached: { ...unreached, isYou: false } })).toMatchObject({
    title: "We cannot reach anna@example.test",
    action: null,
  });
  expect(chooseBanner({ ...calm, unreached, canManageBilling: false })).toBeNull();
});

test("an invoice that cannot be made asks for what it lacks, before mail that comes back and not for members to mend", () => {
  const choice = chooseBanner({ ...calm, invoiceLacks: "address", isDisputed: true });
  expect(choice).toMatchObject({
    code: "invoice_stuck",
    title: "Your billing address is needed for your next invoice",
    action: { label: "Open billing", href: "/billing" },
  });
  expect(choice?.text).toContain("Nothing has been charged");
  expect(chooseBanner({ ...calm, invoiceLacks: "tax_id" })?.title).toContain("tax id");
  const unreached = { address: "anna@example.test", isYou: true };
  expect(chooseBanner({ ...calm, invoiceLacks: "tax_id", unreached })).toMatchObject({
    code: "invoice_stuck",
    text: expect.stringContaining("We cannot reach you at anna@example.test"),
  });
  expect(chooseBanner({ ...calm, invoiceLacks: "address", notice: { code: "pay_now" } })?.code).toBe("pay_now");
});
