import { describe, expect, test } from "vitest";
import { entitlementFor } from "./entitlement";
import { inDays, now, stage, subscribed, terms } from "./sample-standing";
import type { Standing, StandingSubscription } from "./standing";
import { credits } from "./units";

const PAYG = { plan: "payg" } as const;

function overage(change: Partial<StandingSubscription>, standing: Partial<Standing> = {}) {
  const { overagePermitted, overageMost, overageLimitedBy } = entitlementFor(subscribed(change, standing), now);
  return [overagePermitted, overageMost, overageLimitedBy];
}

describe("while nobody has chosen a cap", () => {
  test("a plan with an allowance has no overage, though it could", () => {
    expect(overage({}, { overageCap: null })).toEqual([0, 1_000_000, "off"]);
  });
  test("pay as you go has the plan's maximum", () => {
    expect(overage(PAYG, { overageCap: null })).toEqual([2_000_000, 2_000_000, "plan"]);
  });
  test("pay as you go that was never paid has the trust cap", () => {
    expect(overage({ ...PAYG, everPaid: false }, { overageCap: null })).toEqual([200_000, 200_000, "trust"]);
  });
  test("agreed terms hold as agreed", () => {
    expect(overage({}, { overageCap: null, terms })).toEqual([12_000_000, 12_000_000, "terms"]);
  });
});

describe("the owner's cap", () => {
  test("0 is off, on every plan", () => {
    expect(overage({}, { overageCap: credits(0) })).toEqual([0, 1_000_000, "off"]);
    expect(overage(PAYG, { overageCap: credits(0) })).toEqual([0, 2_000_000, "off"]);
    expect(overage({}, { overageCap: credits(0), terms })[0]).toBe(0);
  });
  test("holds where it is the smaller", () => {
    expect(overage({}, { overageCap: credits(40_000) })).toEqual([40_000, 1_000_000, "owner"]);
  });
  test("does not lift the plan's maximum", () => {
    expect(overage({}, { overageCap: credits(9_000_000) })).toEqual([1_000_000, 1_000_000, "plan"]);
  });
  test("does not lift the trust cap", () => {
    const chosen = { overageCap: credits(900_000) };
    expect(overage({ ...PAYG, everPaid: false }, chosen)).toEqual([200_000, 200_000, "trust"]);
  });
});

describe("the trust cap", () => {
  test("counts what earlier periods left unpaid, so that it is not given anew each month", () => {
    const never = { ...PAYG, everPaid: false };
    expect(overage(never, { unpaidOverage: credits(150_000) })).toEqual([50_000, 50_000, "trust"]);
    expect(overage(never, { unpaidOverage: credits(250_000) })[0]).toBe(0);
  });
  test("holds for a plan that a code made free of charge, since nothing was ever paid", () => {
    expect(overage({ everPaid: false })).toEqual([200_000, 200_000, "trust"]);
  });
  test("is gone with the first paid invoice", () => {
    expect(overage({ ...PAYG, everPaid: true }, { unpaidOverage: credits(0) })).toEqual([2_000_000, 2_000_000, "plan"]);
  });
});

describe("the grace cap", () => {
  const late = { status: "past_due" } as const;
  test("is what the last paid invoice had, in the first stage", () => {
    expect(overage(late, stage("retrying"))).toEqual([700, 700, "grace"]);
  });
  test("leaves the owner's cap where that is smaller", () => {
    expect(overage(late, { ...stage("retrying"), overageCap: credits(300) })).toEqual([300, 700, "owner"]);
  });
  test("never exceeds what the plan permits", () => {
    expect(overage(late, { ...stage("retrying"), lastPaidOverage: credits(5_000_000) })[0]).toBe(1_000_000);
  });
  test("is none for pay as you go that has paid nothing yet", () => {
    const never = { ...stage("retrying"), lastPaidOverage: credits(0) };
    expect(overage({ ...late, ...PAYG, everPaid: false }, never)[0]).toBe(0);
  });
  test("is none from the second stage on", () => {
    for (const name of ["warned", "downgraded", "suspended"] as const) expect(overage(late, stage(name))[0]).toBe(0);
  });
});

describe("notices of what is coming", () => {
  const noticeOf = (change: Partial<StandingSubscription>, standing: Partial<Standing> = {}) => {
    const { notice, canChangePlan } = entitlementFor(subscribed(change, standing), now);
    return { ...notice, canChangePlan };
  };
  const scheduled = { plan: "free", version: 1, interval: "monthly", at: inDays(20) } as const;
  const pending = { plan: "pro", until: inDays(1), payUrl: "https://pay.example/9" } as const;

  test("a change at the period's end is named, and another may be chosen instead", () => {
    expect(noticeOf({ scheduled })).toEqual({
      code: "change_scheduled",
      at: inDays(20),
      plan: "free",
      canChangePlan: "yes",
    });
  });
  test("an upgrade that waits for its payment shows where to pay", () => {
    expect(noticeOf({ pending, scheduled })).toMatchObject({
      code: "change_pending",
      plan: "pro",
      url: "https://pay.example/9",
      canChangePlan: "finish_payment",
    });
  });
  test("an end that is near is more pressing than both", () => {
    expect(noticeOf({ pending, scheduled, cancelAt: inDays(3) })).toMatchObject({ code: "ends_on" });
  });
  test("a trial says whether there is a card, and one that was canceled can be resumed", () => {
    const trial = { status: "trialing", trialEnd: inDays(3) } as const;
    expect(noticeOf({ ...trial, trialHasCard: false })).toMatchObject({ code: "trial_ends", hasCard: false });
    expect(noticeOf({ ...trial, cancelAt: inDays(3) })).toMatchObject({ code: "ends_on", canChangePlan: "resume" });
  });
  test("a refused trial is explained for two weeks", () => {
    const ended = { status: "canceled", trialEnd: inDays(13) } as const;
    const refused = (days: number) => noticeOf(ended, { trialRefusedAt: inDays(-days) }).code;
    expect([refused(1), refused(15)]).toEqual(["trial_refused", undefined]);
    expect(noticeOf({ ...ended, trialEnd: null }, { trialRefusedAt: inDays(-1) }).code).toBeUndefined();
  });
});
