import { expect, test } from "vitest";
import { entitlementFor } from "@/lib/billing/entitlement";
import { cancelWords, reasons } from "./cancel-words";
import { type Example, examples, now } from "./example-standings";

const wordsFor = (example: Example, credits = { bought: 50_000, left: 120_000 }) =>
  cancelWords(examples[example], entitlementFor(examples[example], now), credits);

test("canceling says the day, what is charged, and what is kept", () => {
  const words = wordsFor("active");
  expect(words).toMatchObject({ title: "Cancel your Starter plan", endsOn: "1 Dec 2026", confirm: "Cancel my plan" });
  expect(words.ends).toEqual([
    "Until 1 Dec 2026 nothing changes: you can use everything, and change your mind.",
    "After that nothing is charged in advance; what you used beyond your credits comes on the last invoice.",
    "The 350,000 credits a month end with it.",
  ]);
  expect(words.kept[0]).toContain("50,000 credits you bought");
});

test("a yearly plan ends with its year", () => {
  expect(wordsFor("yearly").endsOn).toBe("1 Nov 2027");
});

test("ending at once says that money is not returned, credits are lost, and use is billed", () => {
  expect(wordsFor("active").lostNow).toEqual([
    "Your plan is off from this moment; what you paid for the time until 1 Dec 2026 is not returned.",
    "The 120,000 credits left of it are lost.",
    "What you used beyond your credits is billed now, on one last invoice.",
  ]);
});

test("a trial is canceled without a charge", () => {
  const words = wordsFor("trial with a card");
  expect(words.title).toBe("Cancel your trial");
  expect(words.ends).toContain("Your card will not be charged.");
  expect(words.lostNow[0]).toBe("Your trial is off from this moment.");
});

test("an unpaid invoice stays to be paid, and the page says so", () => {
  expect(wordsFor("past due").ends).toContain("The invoice that is unpaid stays to be paid.");
});

test("a planned change is given up by canceling, and the page says so", () => {
  expect(wordsFor("change to come").ends).toContain("Your change to Starter on 1 Dec 2026 is given up.");
});

test("a team is not promised the Free plan's credits", () => {
  const team = { ...examples.active, accountKind: "team" as const };
  const { kept } = cancelWords(team, entitlementFor(team, now), { bought: 0, left: 0 });
  expect(kept.join(" ")).not.toContain("5,000");
});

test("every reason of Stripe's can be given, each once", () => {
  expect(new Set(reasons.map(({ value }) => value)).size).toBe(8);
});

test("pay as you go has nothing in advance to lose", () => {
  const words = wordsFor("pay as you go", { bought: 0, left: 0 });
  expect(words.ends[1]).toBe("What you use until then comes on the last invoice; after that nothing is charged.");
  expect(words.lostNow).toEqual([
    "Your plan is off from this moment.",
    "What you used beyond your credits is billed now, on one last invoice.",
  ]);
});
