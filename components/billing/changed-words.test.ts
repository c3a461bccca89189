import { expect, test } from "vitest";
import { entitlementFor } from "@/lib/billing/entitlement";
import { changedWords } from "./changed-words";
import { doneWords } from "./done-words";
import { type Example, examples, now } from "./example-standings";

const entitled = (example: Example) => entitlementFor(examples[example], now);
const changed = (example: Example) => changedWords(examples[example], entitled(example));
const done = (word: string | undefined, example: Example) => doneWords(word, examples[example], entitled(example));

test("after an upgrade the page says the plan, its credits and the next charge", () => {
  const { state, title, sentences } = changed("active");
  expect([state, title]).toEqual(["done", "You are on Starter"]);
  expect(sentences[0]).toMatch(/^350,000 credits come with it every month/);
  expect(sentences[1]).toMatch(/^On 1 Dec 2026 you will be charged \$29\.00/);
});

test("after a downgrade it says the day, and that it can be taken back", () => {
  expect(changed("change to come")).toMatchObject({
    state: "scheduled",
    title: "On 1 Dec 2026 you change to Starter",
    sentences: ["Until then you keep Pro, and nothing was charged.", "You can take the change back until then."],
  });
  expect(changed("yearly to come").title).toBe("On 1 Dec 2026 you change to Starter, paid yearly");
});

test("an upgrade whose payment is missing is not called done", () => {
  const { state, title, sentences } = changed("upgrade unpaid");
  expect([state, title]).toEqual(["pending", "One step is left: the payment"]);
  expect(sentences[1]).toContain("you are on Starter, and nothing has changed");
});

test("what the address claims to be done is only said where it is true", () => {
  expect(done("resumed", "active")?.title).toBe("Your plan is resumed");
  expect(done("kept", "active")?.title).toBe("You keep Starter");
  for (const example of ["free", "ends on a day", "change to come", "upgrade unpaid", "past due", "paused"] as const)
    expect(done("resumed", example), example).toBeNull();
  expect(done("anything", "active")).toBeNull();
  expect(done(undefined, "active")).toBeNull();
});
