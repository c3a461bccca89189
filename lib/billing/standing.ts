import type { Interval, PlanKey } from "./catalogue";
import type { EnterpriseTerms } from "./enterprise";
import type { Credits } from "./units";

/** Stripe's statuses as we know them; whatever else Stripe may send becomes `unknown`. */
export const SUBSCRIPTION_STATUSES = [
  "incomplete",
  "incomplete_expired",
  "trialing",
  "active",
  "past_due",
  "canceled",
  "unpaid",
  "paused",
] as const;
export type KnownStatus = (typeof SUBSCRIPTION_STATUSES)[number];
export type SubscriptionStatus = KnownStatus | "unknown";

/** Stages of an open dunning case; no case means that the account is current. */
export type DunningStage = "retrying" | "warned" | "downgraded" | "suspended";

/** Our snapshot of the subscription that counts for an account. */
export interface StandingSubscription {
  readonly id: string;
  readonly status: SubscriptionStatus;
  /** The last status we understood, and since when Stripe sends one that we do not. */
  readonly lastKnownStatus: KnownStatus | null;
  readonly unknownSince: Date | null;
  /** null when the price is none of ours or its plan version was forgotten. */
  readonly plan: PlanKey | null;
  readonly planVersion: number | null;
  readonly lastKnownPlan: PlanKey | null;
  readonly interval: Interval;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly trialEnd: Date | null;
  readonly cancelAt: Date | null;
  readonly collectionPaused: boolean;
  readonly meteredItem: boolean;
  /** Whose price overage has now: after an upgrade that of the plan before, until it renews. null: none of ours. */
  readonly overagePlan: { readonly plan: PlanKey; readonly version: number } | null;
  /** Whether an invoice of this subscription with an amount was ever paid; the 0.00 of a trial or a sign-up is none. */
  readonly everPaid: boolean;
  /** End of a period that was paid after we had cancelled the subscription. */
  readonly paidThrough: Date | null;
  /** Where an open invoice can be paid. */
  readonly payUrl: string | null;
  /** Whether a trial, or a plan that paused after one, has a card to be charged; true when there is neither. */
  readonly trialHasCard: boolean;
  /** A change that takes place at the end of the period, and can be revoked until then. */
  readonly scheduled: {
    readonly plan: PlanKey;
    readonly version: number;
    readonly interval: Interval;
    readonly at: Date;
  } | null;
  /** Since when the plan is being ended at once, by its owner: access is off while the last use is being billed. */
  readonly endingRequestedAt: Date | null;
  /** An upgrade that waits for its payment; until then the old plan is in force. */
  readonly pending: { readonly plan: PlanKey | null; readonly until: Date; readonly payUrl: string | null } | null;
}

/** What several features must know about an account; read from the view account_standing. */
export interface Standing {
  /** Free credits are a person's: a team on the Free plan has none. */
  readonly accountKind: "personal" | "team";
  readonly hold: "admin" | "fraud" | null;
  readonly openDispute: boolean;
  readonly subscription: StandingSubscription | null;
  /** Further live subscriptions at Stripe that change nothing and that an admin must look at. */
  readonly otherLiveSubscriptions: number;
  readonly dunning: { readonly stage: DunningStage; readonly openedAt: Date } | null;
  /** An unpaid case was lost with its customer: no overage until an admin allows it again. */
  readonly overageHeld: boolean;
  /** The subscription that counts ended while something was owed; dunning tells of that, and not as a farewell. */
  readonly endedUnpaid: boolean;
  readonly terms: EnterpriseTerms | null;
  readonly debt: Credits;
  /** The most overage a period may bring, as the owner chose it; null: nobody has chosen. */
  readonly overageCap: Credits | null;
  /** Overage on the last paid invoice, the most that is trusted to an account whose payment has failed. */
  readonly lastPaidOverage: Credits;
  /** Overage of periods before the running one that no paid invoice covers, while nothing was ever paid; it counts against the trust cap. */
  readonly unpaidOverage: Credits;
  /** When a trial of the account was last refused, because its card or person has had one; null if that has not happened. */
  readonly trialRefusedAt: Date | null;
}
