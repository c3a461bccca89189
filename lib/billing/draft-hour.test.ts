import { expect, test } from "vitest";
import { periodInvoiceOf, pushedOutUntil, type UsageInvoice } from "./draft-hour";

const NOW = new Date("2026-11-22T12:00:00Z");
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const inMs = (ms: number) => new Date(NOW.getTime() + ms);
const draft = (change: Partial<UsageInvoice> = {}): UsageInvoice => ({
  id: "in_1",
  isDraft: true,
  finalizesAt: inMs(30 * MINUTE),
  wasPushedOut: false,
  ...change,
});

test.each<[string, UsageInvoice | null, number, string, number?]>([
  ["is a draft: usage can be told", draft(), 0, "draft"],
  ["is a draft that waits for a person: usage can be told", draft({ finalizesAt: null }), 0, "draft"],
  ["is final in two minutes: it is too late", draft({ finalizesAt: inMs(2 * MINUTE - 1) }), 0, "final"],
  ["is final: it is too late", draft({ isDraft: false }), 0, "final"],
  ["is not made yet: usage can be told", null, -DAY, "running"],
  ["never came in two days: nothing will bill it there", null, -2 * DAY, "final"],
  ["cannot come, since the subscription began later: it is too late", null, -2 * MINUTE, "final", -MINUTE],
  ["may come, since the subscription began by then: usage can be told", null, -MINUTE, "running", -MINUTE],
])("when the invoice of a period %s", (_name, invoice, usedMs, expected, sinceMs) => {
  expect(periodInvoiceOf(invoice, inMs(usedMs), sinceMs === undefined ? null : inMs(sinceMs), NOW)).toBe(expected);
});

test.each<[string, UsageInvoice, Date | null]>([
  ["ten minutes before it is final", draft({ finalizesAt: inMs(10 * MINUTE) }), inMs(DAY)],
  ["not while there is time", draft({ finalizesAt: inMs(10 * MINUTE + 1) }), null],
  ["not twice", draft({ finalizesAt: inMs(MINUTE), wasPushedOut: true }), null],
  ["not when a person finalizes it", draft({ finalizesAt: null }), null],
  ["not when it is final", draft({ isDraft: false }), null],
])("an invoice waits a day for usage: %s", (_name, invoice, until) => {
  expect(pushedOutUntil(invoice, NOW)).toEqual(until);
});
