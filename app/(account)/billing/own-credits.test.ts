import { expect, test } from "vitest";
import { credits } from "@/lib/billing/units";
import type { GrantSummary } from "@/lib/credits/summary";
import { ownCredits } from "./own-credits";

const now = new Date("2026-11-22T12:00:00Z");
const grant = (source: string, category: GrantSummary["category"], remaining: number, more = {}): GrantSummary => ({
  id: source,
  source,
  category,
  amount: credits(remaining),
  remaining: credits(remaining),
  priority: 10,
  effectiveAt: new Date("2026-11-01T00:00:00Z"),
  expiresAt: null,
  ...more,
});

test("bought credits and gifts are one's own, a plan's and a trial's go with it, Free's are neither", () => {
  const grants = [
    grant("pack", "paid", 40_000),
    grant("gift", "promotional", 1_000),
    grant("alw_rest", "included", 300_000),
    grant("trial", "promotional", 50_000),
    grant("free", "included", 5_000),
  ];
  expect(ownCredits({ grants }, now)).toEqual({ bought: 41_000, left: 350_000 });
});

test("credits that are still to come are not counted as there", () => {
  const grants = [grant("upg", "included", 9_000, { effectiveAt: new Date("2026-12-01T00:00:00Z") })];
  expect(ownCredits({ grants }, now)).toEqual({ bought: 0, left: 0 });
});
