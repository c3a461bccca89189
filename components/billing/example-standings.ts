import * as sample from "@/lib/billing/sample-standing";
import type { Standing, StandingSubscription } from "@/lib/billing/standing";
import { cents, credits } from "@/lib/billing/units";

export const { now } = sample;

/** Somebody without a subscription, whose owner has chosen no cap. */
export const nobody: Standing = { ...sample.nobody, overageCap: null, lastPaidOverage: credits(0) };

/** Starter, monthly, from 1 Nov to 1 Dec 2026, paid. */
export const starter: StandingSubscription = {
  ...sample.starter,
  periodStart: new Date("2026-11-01T00:00:00Z"),
  periodEnd: new Date("2026-12-01T00:00:00Z"),
};

const openedAt = new Date("2026-11-20T00:00:00Z");
const payUrl = "https://pay.example/in_1";
const end = starter.periodEnd;

const withPlan = (subscription: Partial<StandingSubscription>, standing: Partial<Standing> = {}): Standing => ({
  ...nobody,
  ...standing,
  subscription: { ...starter, ...subscription },
});

/** An account in every state of the entitlement table. */
export const examples = {
  free: nobody,
  "free team": { ...nobody, accountKind: "team" },
  active: withPlan({}),
  yearly: withPlan({ interval: "yearly", periodEnd: new Date("2027-11-01T00:00:00Z") }),
  "pay as you go": withPlan({ plan: "payg", lastKnownPlan: "payg", everPaid: false }),
  "without the metered item": withPlan({ meteredItem: false }),
  "trial with a card": withPlan({ plan: "pro", status: "trialing", trialEnd: end, everPaid: false }),
  "trial without a card": withPlan({ plan: "pro", status: "trialing", trialEnd: end, trialHasCard: false }),
  "trial just over": withPlan({ status: "trialing", trialEnd: new Date("2026-11-22T11:59:00Z") }),
  "trial canceled": withPlan({ status: "trialing", trialEnd: end, cancelAt: end }),
  "ends on a day": withPlan({ cancelAt: end }),
  "change to come": withPlan({
    plan: "pro",
    lastKnownPlan: "pro",
    scheduled: { plan: "starter", version: 1, interval: "monthly", at: end },
  }),
  "yearly to come": withPlan({ scheduled: { plan: "starter", version: 1, interval: "yearly", at: end } }),
  "upgrade unpaid": withPlan({ pending: { plan: "pro", until: new Date("2026-11-23T11:00:00Z"), payUrl } }),
  "past due": withPlan({ status: "past_due", payUrl }, { dunning: { stage: "retrying", openedAt } }),
  warned: withPlan({ status: "past_due", payUrl }, { dunning: { stage: "warned", openedAt } }),
  downgraded: withPlan({ status: "past_due", payUrl }, { dunning: { stage: "downgraded", openedAt } }),
  unpaid: withPlan({ status: "unpaid", payUrl }),
  suspended: withPlan({ status: "canceled", payUrl }, { dunning: { stage: "suspended", openedAt } }),
  "on hold": withPlan({}, { hold: "admin" }),
  paused: withPlan({ status: "paused", trialHasCard: false }),
  "paused with a card": withPlan({ status: "paused" }),
  "collection paused": withPlan({ collectionPaused: true }),
  "unknown plan": withPlan({ plan: null, planVersion: null }),
  "stale mirror": withPlan({ periodEnd: new Date("2026-11-15T00:00:00Z") }),
  "unknown status": withPlan({ status: "unknown", unknownSince: now }),
  incomplete: withPlan({ status: "incomplete", payUrl, everPaid: false }),
  "incomplete, no link yet": withPlan({ status: "incomplete", everPaid: false }),
  "incomplete expired": withPlan({ status: "incomplete_expired", everPaid: false }),
  canceled: withPlan({ status: "canceled" }),
  "canceled but paid": withPlan({ status: "canceled", paidThrough: end }),
  ending: withPlan({ endingRequestedAt: now }),
  "trial refused": withPlan({ plan: "pro", status: "canceled", everPaid: false }, { trialRefusedAt: now }),
  enterprise: withPlan(
    { plan: "enterprise", lastKnownPlan: "enterprise" },
    {
      accountKind: "team",
      terms: {
        monthlyAllowance: credits(2_000_000),
        overageTiers: [{ upToCredits: null, centsPer1000: 6 }],
        creditLimitCents: cents(500_000),
        openInvoicesCents: cents(0),
        netDays: 30,
        dunning: { warnAfterDays: 7, downgradeAfterDays: 21, suspendAfterDays: 45 },
        autoTopUp: false,
      },
    },
  ),
} satisfies Record<string, Standing>;

export type Example = keyof typeof examples;
