import { describe, expect, test } from "vitest";
import {
  addMonths,
  bridgeOf,
  calendarMonth,
  clawBackTarget,
  packExpiry,
  restOf,
  upgradeDelta,
  yearlyMonths,
} from "./allowance";

const day = (text: string) => new Date(`${text}T10:20:30Z`);

test.each([0, 1, 9, 10, 11, 99, 350_000, 2 ** 53 - 1])("bridge and rest of %s add up exactly", (allowance) => {
  expect(bridgeOf(allowance) + restOf(allowance)).toBe(allowance);
  expect(bridgeOf(allowance)).toBe(Number(BigInt(allowance) / 10n));
});

test.each([
  ["2027-01-31", 1, "2027-02-28"],
  ["2027-01-31", 2, "2027-03-31"],
  ["2028-01-31", 1, "2028-02-29"],
  ["2027-01-31", 3, "2027-04-30"],
  ["2026-11-30", 3, "2027-02-28"],
  ["2026-12-15", 1, "2027-01-15"],
  ["2028-02-29", 12, "2029-02-28"],
])("%s and %s months is %s", (start, months, end) => {
  expect(addMonths(day(start), months)).toEqual(day(end));
});

describe("a yearly allowance", () => {
  const months = yearlyMonths({ start: day("2027-01-31"), end: day("2028-01-31") }, 1_001);

  test("is twelve months without gap or overlap, the last ending with the year", () => {
    expect(months).toHaveLength(12);
    for (const [index, month] of months.entries()) {
      expect(month.start < month.end).toBe(true);
      if (index > 0) expect(month.start).toEqual(months[index - 1]?.end);
    }
    expect(months[0]?.start).toEqual(day("2027-01-31"));
    expect(months[11]?.end).toEqual(day("2028-01-31"));
  });

  test("gives a bridge in the first month only, and the whole allowance in each", () => {
    expect(months.map((month) => month.bridge + month.rest)).toEqual(Array.from({ length: 12 }, () => 1_001));
    expect(months.map((month) => month.bridge)).toEqual([100, ...Array.from({ length: 11 }, () => 0)]);
  });
});

test("the free month is the calendar month in UTC", () => {
  expect(calendarMonth(new Date("2026-12-31T23:59:59Z"))).toEqual({
    name: "2026-12",
    start: new Date("2026-12-01T00:00:00Z"),
    end: new Date("2027-01-01T00:00:00Z"),
  });
});

describe("an upgrade in mid-period", () => {
  const full = { start: day("2026-11-01"), end: day("2026-12-01") };
  test.each([
    ["at the start gives the whole difference", day("2026-11-01"), 250],
    ["half-way gives half of it", day("2026-11-16"), 125],
    ["at the end gives nothing", day("2026-12-01"), 0],
  ])("%s", (_name, start, expected) => {
    expect(upgradeDelta(100, 350, { start, end: full.end }, full)).toBe(expected);
  });
  test("rounds each allowance down before subtracting", () => {
    expect(upgradeDelta(3, 5, { start: day("2026-11-16"), end: full.end }, full)).toBe(1);
  });
  test("to a smaller allowance takes nothing back", () => {
    expect(upgradeDelta(350, 100, full, full)).toBe(0);
  });
  test("refuses a remainder that lies outside the period", () => {
    expect(() => upgradeDelta(1, 2, { start: day("2026-10-01"), end: full.end }, full)).toThrow(RangeError);
  });
});

test("bought credits do not expire unless the policy says so", () => {
  expect(packExpiry(day("2026-11-22"))).toBeNull();
  expect(packExpiry(day("2026-11-22"), 365)).toEqual(day("2027-11-22"));
});

test.each([
  ["nothing returned", 1_000, { returned: 0, charged: 900 }, 0, 0],
  ["all returned", 1_000, { returned: 900, charged: 900 }, 0, 1_000],
  ["a third, rounded up", 1_000, { returned: 300, charged: 900 }, 0, 334],
  ["refund and dispute together never take more than all", 1_000, { returned: 1_800, charged: 900 }, 0, 1_000],
  ["what has expired is not taken again", 1_000, { returned: 900, charged: 900 }, 400, 600],
  ["never below nothing", 1_000, { returned: 90, charged: 900 }, 400, 0],
  ["a free pack has nothing to take back", 1_000, { returned: 0, charged: 0 }, 0, 0],
])("claw back: %s", (_name, grant, share, gone, expected) => {
  expect(clawBackTarget(grant, share, gone)).toBe(expected);
});
