import { describe, expect, it } from "vitest";
import { addIntervals, type Interval, periodAfter, periodAround } from "./periods.ts";

const at = (iso: string) => Math.floor(Date.parse(iso) / 1000);
const iso = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
const every = (interval: Interval, interval_count = 1) => ({ interval, interval_count });

describe("a billing cycle", () => {
  it("that starts on the 31st uses the last day of short months and comes back to the 31st", () => {
    const anchor = at("2027-01-31T10:00:00Z");
    const ends = [1, 2, 3, 4, 13].map((times) => iso(addIntervals(anchor, every("month"), times)));
    expect(ends).toEqual(["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2028-02-29"]);
  });

  it("that starts on 29 February renews on the 28th in years without one", () => {
    const anchor = at("2028-02-29T00:00:00Z");
    expect(iso(addIntervals(anchor, every("year"), 1))).toBe("2029-02-28");
    expect(iso(addIntervals(anchor, every("year"), 4))).toBe("2032-02-29");
  });

  it("has periods that touch and never overlap", () => {
    const anchor = at("2026-08-31T23:59:59Z");
    let period = periodAround(anchor, every("month"), anchor);
    expect(period.start).toBe(anchor);
    for (let month = 1; month <= 30; month += 1) {
      const next = periodAfter(anchor, every("month"), period);
      expect(next.start).toBe(period.end);
      expect(next.end).toBe(addIntervals(anchor, every("month"), month + 1));
      period = next;
    }
  });

  it("gives the second a period ends to the next one", () => {
    const anchor = at("2026-11-01T00:00:00Z");
    expect(periodAround(anchor, every("month"), at("2026-12-01T00:00:00Z") - 1).start).toBe(anchor);
    expect(periodAround(anchor, every("month"), at("2026-12-01T00:00:00Z")).start).toBe(at("2026-12-01T00:00:00Z"));
    expect(periodAround(anchor, every("week", 2), at("2026-11-20T00:00:00Z")).end).toBe(at("2026-11-29T00:00:00Z"));
    expect(iso(periodAround(anchor, every("year"), at("2026-10-31T00:00:00Z")).start)).toBe("2025-11-01");
  });
});
