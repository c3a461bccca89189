import { expect, test } from "vitest";
import { entitlementFor } from "@/lib/billing/entitlement";
import * as sample from "@/lib/billing/sample-standing";
import type { StandingSubscription } from "@/lib/billing/standing";
import { nextCreditsAt } from "./next-credits";

const { nobody, now } = sample;
const starter: StandingSubscription = {
  ...sample.starter,
  periodStart: new Date("2026-11-10T09:00:00Z"),
  periodEnd: new Date("2026-12-10T09:00:00Z"),
  meteredItem: false,
};
const nextFor = (subscription: StandingSubscription | null, accountKind: "personal" | "team" = "personal") => {
  const standing = { ...nobody, accountKind, subscription };
  return nextCreditsAt(standing, entitlementFor(standing, now), now);
};

test("pay as you go brings none", () => {
  expect(nextFor({ ...starter, plan: "payg" })).toBeNull();
});

test("a person on Free gets new credits on the first of the month, a team without a plan none", () => {
  expect(nextFor(null)).toEqual(new Date("2026-12-01T00:00:00Z"));
  expect(nextFor(null, "team")).toBeNull();
});

test("a monthly plan brings credits with its next period, unless it ends", () => {
  expect(nextFor(starter)).toEqual(starter.periodEnd);
  expect(nextFor({ ...starter, cancelAt: starter.periodEnd })).toBeNull();
});

test("a yearly plan brings credits month by month", () => {
  const yearly = {
    ...starter,
    interval: "yearly" as const,
    periodStart: new Date("2026-01-31T09:00:00Z"),
    periodEnd: new Date("2027-01-31T09:00:00Z"),
  };
  expect(nextFor(yearly)).toEqual(new Date("2026-11-30T09:00:00Z"));
});
