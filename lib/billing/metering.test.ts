import { describe, expect, test } from "vitest";
import {
  backoffSeconds,
  centsAt,
  correctionOf,
  lateUsage,
  type MeterAnswer,
  type MeterRow,
  type MeterStanding,
  moveAfter,
  type PeriodInvoice,
  routeOf,
  windowOf,
} from "./metering";

const NOW = new Date("2026-11-22T12:00:00Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const later = (ms: number) => new Date(NOW.getTime() + ms);

const row = (change: Partial<MeterRow> = {}): MeterRow => ({
  id: "row",
  revision: 0,
  state: "sending",
  value: 100,
  eventAt: ago(10 * 60_000),
  attempts: 1,
  firstAttemptAt: NOW,
  acceptedAt: null,
  isInDoubt: false,
  isRebased: false,
  ...change,
});

describe("a window", () => {
  const at = (text: string) => new Date(`2026-11-22T${text}Z`);
  test.each<[string, string, [string, string] | null, string, string]>([
    ["is five minutes of the clock", "12:03:10", null, "12:00:00", "12:05:00"],
    ["holds its first moment and not its last", "12:05:00", null, "12:05:00", "12:10:00"],
    ["begins with the period", "12:03:10", ["12:02:31", "13:00:00"], "12:02:31", "12:05:00"],
    ["ends with the period, to the second", "12:03:10", ["11:00:00", "12:03:11"], "12:00:00", "12:03:11"],
    ["of the next period begins where it ended", "12:03:11", ["12:03:11", "13:00:00"], "12:03:11", "12:05:00"],
  ])("%s", (_name, used, period, start, end) => {
    const known = period && { start: at(period[0]), end: at(period[1]) };
    expect(windowOf(at(used), known)).toEqual({ start: at(start), end: at(end) });
  });
});

describe("a row that waits to be sent", () => {
  test.each<[string, Partial<MeterRow>, PeriodInvoice, MeterStanding, ReturnType<typeof routeOf>]>([
    ["closed, in the running period: is sent", {}, "running", "live", { do: "send" }],
    ["closed, its invoice a draft: is sent, even after the end", {}, "draft", "ended", { do: "send" }],
    ["closed, its invoice final: is stale", {}, "final", "live", { do: "stale" }],
    ["closed, older than 34 days: is stale", { eventAt: ago(34 * DAY) }, "running", "live", { do: "stale" }],
    ["closed, just under 34 days: is sent", { eventAt: ago(34 * DAY - 1) }, "running", "live", { do: "send" }],
    ["closed, no metered item yet: is blocked", {}, "running", "waiting", { do: "blocked" }],
    ["closed, no customer: is blocked", {}, "running", "none", { do: "blocked" }],
    ["closed, the plan has ended: is stale", {}, "running", "ended", { do: "stale" }],
    [
      "unsure for less than 23 hours: goes again",
      { isInDoubt: true, firstAttemptAt: ago(23 * HOUR - 1) },
      "running",
      "live",
      { do: "send" },
    ],
    [
      "unsure for 23 hours: is looked up",
      { isInDoubt: true, firstAttemptAt: ago(23 * HOUR) },
      "running",
      "live",
      { do: "verify" },
    ],
    [
      "unsure, and its invoice final: waits until it can be looked up",
      { isInDoubt: true, firstAttemptAt: ago(HOUR) },
      "final",
      "live",
      { do: "wait", until: later(22 * HOUR) },
    ],
  ])("%s", (_name, change, invoice, standing, route) => {
    expect(routeOf(row(change), invoice, standing, NOW)).toEqual(route);
  });
});

describe("a row that was sent", () => {
  const busy: MeterAnswer = { kind: "busy", message: "slow down" };
  const refused: MeterAnswer = { kind: "refused", aboutTime: false, message: "no" };
  const tooOld: MeterAnswer = { kind: "refused", aboutTime: true, message: "too old" };
  const doubt = { isInDoubt: true };
  test.each<[string, MeterAnswer, Partial<MeterRow>, string, Date | null]>([
    ["taken, or taken before: is accepted, and compared in an hour", { kind: "accepted" }, {}, "accepted", later(HOUR)],
    ["rate limited: is closed again, and its customer spared", busy, {}, "closed", later(2000)],
    ["rate limited while in doubt: stays unsure", busy, doubt, "unsure", later(2000)],
    ["unanswered: is unsure", { kind: "unknown", message: "500" }, {}, "unsure", later(60_000)],
    [
      "unanswered for the third time: waits longer",
      { kind: "unknown", message: "500" },
      { attempts: 3 },
      "unsure",
      later(240_000),
    ],
    ["without a meter: is blocked", { kind: "no_meter", message: "no meter" }, {}, "blocked", later(600_000)],
    ["refused: is rejected", refused, {}, "rejected", null],
    ["refused while in doubt: is looked up", refused, doubt, "verify", NOW],
    ["refused for its time: is stale", tooOld, {}, "stale", NOW],
    ["refused for its time after it was dated anew: is rejected", tooOld, { isRebased: true }, "rejected", null],
  ])("%s", (_name, answer, change, state, nextAttemptAt) => {
    expect(moveAfter(answer, row(change), 0, NOW)).toMatchObject({ state, nextAttemptAt });
  });

  test("its customer is spared for 2 seconds, doubling up to 5 minutes, and nobody else is", () => {
    expect([0, 1, 2, 7, 8, 50].map(backoffSeconds)).toEqual([2, 4, 8, 256, 300, 300]);
    expect(moveAfter(busy, row(), 2, NOW).spareUntil).toEqual(later(8000));
    expect(moveAfter({ kind: "accepted" }, row(), 2, NOW).spareUntil).toBeNull();
  });
});

test.each<[MeterStanding, string]>([
  ["live", "rebase"],
  ["ended", "invoice_item"],
  ["waiting", "wait"],
  ["none", "wait"],
])("late usage of a subscription that is %s: %s", (standing, fate) => {
  expect(lateUsage(standing)).toBe(fate);
});

describe("a correction downwards", () => {
  const accepted = { state: "accepted" as const, acceptedAt: ago(23 * HOUR - 1) };
  test.each<[string, Partial<MeterRow>, number, PeriodInvoice, string]>([
    ["of what was not sent: edits it", { state: "closed" }, 60, "running", "edit"],
    ["of what Stripe rejected: edits it", { state: "rejected" }, 60, "running", "edit"],
    ["of what is on its way: waits", { state: "unsure" }, 60, "running", "busy"],
    ["of what was taken within 23 hours: cancels it", accepted, 60, "running", "cancel"],
    [
      "of what was taken 23 hours ago: offsets it",
      { ...accepted, acceptedAt: ago(23 * HOUR) },
      60,
      "running",
      "offset",
    ],
    ["in the draft hour: cancels it still", accepted, 60, "draft", "cancel"],
    ["of a period whose invoice is final: needs a credit note", accepted, 60, "final", "needs_credit_note"],
    ["of what was billed: needs a credit note", { state: "billed" }, 60, "running", "needs_credit_note"],
    ["upwards: is none", accepted, 101, "running", "not_lower"],
    ["below nothing: is none", accepted, -1, "running", "not_lower"],
  ])("%s", (_name, change, rightValue, invoice, how) => {
    expect(correctionOf(row(change), rightValue, invoice, NOW)).toBe(how);
  });
});

test.each([
  [1, "0.01", 0],
  [50, "0.01", 1],
  [149, "0.01", 1],
  [150, "0.01", 2],
  [123_456, "0.012", 1481],
  [1_000_000, "0.008", 8000],
  [3, "2", 6],
])("%i credits at %s cents are %i cents", (credits, perCredit, cents) => {
  expect(centsAt(credits, perCredit)).toBe(cents);
});
