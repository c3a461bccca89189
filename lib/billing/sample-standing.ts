import type { EnterpriseTerms } from "./enterprise";
import { WHOLE_PLAN } from "./overage";
import { policy } from "./plans";
import type { Standing, StandingSubscription } from "./standing";
import { cents, credits } from "./units";

/** The time of all samples. */
export const now = new Date("2026-11-22T12:00:00Z");
export const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);

/** Starter, monthly, paid, in the middle of its period. */
export const starter: StandingSubscription = {
  id: "sub_1",
  status: "active",
  lastKnownStatus: "active",
  unknownSince: null,
  plan: "starter",
  planVersion: 1,
  lastKnownPlan: "starter",
  interval: "monthly",
  periodStart: inDays(-10),
  periodEnd: inDays(20),
  trialEnd: null,
  cancelAt: null,
  collectionPaused: false,
  meteredItem: true,
  overagePlan: null,
  everPaid: true,
  paidThrough: null,
  payUrl: null,
  trialHasCard: true,
  scheduled: null,
  endingRequestedAt: null,
  pending: null,
};
/** An account in good standing without any plan. */
export const nobody: Standing = {
  accountKind: "personal",
  hold: null,
  openDispute: false,
  subscription: null,
  otherLiveSubscriptions: 0,
  dunning: null,
  overageHeld: false,
  endedUnpaid: false,
  terms: null,
  debt: credits(0),
  overageCap: WHOLE_PLAN,
  lastPaidOverage: credits(700),
  unpaidOverage: credits(0),
  trialRefusedAt: null,
};
/** Agreed with an enterprise: 600 dollars left under the limit, at 5 cents per 1,000. */
export const terms: EnterpriseTerms = {
  monthlyAllowance: credits(5_000_000),
  overageTiers: [{ upToCredits: null, centsPer1000: 5 }],
  creditLimitCents: cents(100_000),
  openInvoicesCents: cents(40_000),
  netDays: 30,
  dunning: policy.dunning,
  autoTopUp: false,
};
/** An account on Starter that has paid and whose owner allows all the overage there is, changed as a test needs it. */
export const subscribed = (change: Partial<StandingSubscription> = {}, standing: Partial<Standing> = {}): Standing => ({
  ...nobody,
  subscription: { ...starter, ...change },
  ...standing,
});
export const stage = (name: "retrying" | "warned" | "downgraded" | "suspended") => ({
  dunning: { stage: name, openedAt: inDays(-2) },
});
