import { describe, expect, it } from "vitest";
import { filterOf, periodOf } from "./range";

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
