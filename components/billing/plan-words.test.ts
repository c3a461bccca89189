import { expect, test } from "vitest";
import { entitlementFor } from "@/lib/billing/entitlement";
import type { Standing, StandingSubscription } from "@/lib/billing/standing";
import { credits } from "@/lib/billing/units";
import { planWords } from "./plan-words";

const now = new Date("2026-11-22T12:00:00Z");
const nobody: Standing = {
  accountKind: "personal",
  hold: null,
  openDispute: false,
  subscription: null,
  otherLiveSubscriptions: 0,
  dunning: null,
  terms: null,
  debt: credits(0),
  overageCap: null,
  lastPaidOverage: credits(0),
  unpaidOverage: credits(0),
  trialRefusedAt: null,
};
const starter: StandingSubscription = {
  id: "sub_1",
  status: "active",
  lastKnownStatus: "active",
  unknownSince: null,
  plan: "starter",
  planVersion: 1,
  lastKnownPlan: "starter",
  interval: "monthly",
  periodStart: new Date("2026-11-01T00:00:00Z"),
  periodEnd: new Date("2026-12-01T00:00:00Z"),
  trialEnd: null,
  cancelAt: null,
  collectionPaused: false,
  meteredItem: false,
  everPaid: true,
  paidThrough: null,
  payUrl: null,
  trialHasCard: true,
  scheduled: null,
  endingRequestedAt: null,
  pending: null,
};
const wordsFor = (subscription: StandingSubscription | null, accountKind: "personal" | "team" = "personal") => {
  const standing = { ...nobody, accountKind, subscription };
  return planWords(standing, entitlementFor(standing, now));
};

test("whoever has no subscription is told that nothing will be charged", () => {
  expect(wordsFor(null)).toMatchObject({ name: "Free", price: null, next: "Nothing will be charged." });
});

test("a team without a plan is not promised the free credits of a person", () => {
  expect(wordsFor(null).allowance).toBe("5,000 credits every month");
  expect(wordsFor(null, "team").allowance).toBe("No credits included");
});

test("the next charge is named with its day and its sum", () => {
  expect(wordsFor(starter)).toMatchObject({
    price: "$29.00 a month",
    next: "On 1 Dec 2026 you will be charged $29.00.",
  });
});

test("a yearly plan names the sum of a year", () => {
  const yearly = { ...starter, interval: "yearly" as const, periodEnd: new Date("2027-11-01T00:00:00Z") };
  expect(wordsFor(yearly)).toMatchObject({
    price: "$290.00 a year",
    next: "On 1 Nov 2027 you will be charged $290.00.",
  });
});

test("a plan that ends promises that nothing more is charged", () => {
  const ending = { ...starter, cancelAt: new Date("2026-12-01T00:00:00Z") };
  expect(wordsFor(ending).next).toMatch(/^It ends on 1 Dec 2026\. You will not be charged again/);
});

test("an unpaid plan does not name a next charge as if all were well", () => {
  expect(wordsFor({ ...starter, status: "past_due" }).next).toContain("unpaid");
});
