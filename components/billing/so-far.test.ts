import { expect, test } from "vitest";
import { chargedWords, linesToShow } from "./so-far";

const periodEnd = new Date("2026-12-01T00:00:00Z");
const base = { kind: "base", description: "Starter", cents: 2_900 } as const;
const overage = { kind: "overage", description: "Overage so far: 0 credits", cents: 0 } as const;

test("a plan without a base price has no line of nothing, but its overage has one from the start", () => {
  expect(linesToShow([overage, { ...base, cents: 0 }])).toEqual([overage]);
  expect(linesToShow([overage, base])).toEqual([overage, base]);
});

test("more use is said to be added only where it would be", () => {
  const grows = "Charged around 1 Dec 2026. What you use beyond your credits until then is added.";
  expect(chargedWords({ periodEnd, lines: [base, overage], isLast: false, isPaused: false })).toBe(grows);
  expect(chargedWords({ periodEnd, lines: [base], isLast: false, isPaused: false })).toBe("Charged around 1 Dec 2026.");
  expect(chargedWords({ periodEnd, lines: [overage], isLast: true, isPaused: false })).toMatch(
    /^The plan ends on 1 Dec 2026/,
  );
  expect(chargedWords({ periodEnd, lines: [base, overage], isLast: false, isPaused: true })).toMatch(
    /^Nothing is charged/,
  );
});
