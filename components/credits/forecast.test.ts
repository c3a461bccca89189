import { expect, test } from "vitest";
import { type Credits, credits } from "@/lib/billing/units";
import { forecastCredits } from "./forecast";

const now = new Date("2026-11-22T12:00:00Z");
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);
const lot = (remaining: number, expiresAt: Date | null = null, effectiveAt = inDays(-1)) => ({
  remaining: credits(remaining) as Credits,
  priority: expiresAt ? 10 : 20,
  expiresAt,
  effectiveAt,
});

test("credits that do not expire last as long as the pace says", () => {
  expect(forecastCredits(700, 7, [lot(1_000)], now)).toEqual({
    perDay: 100,
    emptyAt: inDays(10),
    expiringUnused: 0,
  });
});

test("nothing used means no end in sight", () => {
  expect(forecastCredits(0, 7, [lot(1_000)], now)).toMatchObject({ perDay: 0, emptyAt: null });
});

test("what expires before it is used does not count", () => {
  const forecast = forecastCredits(700, 7, [lot(5_000, inDays(3)), lot(200)], now);
  expect(forecast).toEqual({ perDay: 100, emptyAt: inDays(5), expiringUnused: 4_700 });
});

test("credits still to come carry on after those that are here", () => {
  const forecast = forecastCredits(700, 7, [lot(300), lot(300, null, inDays(3))], now);
  expect(forecast.emptyAt).toEqual(inDays(6));
});

test("a plan's coming credits are spent before bought ones, so that they do not expire unused", () => {
  const forecast = forecastCredits(700, 7, [lot(1_000), lot(500, inDays(9), inDays(3))], now);
  expect(forecast).toEqual({ perDay: 100, emptyAt: inDays(15), expiringUnused: 0 });
});

test("more than a year is no date", () => {
  expect(forecastCredits(7, 7, [lot(1_000_000)], now).emptyAt).toBeNull();
});
