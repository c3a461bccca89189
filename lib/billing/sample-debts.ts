import type { DunningCase, DunningFacts, UnpaidInvoice } from "./dunning";
import { inDays, now } from "./sample-standing";
import type { DunningStage, SubscriptionStatus } from "./standing";

/** An invoice whose first attempt failed a day ago. */
export const invoice = (change: Partial<UnpaidInvoice> = {}): UnpaidInvoice => ({
  id: "in_1",
  attempts: 1,
  onTerms: false,
  failedAt: inDays(-1),
  collection: "running",
  isRefusedForGood: false,
  needsAction: false,
  isUncollectible: false,
  isProcessing: false,
  ...change,
});
/** Invoices that are owed under a plan that is past due. */
export const owing = (unpaid: UnpaidInvoice[], change: Partial<DunningFacts> = {}): DunningFacts => ({
  unpaid,
  settled: [],
  subscription: { status: "past_due", collectionPaused: false },
  customerDeleted: false,
  ...change,
});
export const withStatus = (status: SubscriptionStatus) => ({ subscription: { status, collectionPaused: false } });
/** A case of a day, at a stage. */
export const at = (stage: DunningStage, change: Partial<DunningCase> = {}): DunningCase => ({
  stage,
  openedAt: inDays(-1),
  pausedAt: null,
  pausedMs: 0,
  askedAt: now,
  ...change,
});
