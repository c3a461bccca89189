import { expect, test } from "vitest";
import { entitlementFor } from "@/lib/billing/entitlement";
import type { Standing } from "@/lib/billing/standing";
import { credits } from "@/lib/billing/units";
import { type Example, examples, now } from "./example-standings";
import { planWords } from "./plan-words";

const wordsFor = (example: Example) => planWords(examples[example], entitlementFor(examples[example], now));

test("whoever has no subscription is told that nothing will be charged", () => {
  expect(wordsFor("free")).toMatchObject({ name: "Free", price: null, next: "Nothing will be charged.", state: null });
});

test("a team without a plan is not promised the free credits of a person", () => {
  expect(wordsFor("free").allowance).toBe("5,000 credits every month");
  expect(wordsFor("free team").allowance).toBe("No credits included");
});

test.each<[Example, string | RegExp]>([
  ["active", "On 1 Dec 2026 you will be charged $29.00, plus anything used beyond your credits."],
  ["without the metered item", "On 1 Dec 2026 you will be charged $29.00."],
  ["yearly", "On 1 Nov 2027 you will be charged $290.00."],
  ["pay as you go", "On 1 Dec 2026 you will be charged for what you have used by then."],
  ["trial with a card", "On 1 Dec 2026 you will be charged $99.00, for the first time."],
  ["trial without a card", /Add a card before 1 Dec 2026 to keep the plan; without one it ends then/],
  ["trial just over", "Your trial has ended, and the first payment is being made."],
  ["trial canceled", /^It ends on 1 Dec 2026\. You will not be charged again/],
  ["ends on a day", /^It ends on 1 Dec 2026\. You will not be charged again but for use beyond your credits/],
  ["change to come", "On 1 Dec 2026 you change to Starter; from then on you are charged $29.00 a month."],
  ["yearly to come", "On 1 Dec 2026 you change to Starter, paid yearly; from then on you are charged $290.00 a year."],
  ["upgrade unpaid", "The change to Pro waits for its payment until 23 Nov 2026; till then nothing has changed."],
  ["past due", "The last invoice is unpaid. Your card will be tried again."],
  ["warned", "The last invoice is unpaid. Your card will be tried again."],
  ["downgraded", "The last invoice is unpaid. Your plan comes back as soon as it is paid."],
  ["unpaid", "The last invoice is unpaid. Your plan comes back as soon as it is paid."],
  ["suspended", "Nothing new will be charged. The last invoice is still unpaid."],
  ["paused", /ended without a card/],
  ["collection paused", "Nothing is charged while the plan is paused."],
  ["unknown plan", "We are checking with Stripe what is charged next."],
  ["stale mirror", "We are checking with Stripe what is charged next."],
  ["unknown status", "We are checking with Stripe what is charged next."],
  ["incomplete", "Nothing is charged until you finish the first payment."],
  ["incomplete expired", "Nothing new will be charged."],
  ["canceled", "Nothing new will be charged."],
  ["canceled but paid", "It is paid until 1 Dec 2026 and ends then. You will not be charged again."],
  ["ending", /^Your plan has ended\..*one last invoice/],
  ["enterprise", "Your next invoice comes on 1 Dec 2026 and is due within 30 days."],
])("%s: what is charged next is said exactly", (example, next) => {
  const { next: said } = wordsFor(example);
  if (typeof next === "string") expect(said).toBe(next);
  else expect(said).toMatch(next);
});

test.each<[Example, string]>([
  ["trial with a card", "Trial"],
  ["ends on a day", "Ends on 1 Dec 2026"],
  ["change to come", "Changes on 1 Dec 2026"],
  ["upgrade unpaid", "Payment unfinished"],
  ["past due", "Payment due"],
  ["downgraded", "Payment due"],
  ["suspended", "Suspended"],
  ["on hold", "On hold"],
  ["paused", "Paused"],
  ["ending", "Ending"],
  ["unknown status", "Being checked"],
  ["incomplete", "Payment unfinished"],
])("%s carries the mark %s", (example, label) => {
  expect(wordsFor(example).state?.label).toBe(label);
});

test("after an upgrade overage keeps its old price until the plan renews, and both are said", () => {
  const starter = examples.active.subscription;
  if (!starter) throw new Error("The example has a plan.");
  const upgraded = {
    ...examples.active,
    overageCap: credits(1_000),
    subscription: { ...starter, plan: "pro", overagePlan: { plan: "starter", version: 1 } },
  } as const;
  const beyondOf = (standing: Standing) => planWords(standing, entitlementFor(standing, now)).beyond;
  expect(beyondOf(upgraded)).toBe("Beyond that $0.10 per 1,000 credits, $0.08 from 1 Dec 2026");
  const renewed = { ...upgraded.subscription, overagePlan: { plan: "pro", version: 1 } } as const;
  expect(beyondOf({ ...upgraded, subscription: renewed })).toBe("Beyond that $0.08 per 1,000 credits");
  const scheduled = { plan: "starter", version: 1, interval: "monthly", at: starter.periodEnd } as const;
  expect(beyondOf({ ...upgraded, subscription: { ...renewed, scheduled } })).toBe(
    "Beyond that $0.08 per 1,000 credits, $0.10 from 1 Dec 2026",
  );
});

test("a plan in good order carries no mark", () => {
  expect(wordsFor("active").state).toBeNull();
  expect(wordsFor("enterprise").state).toBeNull();
});

test("whoever pays by the year and allows overage is told that it is charged each month", () => {
  const standing = { ...examples.yearly, overageCap: credits(1_000) };
  expect(planWords(standing, entitlementFor(standing, now)).next).toBe(
    "On 1 Nov 2027 you will be charged $290.00. Use beyond your credits is charged each month.",
  );
});

test("a plan on hold is not said to include no credits", () => {
  expect(wordsFor("on hold").allowance).toBe("No new credits for now");
});

test("the price of a year and of a month are told apart", () => {
  expect(wordsFor("active").price).toBe("$29.00 a month");
  expect(wordsFor("yearly").price).toBe("$290.00 a year");
  expect(wordsFor("pay as you go").price).toBeNull();
});

test("nothing reads as if something were missing", () => {
  for (const example of Object.keys(examples) as Example[])
    expect(JSON.stringify(wordsFor(example)), example).not.toMatch(/undefined|NaN|null \w|Invalid/);
});

test("what use beyond the credits costs is said, and that it is off until the owner allows it", () => {
  expect(wordsFor("pay as you go").beyond).toBe("$0.12 per 1,000 credits");
  expect(wordsFor("active").beyond).toBe("Use beyond that is off");
  expect(wordsFor("without the metered item").beyond).toBeNull();
});
