import { expect, test } from "vitest";
import { type Upgrade, upgradeGrants, upgradeKeys, upgradeVoids } from "./upgrades";

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const year = { start: day("2027-01-01"), end: day("2028-01-01") };
const monthly: Upgrade = {
  invoice: "in_1",
  allowances: { from: 100, to: 300 },
  interval: "monthly",
  at: day("2027-02-15"),
  period: { start: day("2027-02-01"), end: day("2027-03-01") },
  paid: { cents: 1000, currency: "usd" },
};
const yearly: Upgrade = { ...monthly, interval: "yearly", period: year, at: day("2027-06-16") };
const keysOf = (orders: Array<{ source: string; sourceId: string }>) =>
  orders.map(({ source, sourceId }) => `${source}/${sourceId}`);

test("a monthly upgrade brings the difference for the time that is left, once for its invoice", () => {
  expect(upgradeGrants(monthly, null, day("2027-02-15"))).toMatchObject([
    { source: "upg", sourceId: "in_1", amount: 100, effectiveAt: null, expiresAt: monthly.period.end, paidCents: 1000 },
  ]);
});

test("a proration whose period is over when it is billed brings nothing", () => {
  expect(upgradeGrants(monthly, null, monthly.period.end)).toEqual([]);
});

test("a yearly upgrade brings half of the running month and all of each later one, each beginning by itself", () => {
  const grants = upgradeGrants(yearly, null, yearly.at);
  expect(grants.map(({ amount }) => amount)).toEqual([100, 200, 200, 200, 200, 200, 200]);
  expect(grants[1]).toMatchObject({ sourceId: "in_1:6", effectiveAt: day("2027-07-01"), expiresAt: day("2027-08-01") });
  expect(grants.at(-1)?.expiresAt).toEqual(year.end);
  expect(grants.reduce((sum, { paidCents }) => sum + (paidCents ?? 0), 0)).toBe(1000);
});

test("a plan that ends brings no further months of an upgrade", () => {
  expect(upgradeGrants(yearly, day("2027-08-10"), day("2027-08-10"))).toHaveLength(3);
  const ended = upgradeVoids(yearly, "ended", day("2027-08-10"));
  expect(keysOf(ended)).toEqual(["upg/in_1:8", "upg/in_1:9", "upg/in_1:10", "upg/in_1:11"]);
});

test("a period that is cut short takes everything of its upgrade back", () => {
  expect(keysOf(upgradeVoids(yearly, "reanchored"))).toEqual(keysOf(upgradeGrants(yearly, null, yearly.at)));
});

test("what a refund is about names every key an upgrade can have", () => {
  const named = upgradeKeys("in_1").map(({ source, source_id: id }) => `${source}/${id}`);
  for (const key of keysOf(upgradeGrants({ ...yearly, at: year.start }, null, year.start)))
    expect(named).toContain(key);
});
