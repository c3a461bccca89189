import { describe, expect, test } from "vitest";
import type { Interval, PlanKey } from "./catalogue";
import { kindOfChange, offeredChanges, upgradeCredits } from "./changes";
import { entitlementFor } from "./entitlement";
import { planOf } from "./offers";
import { catalogue as ours } from "./plans";
import { nobody, now, subscribed, terms } from "./sample-standing";
import type { Standing } from "./standing";

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const held = (plan: PlanKey, interval: Interval = "monthly") => ({ plan: planOf(plan), interval });

describe("a change takes effect", () => {
  test.each<[PlanKey, Interval, PlanKey, Interval, ReturnType<typeof kindOfChange>]>([
    ["starter", "monthly", "pro", "monthly", "now"],
    ["starter", "yearly", "pro", "yearly", "now"],
    ["payg", "monthly", "starter", "monthly", "now"],
    ["pro", "monthly", "starter", "monthly", "at_period_end"],
    ["pro", "yearly", "starter", "yearly", "at_period_end"],
    ["starter", "monthly", "payg", "monthly", "at_period_end"],
    ["starter", "monthly", "starter", "yearly", "at_period_end"],
    ["starter", "monthly", "pro", "yearly", "at_period_end"],
    ["payg", "monthly", "pro", "yearly", "at_period_end"],
    ["pro", "yearly", "pro", "monthly", "at_period_end"],
    ["pro", "monthly", "pro", "monthly", "current"],
  ])("%s %s → %s %s: %s", (from, fromInterval, to, toInterval, kind) => {
    expect(kindOfChange(held(from, fromInterval), held(to, toInterval))).toBe(kind);
  });
});

test("a new version of the plan somebody has is no change", () => {
  const former = { ...planOf("starter"), version: 0, base: { monthly: { usd: 1, eur: 1 } } };
  expect(kindOfChange({ plan: former, interval: "monthly" }, held("starter"))).toBe("current");
});

const offers = (standing: Standing) =>
  offeredChanges(standing, entitlementFor(standing, now)).map(
    ({ plan, interval, kind }) => `${plan.key} ${interval}: ${kind}`,
  );

describe("what is offered", () => {
  test("to somebody on a plan is every other plan and interval, with when it takes effect", () => {
    expect(offers(subscribed())).toEqual([
      "payg monthly: at_period_end",
      "starter monthly: current",
      "starter yearly: at_period_end",
      "pro monthly: now",
      "pro yearly: at_period_end",
      "enterprise monthly: talk_to_us",
    ]);
  });

  test("to somebody without a plan is checkout", () => {
    const all = offers(nobody);
    expect(all).toContain("starter monthly: checkout");
    expect(all.filter((offer) => offer.endsWith(": current") || offer.endsWith(": now"))).toEqual([]);
  });

  test("after a plan has ended is checkout again", () => {
    expect(offers(subscribed({ status: "canceled" }))).toContain("pro monthly: checkout");
  });

  test("on agreed terms is a conversation", () => {
    const kinds = new Set(offers(subscribed({ plan: "enterprise" }, { terms })).map((offer) => offer.split(": ")[1]));
    expect([...kinds]).toEqual(["talk_to_us"]);
  });

  test("is judged by the price somebody bought, not by the one of today", () => {
    const before = planOf("pro");
    const cheap = { ...planOf("starter"), version: 0, base: { monthly: { usd: 100_000, eur: 100_000 } } };
    const all = { plans: [planOf("starter"), before], formerPlans: [cheap], packs: [], formerPacks: [] };
    const standing = subscribed({ plan: "starter", planVersion: 0 });
    const catalogue = { ...ours, ...all };
    const pro = offeredChanges(standing, entitlementFor(standing, now), catalogue).find(
      ({ plan, interval }) => plan.key === "pro" && interval === "monthly",
    );
    expect(pro?.kind).toBe("at_period_end");
  });
});

test("an upgrade brings the running month's share now, of a yearly plan too", () => {
  const month = { start: day("2027-02-01"), end: day("2027-03-01") };
  const allowances = { from: 100, to: 300 };
  expect(upgradeCredits(allowances, "monthly", day("2027-02-15"), month)).toBe(100);
  const year = { start: day("2027-01-01"), end: day("2028-01-01") };
  expect(upgradeCredits(allowances, "yearly", day("2027-06-16"), year)).toBe(100);
  expect(upgradeCredits(allowances, "monthly", month.end, month)).toBe(0);
});
