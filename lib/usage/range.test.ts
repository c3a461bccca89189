import { describe, expect, it } from "vitest";
import { filterOf, periodOf, wholeDays } from "./range";

const now = new Date("2026-11-22T15:30:00Z");
const period = { from: new Date("2026-11-12T09:00:00Z"), to: new Date("2026-12-12T09:00:00Z") };

describe("the filter in the address of the usage page", () => {
  it("is the current period and every model by default, and for nonsense", () => {
    for (const parameters of [{}, { range: "9y", model: "gpt-9" }, { range: ["7d", "30d"] }]) {
      expect(filterOf(parameters, period, now)).toMatchObject({
        range: "period",
        model: null,
        from: new Date("2026-11-12T00:00:00Z"),
        to: new Date("2026-11-23T00:00:00Z"),
      });
    }
  });

  it("counts days back from today, today included, and compares with as many before", () => {
    expect(filterOf({ range: "7d", model: "large-1" }, period, now)).toEqual({
      range: "7d",
      model: "large-1",
      from: new Date("2026-11-16T00:00:00Z"),
      to: new Date("2026-11-23T00:00:00Z"),
      before: { from: new Date("2026-11-09T00:00:00Z"), to: new Date("2026-11-16T00:00:00Z") },
    });
  });

  it("takes an invoice's period by its two ends, to the second, and no nonsense", () => {
    const ends = { from: "2026-10-12T09:00:00.000Z", to: "2026-11-12T09:00:00.000Z" };
    expect(filterOf(ends, period, now)).toEqual({
      range: "between",
      model: null,
      from: new Date(ends.from),
      to: new Date(ends.to),
      // No day is compared with itself, though the period begins in the middle of one.
      before: { from: new Date("2026-09-10T00:00:00Z"), to: new Date("2026-10-12T00:00:00Z") },
    });
    const nonsense = [
      { from: ends.to, to: ends.from },
      { from: ends.from },
      { ...ends, from: "2020-01-01" },
      { ...ends, to: "x" },
    ];
    for (const parameters of nonsense) expect(filterOf(parameters, period, now).range).toBe("period");
    expect(wholeDays({ from: new Date(ends.from), to: new Date(ends.to) })).toEqual({
      from: new Date("2026-10-12T00:00:00Z"),
      to: new Date("2026-11-13T00:00:00Z"),
    });
  });
});

describe("the credit period", () => {
  it("is the subscription's while it runs, else the calendar month", () => {
    const subscription = { periodStart: period.from, periodEnd: period.to };
    expect(periodOf(subscription, now)).toEqual(period);
    const month = { from: new Date("2026-11-01T00:00:00Z"), to: new Date("2026-12-01T00:00:00Z") };
    expect(periodOf(null, now)).toEqual(month);
    expect(periodOf({ ...subscription, periodEnd: now }, now)).toEqual(month);
  });
});
