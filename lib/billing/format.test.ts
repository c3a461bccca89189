import { expect, test } from "vitest";
import { formatCredits, formatDate, formatMoney } from "./format";

test("credits, money and days are written as people read them", () => {
  expect(formatCredits(12_400)).toBe("12,400");
  expect(formatMoney(2_900, "usd")).toBe("$29.00");
  expect(formatMoney(123_456, "eur", "de-DE")).toMatch(/^1\.234,56\s€$/u);
  expect(formatMoney(500, "jpy")).toBe("¥500");
  expect(formatDate(new Date("2026-11-22T23:59:00Z"))).toBe("22 Nov 2026");
});
