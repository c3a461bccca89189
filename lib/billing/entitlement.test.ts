import { describe, expect, test } from "vitest";
import type { Catalogue } from "./catalogue";
import { allowanceOf, type Entitlement, entitlementFor } from "./entitlement";
import { catalogue } from "./plans";
import { inDays, nobody, now, stage, subscribed, terms } from "./sample-standing";
import type { Standing } from "./standing";
import { credits } from "./units";

const off: Catalogue = { ...catalogue, policy: { ...catalogue.policy, overage: "off" } };
const cap = 1_000_000;

type Expected = Partial<Omit<Entitlement, "notice">> & { notice?: string | null };
const rows: Array<[row: string, standing: Standing, expected: Expected]> = [
  [
    "1 an admin's hold stops everything and keeps what was bought",
    subscribed({}, { hold: "admin" }),
    {
      plan: "starter",
      allowance: "none",
      prepaid: "frozen",
      overagePermitted: credits(0),
      autoTopUp: false,
      canBuy: false,
      canChangePlan: "no",
      access: "read_only",
      canSpend: false,
    },
  ],
  [
    "1 a fraud dispute holds even a suspended account",
    subscribed({}, { hold: "fraud", ...stage("suspended") }),
    { notice: "on_hold" },
  ],
  [
    "14 a debt lost with its customer keeps the next plan from overage",
    subscribed({}, { overageHeld: true }),
    { plan: "starter", allowance: "full", overagePermitted: credits(0), overageLimitedBy: "blocked" },
  ],
  [
    "2 a suspended account reads, exports and pays",
    subscribed({ status: "past_due" }, stage("suspended")),
    {
      plan: "free",
      allowance: "none",
      prepaid: "frozen",
      canBuy: false,
      canChangePlan: "pay_first",
      access: "read_only",
    },
  ],
  [
    "3 a downgraded account has Free's limits and spends what it bought",
    subscribed({ status: "past_due" }, stage("downgraded")),
    {
      plan: "free",
      allowance: "free",
      prepaid: "use",
      autoTopUp: false,
      canBuy: true,
      canChangePlan: "pay_first",
      access: "full",
    },
  ],
  [
    "3 unpaid without a case counts as downgraded",
    subscribed({ status: "unpaid" }),
    { plan: "free", allowance: "free", canChangePlan: "pay_first" },
  ],
  [
    "3 an active status does not lift an open case",
    subscribed({ status: "active" }, stage("downgraded")),
    { plan: "free", canChangePlan: "pay_first" },
  ],
  [
    "4 enterprise may use overage up to the credit limit less open invoices",
    subscribed({}, { terms }),
    { plan: "enterprise", allowance: "full", overagePermitted: credits(12_000_000), canChangePlan: "admin" },
  ],
  [
    "4 enterprise keeps its plan in past_due",
    subscribed({ status: "past_due" }, { terms, ...stage("retrying") }),
    { plan: "enterprise", notice: "pay_now" },
  ],
  [
    "4 a warned enterprise account gets no new overage",
    subscribed({}, { terms, ...stage("warned") }),
    { plan: "enterprise", overagePermitted: credits(0) },
  ],
  [
    "5 a trial gives its own allowance and no overage",
    subscribed({ status: "trialing", trialEnd: inDays(3) }),
    {
      plan: "starter",
      allowance: "trial",
      overagePermitted: credits(0),
      autoTopUp: true,
      canChangePlan: "yes",
      notice: "trial_ends",
    },
  ],
  [
    "6 a trial whose end we have not heard of gets the bridge",
    subscribed({ status: "trialing", trialEnd: inDays(-1) }),
    { plan: "starter", allowance: "bridge", canChangePlan: "no", refetch: true },
  ],
  [
    "7 a paused plan is Free and can be resumed",
    subscribed({ status: "paused" }),
    { plan: "free", allowance: "free", autoTopUp: false, canChangePlan: "resume" },
  ],
  [
    "8 paused collection keeps the plan and adds nothing",
    subscribed({ collectionPaused: true, cancelAt: inDays(-1) }),
    {
      plan: "starter",
      allowance: "existing",
      overagePermitted: credits(0),
      autoTopUp: false,
      canChangePlan: "no",
      alert: "collection_paused",
    },
  ],
  [
    "9 a cancellation that is due ends the plan before Stripe says so",
    subscribed({ cancelAt: inDays(-1) }),
    { plan: "free", allowance: "free", autoTopUp: true, canChangePlan: "yes" },
  ],
  [
    "10 a price we do not know keeps the last plan and adds nothing",
    subscribed({ plan: null, planVersion: null }),
    { plan: "starter", allowance: "existing", canChangePlan: "no", alert: "unknown_plan" },
  ],
  [
    "10 so does a plan version that plans.ts has forgotten",
    subscribed({ planVersion: 99 }),
    { plan: "starter", allowance: "existing", alert: "unknown_plan" },
  ],
  [
    "11 a snapshot 72 hours behind gives the bridge only",
    subscribed({ periodEnd: inDays(-4) }),
    {
      plan: "starter",
      allowance: "bridge",
      overagePermitted: credits(0),
      autoTopUp: false,
      alert: "stale_mirror",
      refetch: true,
    },
  ],
  [
    "11 a renewal that is a few hours late changes nothing",
    subscribed({ periodEnd: inDays(-1) }),
    { allowance: "full", overagePermitted: credits(cap) },
  ],
  [
    "12 without a metered item there is no overage",
    subscribed({ meteredItem: false }),
    { allowance: "full", overagePermitted: credits(0), canChangePlan: "yes" },
  ],
  [
    "13 a plan that ends later is whole until then",
    subscribed({ cancelAt: inDays(5) }),
    { plan: "starter", allowance: "full", overagePermitted: credits(cap), canChangePlan: "resume", notice: "ends_on" },
  ],
  [
    "14 an active plan has everything",
    subscribed(),
    {
      plan: "starter",
      allowance: "full",
      overagePermitted: credits(cap),
      autoTopUp: true,
      canBuy: true,
      canChangePlan: "yes",
      notice: null,
      alert: null,
    },
  ],
  [
    "14 pay as you go is trusted little before its first paid invoice",
    subscribed({ plan: "payg", everPaid: false }),
    { plan: "payg", overagePermitted: credits(200_000) },
  ],
  [
    "14 and up to the plan's maximum afterwards",
    subscribed({ plan: "payg" }),
    { overagePermitted: credits(2_000_000) },
  ],
  [
    "15 a first failed payment keeps plan and bridge, and overage as far as the last paid invoice",
    subscribed({ status: "past_due", payUrl: "https://pay.example/1" }, stage("retrying")),
    {
      plan: "starter",
      allowance: "bridge",
      overagePermitted: credits(700),
      autoTopUp: false,
      canBuy: true,
      canChangePlan: "no",
      notice: "pay_now",
    },
  ],
  [
    "15 also before the case is opened",
    subscribed({ status: "past_due" }),
    { allowance: "bridge", overagePermitted: credits(700) },
  ],
  [
    "16 a warned account gets no new overage",
    subscribed({ status: "past_due" }, stage("warned")),
    { plan: "starter", allowance: "bridge", overagePermitted: credits(0) },
  ],
  [
    "17 what was paid after our cancellation is honoured",
    subscribed({ status: "canceled", paidThrough: inDays(3) }),
    { plan: "starter", allowance: "rest", overagePermitted: credits(0), canChangePlan: "yes", notice: "paid_until" },
  ],
  [
    "18 an unfinished first payment gives nothing but the link",
    subscribed({ status: "incomplete", payUrl: "https://pay.example/2" }),
    { plan: "free", allowance: "free", canChangePlan: "finish_payment", notice: "finish_payment" },
  ],
  ["19 nobody", nobody, { plan: "free", allowance: "free", autoTopUp: true, canBuy: true, canChangePlan: "yes" }],
  ["19 canceled", subscribed({ status: "canceled" }), { plan: "free", allowance: "free" }],
  [
    "19 canceled and the paid period over",
    subscribed({ status: "canceled", paidThrough: inDays(-1) }),
    { plan: "free" },
  ],
  ["19 incomplete_expired", subscribed({ status: "incomplete_expired" }), { plan: "free" }],
  [
    "20 a status we do not know keeps the last known for 72 hours",
    subscribed({ status: "unknown", unknownSince: inDays(-2) }),
    {
      plan: "starter",
      allowance: "existing",
      overagePermitted: credits(0),
      autoTopUp: false,
      canChangePlan: "no",
      alert: "unknown_status",
    },
  ],
  [
    "20 and is Free afterwards",
    subscribed({ status: "unknown", unknownSince: inDays(-4) }),
    { plan: "free", allowance: "free", alert: "unknown_status" },
  ],
  [
    "a team without a plan has no free credits",
    { ...nobody, accountKind: "team" },
    { plan: "free", allowance: "none" },
  ],
  [
    "a team whose plan has ended has none either",
    subscribed({ status: "canceled" }, { accountKind: "team" }),
    { allowance: "none" },
  ],
  ["a team with a plan has all of it", subscribed({}, { accountKind: "team" }), { plan: "starter", allowance: "full" }],
  [
    "a debt blocks spending and leaves buying open",
    subscribed({}, { debt: credits(1) }),
    { canSpend: false, canBuy: true, access: "full" },
  ],
  [
    "an open dispute stops overage and automatic top-up",
    subscribed({}, { openDispute: true }),
    { overagePermitted: credits(0), autoTopUp: false, allowance: "full" },
  ],
  [
    "a second live subscription changes nothing and is flagged",
    subscribed({}, { otherLiveSubscriptions: 1 }),
    { plan: "starter", overagePermitted: credits(cap), alert: "second_subscription" },
  ],
];

describe("what an account may do", () => {
  test.each(rows)("%s", (_row, standing, { notice, ...expected }) => {
    const entitlement = entitlementFor(standing, now);
    expect(entitlement).toMatchObject(expected);
    if (notice !== undefined) expect(entitlement.notice?.code ?? null).toBe(notice);
  });

  test.each(rows)("nobody gets overage while it is not sold: %s", (_row, standing) => {
    const { overagePermitted, overageLimitedBy } = entitlementFor(standing, now, off);
    expect([overagePermitted, overageLimitedBy]).toEqual([0, "not_sold"]);
  });

  test("the pay link of an open invoice goes with the banner", () => {
    const late = subscribed({ status: "past_due", payUrl: "https://pay.example/3" });
    expect(entitlementFor(late, now).notice).toEqual({ code: "pay_now", url: "https://pay.example/3" });
  });

  test("a team without a plan is promised no credits a month, a person is", () => {
    const monthly = (standing: Standing) => allowanceOf(entitlementFor(standing, now), standing);
    expect(monthly({ ...nobody, accountKind: "team" })).toBe(0);
    expect(monthly(nobody)).toBeGreaterThan(0);
  });

  test("a subscriber keeps the allowance of the version that was bought", () => {
    const [starter] = catalogue.plans.filter((plan) => plan.key === "starter");
    if (!starter) throw new Error("there is no starter");
    const dearer: Catalogue = {
      ...catalogue,
      plans: catalogue.plans.map((plan) => (plan === starter ? { ...plan, version: 2, monthlyAllowance: 9 } : plan)),
      formerPlans: [starter],
    };
    const standing = subscribed();
    expect(allowanceOf(entitlementFor(standing, now, dearer), standing, dearer)).toBe(starter.monthlyAllowance);
  });
});
