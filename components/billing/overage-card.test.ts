import { expect, test } from "vitest";
import { heldBackWords, priceWords } from "./overage-card";

const facts = { currency: "usd", centsPer1000: 10, restartsAt: new Date("2026-12-01T00:00:00Z") } as const;

test("the price of overage is said once, and twice where the next period has another", () => {
  expect(priceWords({ ...facts, nextCentsPer1000: 10 })).toBe("$0.10 per 1,000 credits");
  expect(priceWords({ ...facts, nextCentsPer1000: 8 })).toBe(
    "$0.10 per 1,000 credits until 1 Dec 2026 and $0.08 from then on",
  );
});

test("in a trial it is the trial that holds overage back, and the card says so", () => {
  expect(heldBackWords({ limitedBy: "blocked", most: 0, isTrial: true })).toMatch(/^In the trial/);
  expect(heldBackWords({ limitedBy: "blocked", most: 0, isTrial: false })).toMatch(/^At the moment/);
  expect(heldBackWords({ limitedBy: "trust", most: 200_000, isTrial: false })).toContain("200,000 credits");
});
