import { describe, expect, test } from "vitest";
import { bridgeGrant, grantKeys, packGrant, paidGrants, trialGrant, voidsOf } from "./grants";

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const monthly = {
  subscription: "sub_1",
  interval: "monthly" as const,
  monthlyAllowance: 1_005,
  period: { start: day("2027-01-31"), end: day("2027-02-28") },
};
const yearly = {
  ...monthly,
  interval: "yearly" as const,
  period: { start: day("2027-01-31"), end: day("2028-01-31") },
};
const start = day("2027-01-31").getTime() / 1000;
const paid = { cents: 29_005, currency: "usd" };
const keysOf = (grants: Array<{ source: string; sourceId: string }>) =>
  grants.map((grant) => `${grant.source}/${grant.sourceId}`);

describe("a paid month", () => {
  const grants = paidGrants(monthly, paid, null);
  test("brings bridge and rest that add up to the allowance and end with the period", () => {
    expect(keysOf(grants)).toEqual([`alw_bridge/sub_1:${start}`, `alw_rest/sub_1:${start}`]);
    expect(grants.map(({ amount }) => amount)).toEqual([100, 905]);
    expect(grants.every(({ expiresAt }) => expiresAt?.getTime() === monthly.period.end.getTime())).toBe(true);
  });
  test("brings the same bridge as its roll did, so that it is given once, now with its money", () => {
    expect(grants[0]).toEqual({ ...bridgeGrant(monthly)[0], paidCents: 2886, currency: "usd" });
  });
  test("spreads its money over bridge and rest to the cent", () => {
    expect(grants.map(({ paidCents }) => paidCents)).toEqual([2886, 29_005 - 2886]);
  });
  test("that is owed on terms brings its credits before its money", () => {
    expect(paidGrants(monthly, null, null)).toEqual(
      grants.map((grant) => ({ ...grant, paidCents: null, currency: null })),
    );
  });
});

describe("a paid year", () => {
  const grants = paidGrants(yearly, paid, null);
  test("spreads its money over the months to the cent", () => {
    const cents = grants.map(({ paidCents }) => paidCents ?? 0);
    expect(cents.reduce((sum, value) => sum + value, 0)).toBe(paid.cents);
  });
  test("brings each month with a key of its own, which a refund finds again", () => {
    expect(keysOf(grants)).toEqual(grantKeys(yearly).map((key) => `${key.source}/${key.source_id}`));
    expect(new Set(keysOf(grants)).size).toBe(13);
  });
  test("that was ended brings no months that would begin later", () => {
    expect(keysOf(paidGrants(yearly, paid, day("2027-03-15")))).toEqual([
      `alw_bridge/sub_1:${start}`,
      `alw_rest/sub_1:${start}`,
      `alw_rest/sub_1:${start}:1`,
    ]);
    expect(keysOf(voidsOf(yearly, day("2027-03-15"), "ended"))).toHaveLength(10);
    const carried = paidGrants(yearly, paid, day("2027-03-15")).reduce(
      (sum, { paidCents }) => sum + (paidCents ?? 0),
      0,
    );
    expect(carried).toBe(paid.cents);
  });
});

test("taking a period back names everything it brought", () => {
  expect(keysOf(voidsOf(monthly, day("2027-02-01"), "unpaid", true))).toEqual(keysOf(paidGrants(monthly, paid, null)));
});

test("an allowance too small for a bridge brings the rest only", () => {
  expect(keysOf(paidGrants({ ...monthly, monthlyAllowance: 9 }, paid, null))).toEqual([`alw_rest/sub_1:${start}`]);
  expect(paidGrants({ ...monthly, monthlyAllowance: 0 }, paid, null)).toEqual([]);
});

test("a trial is keyed by the account, so that there is one", () => {
  expect(keysOf(trialGrant("acc", day("2027-02-14"), 50))).toEqual(["trial/acc"]);
  expect(trialGrant("acc", day("2027-02-14"), 0)).toEqual([]);
});

test("a pack is keyed by its session and is given in full whatever was paid", () => {
  expect(packGrant("cs_1", 50, { cents: 0, currency: "usd" }, null)).toMatchObject({
    source: "pack",
    sourceId: "cs_1",
    amount: 50,
    category: "paid",
    priority: 20,
    paidCents: 0,
  });
});
