import { expect, test } from "vitest";
import { entitlementFor } from "@/lib/billing/entitlement";
import { type Example, examples, now } from "./example-standings";
import { canCancel, planSteps } from "./plan-steps";

const all = Object.keys(examples) as Example[];
const stepsFor = (example: Example, permitted = true) =>
  planSteps(examples[example], entitlementFor(examples[example], now), {
    permitted,
    isCustomer: examples[example].subscription !== null,
  });
const labels = (example: Example) => stepsFor(example).steps.map(({ label }) => label);

test.each(all)("%s is no dead end for an owner", (example) => {
  const { say, steps } = stepsFor(example);
  if (example === "ending") expect(say).toContain("ten minutes");
  else expect(steps.length).toBeGreaterThan(0);
});

test.each(all)("%s offers nothing to a member, who is told whom to ask", (example) => {
  expect(stepsFor(example, false)).toMatchObject({ say: expect.stringContaining("owners and admins"), steps: [] });
});

test.each(all)("%s says each thing to do once", (example) => {
  expect(new Set(labels(example)).size).toBe(labels(example).length);
});

test.each<[Example, string[]]>([
  ["free", ["Choose a plan", "Buy credits"]],
  ["active", ["Change plan", "Change card", "Billing details", "Cancel plan"]],
  ["trial with a card", ["Change plan", "Change card", "Billing details", "Cancel the trial"]],
  ["trial without a card", ["Add a card", "Change plan", "Billing details", "Cancel the trial"]],
  ["ends on a day", ["Resume my plan", "End it now", "Change card", "Billing details"]],
  ["change to come", ["Keep Pro", "Choose another plan", "Change card", "Billing details", "Cancel plan"]],
  ["upgrade unpaid", ["Finish the payment", "Keep Starter", "Change card", "Billing details", "Cancel plan"]],
  ["past due", ["Pay now", "Change card", "Billing details", "Cancel plan"]],
  ["downgraded", ["Pay the invoice", "Change card", "Billing details", "Cancel plan"]],
  ["suspended", ["Pay the invoice", "Change card", "Billing details"]],
  ["incomplete", ["Finish the payment", "Change card", "Billing details"]],
  ["incomplete, no link yet", ["See the invoices", "Change card", "Billing details"]],
  ["paused", ["Add a card", "Resume the plan", "Billing details", "Cancel plan"]],
  ["paused with a card", ["Resume the plan", "Change card", "Billing details", "Cancel plan"]],
  ["on hold", ["Write to us", "Cancel plan"]],
  ["canceled but paid", ["Choose a plan", "Change card", "Billing details"]],
  ["enterprise", ["Talk to us", "Change card", "Billing details"]],
])("%s: what to do, the mending first", (example, expected) => {
  expect(labels(example)).toEqual(expected);
});

test("whoever pays can cancel by themselves, in whatever state the plan is", () => {
  const paying: Example[] = [
    "active",
    "yearly",
    "pay as you go",
    "past due",
    "downgraded",
    "unpaid",
    "paused",
    "on hold",
  ];
  for (const example of paying) expect(canCancel(examples[example]), example).toBe(true);
  for (const example of ["free", "canceled", "ends on a day", "ending", "incomplete"] satisfies Example[])
    expect(canCancel(examples[example]), example).toBe(false);
});

test("a payment is finished where Stripe takes it", () => {
  expect(stepsFor("upgrade unpaid").steps[0]).toEqual({
    does: "pay",
    label: "Finish the payment",
    url: "https://pay.example/in_1",
  });
});

test("a plan that paused says what resuming it charges", () => {
  expect(stepsFor("paused").say).toBe(
    "Add a card, then resume the plan: a new period begins at once, and $29.00 for the first month is charged.",
  );
  expect(stepsFor("paused with a card").say).toMatch(/^When you resume the plan a new period begins/);
});

test("one thing leads where something is to be mended, and none where all is well", () => {
  expect(stepsFor("past due").hasLead).toBe(true);
  expect(stepsFor("free").hasLead).toBe(true);
  expect(stepsFor("active").hasLead).toBe(false);
  expect(stepsFor("ending").hasLead).toBe(false);
});
