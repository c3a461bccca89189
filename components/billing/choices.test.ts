import { expect, test } from "vitest";
import type { Interval } from "@/lib/billing/catalogue";
import { offeredChanges } from "@/lib/billing/changes";
import { entitlementFor } from "@/lib/billing/entitlement";
import { plans } from "@/lib/billing/plans";
import { choicesFor } from "./choices";
import { type Example, examples, now } from "./example-standings";

function choicesOf(example: Example, interval: Interval = "monthly") {
  const standing = examples[example];
  const entitlement = entitlementFor(standing, now);
  const choices = choicesFor(offeredChanges(standing, entitlement), interval, standing, entitlement);
  return Object.fromEntries(choices.map((choice) => [choice.plan.key, choice]));
}
const stepsOf = (example: Example, interval?: Interval) =>
  Object.fromEntries(Object.entries(choicesOf(example, interval)).map(([key, { step }]) => [key, step]));

test("whoever is on Free goes to checkout, and Free is marked as theirs", () => {
  expect(stepsOf("free")).toMatchObject({ free: "current", starter: "checkout", pro: "checkout", enterprise: "write" });
});

test("a larger plan starts at once, a smaller one at the period's end, and Free is reached by canceling", () => {
  expect(choicesOf("active")).toMatchObject({
    free: { step: "cancel", when: "Begins on 1 Dec 2026, if you cancel your plan." },
    starter: { step: "current" },
    pro: { step: "preview", when: "Starts at once. You see what is charged before you agree." },
  });
  expect(choicesOf("change to come").pro?.step).toBe("current");
});

test("paying by the year starts at the period's end", () => {
  expect(choicesOf("active", "yearly").starter).toMatchObject({
    price: "$290 a year",
    charged: "About $24.17 a month, charged once a year",
    step: "preview",
    when: "Starts on 1 Dec 2026, when what you have paid for ends. Nothing is charged before.",
    isOtherInterval: true,
  });
  expect(choicesOf("active", "yearly").pro?.isOtherInterval).toBe(false);
});

test("a change during a trial begins when the trial ends, not what was paid for", () => {
  expect(choicesOf("trial with a card").starter?.when).toBe(
    "Starts on 1 Dec 2026, when your trial ends. Nothing is charged before.",
  );
});

test("a trial is offered to whoever never had a plan, and to nobody who would not get it", () => {
  expect(choicesOf("free").pro?.when).toContain("14 days are free");
  expect(choicesOf("trial refused").pro?.when).toBe("Starts as soon as you have paid.");
  expect(choicesOf("canceled").pro?.when).toBe("Starts as soon as you have paid.");
});

test("a change that is planned already is marked with its day, and not offered again", () => {
  expect(choicesOf("change to come").starter).toMatchObject({ step: "none", when: "You change to it on 1 Dec 2026." });
});

test.each<Example>(["past due", "downgraded", "suspended", "on hold", "ends on a day", "upgrade unpaid", "incomplete"])(
  "%s: nothing is sold before that is settled",
  (example) => {
    const steps = Object.values(stepsOf(example));
    expect(steps).not.toContain("preview");
    expect(steps).not.toContain("checkout");
  },
);

test("a team is told that Free has no monthly credits for it", () => {
  expect(choicesOf("free team").free?.credits).toBe("Credits you buy. The monthly ones are a person's.");
});

test("every plan that is not announced only stands there, with a price", () => {
  const shown = Object.keys(choicesOf("active"));
  expect(shown).toEqual(plans.filter(({ availability }) => availability !== "coming").map(({ key }) => key));
  for (const choice of Object.values(choicesOf("active"))) expect(choice.price).not.toBe("");
});
