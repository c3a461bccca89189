import { expect, test } from "vitest";
import { type Entitlement, entitlementFor } from "./entitlement";
import { inDays, nobody, now, stage, subscribed, terms } from "./sample-standing";
import type { Standing } from "./standing";

const WHOLE = 1_000_000;

interface Row {
  name: string;
  standing: Standing;
  plan: Entitlement["plan"];
  allowance: Entitlement["allowance"];
  prepaid: Entitlement["prepaid"];
  overage: number;
  topUp: boolean;
  buy: boolean;
  change: Entitlement["canChangePlan"];
  access: Entitlement["access"];
  notice?: string;
  alert?: string;
  refetch?: boolean;
}

const pays = { payUrl: "https://pay.example/1" };
const late = { status: "past_due", ...pays } as const;
const ROWS: Row[] = [
  // biome-ignore format: a table reads as one
  { name: "1 on hold", standing: subscribed({}, { hold: "admin" }), plan: "starter", allowance: "none", prepaid: "frozen", overage: 0, topUp: false, buy: false, change: "no", access: "read_only", notice: "on_hold" },
  // biome-ignore format: a table reads as one
  { name: "2 suspended", standing: subscribed(late, stage("suspended")), plan: "free", allowance: "none", prepaid: "frozen", overage: 0, topUp: false, buy: false, change: "pay_first", access: "read_only", notice: "suspended" },
  // biome-ignore format: a table reads as one
  { name: "3 downgraded", standing: subscribed(late, stage("downgraded")), plan: "free", allowance: "free", prepaid: "use", overage: 0, topUp: false, buy: true, change: "pay_first", access: "full", notice: "downgraded" },
  // biome-ignore format: a table reads as one
  { name: "3 unpaid without a case", standing: subscribed({ status: "unpaid" }), plan: "free", allowance: "free", prepaid: "use", overage: 0, topUp: false, buy: true, change: "pay_first", access: "full", notice: "downgraded" },
  // biome-ignore format: a table reads as one
  { name: "4 agreed terms", standing: subscribed({}, { terms }), plan: "enterprise", allowance: "full", prepaid: "use", overage: 12_000_000, topUp: false, buy: true, change: "admin", access: "full" },
  // biome-ignore format: a table reads as one
  { name: "4 agreed terms, warned", standing: subscribed(late, { terms, ...stage("warned") }), plan: "enterprise", allowance: "full", prepaid: "use", overage: 0, topUp: false, buy: true, change: "admin", access: "full", notice: "pay_now" },
  // biome-ignore format: a table reads as one
  { name: "5 in trial", standing: subscribed({ status: "trialing", trialEnd: inDays(3) }), plan: "starter", allowance: "trial", prepaid: "use", overage: 0, topUp: true, buy: true, change: "yes", access: "full", notice: "trial_ends" },
  // biome-ignore format: a table reads as one
  { name: "6 trial over, event late", standing: subscribed({ status: "trialing", trialEnd: inDays(-1) }), plan: "starter", allowance: "bridge", prepaid: "use", overage: 0, topUp: true, buy: true, change: "no", access: "full", refetch: true },
  // biome-ignore format: a table reads as one
  { name: "7 paused", standing: subscribed({ status: "paused" }), plan: "free", allowance: "free", prepaid: "use", overage: 0, topUp: false, buy: true, change: "resume", access: "full", notice: "paused" },
  // biome-ignore format: a table reads as one
  { name: "8 collection paused", standing: subscribed({ collectionPaused: true }), plan: "starter", allowance: "existing", prepaid: "use", overage: 0, topUp: false, buy: true, change: "no", access: "full", notice: "collection_paused", alert: "collection_paused" },
  // biome-ignore format: a table reads as one
  { name: "9 cancellation due, event late", standing: subscribed({ cancelAt: inDays(-1) }), plan: "free", allowance: "free", prepaid: "use", overage: 0, topUp: true, buy: true, change: "yes", access: "full" },
  // biome-ignore format: a table reads as one
  { name: "10 price unknown", standing: subscribed({ plan: null, planVersion: null }), plan: "starter", allowance: "existing", prepaid: "use", overage: 0, topUp: true, buy: true, change: "no", access: "full", alert: "unknown_plan" },
  // biome-ignore format: a table reads as one
  { name: "11 mirror stale", standing: subscribed({ periodEnd: inDays(-4) }), plan: "starter", allowance: "bridge", prepaid: "use", overage: 0, topUp: false, buy: true, change: "no", access: "full", alert: "stale_mirror", refetch: true },
  // biome-ignore format: a table reads as one
  { name: "12 metered item missing", standing: subscribed({ meteredItem: false }), plan: "starter", allowance: "full", prepaid: "use", overage: 0, topUp: true, buy: true, change: "yes", access: "full" },
  // biome-ignore format: a table reads as one
  { name: "13 ends later", standing: subscribed({ cancelAt: inDays(5) }), plan: "starter", allowance: "full", prepaid: "use", overage: WHOLE, topUp: true, buy: true, change: "resume", access: "full", notice: "ends_on" },
  // biome-ignore format: a table reads as one
  { name: "14 active", standing: subscribed(), plan: "starter", allowance: "full", prepaid: "use", overage: WHOLE, topUp: true, buy: true, change: "yes", access: "full" },
  // biome-ignore format: a table reads as one
  { name: "14 pay as you go, never paid", standing: subscribed({ plan: "payg", everPaid: false }), plan: "payg", allowance: "full", prepaid: "use", overage: 200_000, topUp: true, buy: true, change: "yes", access: "full" },
  // biome-ignore format: a table reads as one
  { name: "15 past due", standing: subscribed(late), plan: "starter", allowance: "bridge", prepaid: "use", overage: 700, topUp: false, buy: true, change: "no", access: "full", notice: "pay_now" },
  // biome-ignore format: a table reads as one
  { name: "15 past due, first stage", standing: subscribed(late, stage("retrying")), plan: "starter", allowance: "bridge", prepaid: "use", overage: 700, topUp: false, buy: true, change: "no", access: "full", notice: "pay_now" },
  // biome-ignore format: a table reads as one
  { name: "16 past due, warned", standing: subscribed(late, stage("warned")), plan: "starter", allowance: "bridge", prepaid: "use", overage: 0, topUp: false, buy: true, change: "no", access: "full", notice: "pay_now" },
  // biome-ignore format: a table reads as one
  { name: "17 canceled, paid through", standing: subscribed({ status: "canceled", paidThrough: inDays(3) }), plan: "starter", allowance: "rest", prepaid: "use", overage: 0, topUp: true, buy: true, change: "yes", access: "full", notice: "paid_until" },
  // biome-ignore format: a table reads as one
  { name: "18 incomplete", standing: subscribed({ status: "incomplete", ...pays }), plan: "free", allowance: "free", prepaid: "use", overage: 0, topUp: true, buy: true, change: "finish_payment", access: "full", notice: "finish_payment" },
  // biome-ignore format: a table reads as one
  { name: "19 incomplete_expired", standing: subscribed({ status: "incomplete_expired" }), plan: "free", allowance: "free", prepaid: "use", overage: 0, topUp: true, buy: true, change: "yes", access: "full" },
  // biome-ignore format: a table reads as one
  { name: "19 canceled", standing: subscribed({ status: "canceled" }), plan: "free", allowance: "free", prepaid: "use", overage: 0, topUp: true, buy: true, change: "yes", access: "full" },
  // biome-ignore format: a table reads as one
  { name: "19 nothing", standing: nobody, plan: "free", allowance: "free", prepaid: "use", overage: 0, topUp: true, buy: true, change: "yes", access: "full" },
  // biome-ignore format: a table reads as one
  { name: "20 unknown status", standing: subscribed({ status: "unknown", unknownSince: inDays(-2) }), plan: "starter", allowance: "existing", prepaid: "use", overage: 0, topUp: false, buy: true, change: "no", access: "full", alert: "unknown_status" },
  // biome-ignore format: a table reads as one
  { name: "20 unknown status for 72 hours", standing: subscribed({ status: "unknown", unknownSince: inDays(-4) }), plan: "free", allowance: "free", prepaid: "use", overage: 0, topUp: false, buy: true, change: "no", access: "full", alert: "unknown_status" },
];

test.each(ROWS)("row $name has every cell of the table", (row) => {
  const entitlement = entitlementFor(row.standing, now);
  expect(entitlement).toMatchObject({
    plan: row.plan,
    allowance: row.allowance,
    prepaid: row.prepaid,
    overagePermitted: row.overage,
    autoTopUp: row.topUp,
    canBuy: row.buy,
    canChangePlan: row.change,
    access: row.access,
    canSpend: row.access === "full",
    alert: row.alert ?? null,
    refetch: row.refetch ?? false,
  });
  expect(entitlement.notice?.code).toBe(row.notice);
});

test.each(ROWS)("row $name: a debt stops spending and nothing else", ({ standing }) => {
  const owing = { ...standing, debt: 1 as Standing["debt"] };
  expect(entitlementFor(owing, now)).toEqual({ ...entitlementFor(standing, now), canSpend: false });
});

test.each(ROWS)("row $name: an open dispute stops overage and automatic top-up and nothing else", ({ standing }) => {
  const { overagePermitted, overageMost, autoTopUp, ...same } = entitlementFor({ ...standing, openDispute: true }, now);
  expect([overagePermitted, overageMost, autoTopUp]).toEqual([0, 0, false]);
  const { overageLimitedBy: _, ...without } = same;
  expect(entitlementFor(standing, now)).toMatchObject(without);
});

test.each(ROWS)("row $name: a further live subscription changes nothing and is flagged", ({ standing, alert }) => {
  const second = entitlementFor({ ...standing, otherLiveSubscriptions: 2 }, now);
  expect(second).toEqual({ ...entitlementFor(standing, now), alert: alert ?? "second_subscription" });
});

test.each(ROWS)("row $name: a team has no free credits, and everything else alike", ({ standing, allowance }) => {
  const team = entitlementFor({ ...standing, accountKind: "team" }, now);
  const expected = allowance === "free" ? "none" : allowance;
  expect(team).toEqual({ ...entitlementFor(standing, now), allowance: expected });
});

const ACTIVE_WITH_CASE = [
  ["retrying", "bridge", 700, "no"],
  ["warned", "bridge", 0, "no"],
  ["downgraded", "free", 0, "pay_first"],
  ["suspended", "none", 0, "pay_first"],
] as const;
test.each(ACTIVE_WITH_CASE)("an active status with a case that is %s: the case decides", (name, ...cells) => {
  const { allowance, overagePermitted, canChangePlan } = entitlementFor(subscribed({}, stage(name)), now);
  expect([allowance, overagePermitted, canChangePlan]).toEqual(cells);
});

test("a plan that its owner ended at once is off, whatever Stripe still says", () => {
  for (const status of ["trialing", "active", "past_due", "unpaid", "paused", "unknown"] as const)
    expect(
      entitlementFor(subscribed({ status, endingRequestedAt: inDays(0), trialEnd: inDays(1) }), now),
      status,
    ).toMatchObject({
      plan: "free",
      overagePermitted: 0,
      ...(status === "unpaid" ? {} : { canChangePlan: "no", notice: { code: "ending", at: inDays(0) } }),
    });
  const over = subscribed({ status: "canceled", endingRequestedAt: inDays(0) });
  expect(entitlementFor(over, now)).toMatchObject({ plan: "free", canChangePlan: "yes", notice: null });
});
