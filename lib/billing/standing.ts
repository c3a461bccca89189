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
  /** Whether an invoice of this subscription was ever paid. */
  readonly everPaid: boolean;
  /** End of a period that was paid after we had cancelled the subscription. */
  readonly paidThrough: Date | null;
  /** Where an open invoice can be paid. */
  readonly payUrl: string | null;
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
  readonly terms: EnterpriseTerms | null;
  readonly debt: Credits;
  /** Overage on the last paid invoice, the most that is trusted to an account whose payment has failed. */
  readonly lastPaidOverage: Credits;
}
