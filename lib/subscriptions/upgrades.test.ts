import { expect, test } from "vitest";
import { planOf } from "@/lib/billing/offers";
import type { ReadSubscription } from "./snapshot";
import { upgradesOf } from "./upgrades";

const start = new Date("2026-11-01T00:00:00Z");
const half = new Date("2026-11-08T00:00:00Z");
const end = new Date("2026-11-15T00:00:00Z");
const base = (key: "starter" | "pro") => {
  const plan = planOf(key);
  return { kind: "base", plan, planKey: key, version: plan.version, interval: "monthly" } as const;
};
const line = (key: "starter" | "pro", from: Date, isProration: boolean, cents: number) => ({
  meaning: base(key),
  isProration,
  period: { start: from, end },
  listCents: cents,
  netCents: cents,
});

/** Somebody who took Starter and half-way went over to Pro. */
const upgraded = (trialEnd: Date | null, cents: number) =>
  ({
    base: base("pro"),
    trialEnd,
    periodStart: start,
    periodEnd: end,
    invoices: [
      {
        invoice: { id: "in_2", status: "paid", currency: "usd" },
        lines: [line("starter", half, true, -cents), line("pro", half, true, 3 * cents)],
      },
      { invoice: { id: "in_1", status: "paid", currency: "usd" }, lines: [line("starter", start, false, cents)] },
    ],
  }) as unknown as ReadSubscription;

test("a dearer plan taken in the middle of a trial is paid by nobody yet, and brings nothing", () => {
  expect(upgradesOf(upgraded(end, 0))).toEqual([]);
});

test("a dearer plan taken when the trial is over, or without one, is an upgrade", () => {
  for (const trialEnd of [null, start])
    expect(upgradesOf(upgraded(trialEnd, 1450))).toMatchObject([{ invoice: "in_2", at: half }]);
});
