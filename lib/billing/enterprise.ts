import type { Cents, Credits } from "./units";

/** What was agreed with one account, instead of a plan's own figures. */
export interface EnterpriseTerms {
  /** Credits included each month, given when the invoice is finalized. */
  readonly monthlyAllowance: Credits;
  /** Cents per 1,000 credits of overage, by how much was used: volume tiers, the last one open. */
  readonly overageTiers: ReadonlyArray<{ readonly upToCredits: Credits | null; readonly centsPer1000: number }>;
  /** What may be owed in all: open invoices and new overage together. */
  readonly creditLimitCents: Cents;
  readonly openInvoicesCents: Cents;
  readonly netDays: number;
  /** Days after the due date. */
  readonly dunning: {
    readonly warnAfterDays: number;
    readonly downgradeAfterDays: number;
    readonly suspendAfterDays: number;
  };
  readonly autoTopUp: boolean;
}

/** New overage that still fits under the credit limit, in credits at the dearest tier, so that it never exceeds it. */
export function overageWithinLimit(terms: EnterpriseTerms): number {
  const left = terms.creditLimitCents - terms.openInvoicesCents;
  const dearest = Math.max(0, ...terms.overageTiers.map((tier) => tier.centsPer1000));
  if (left <= 0 || dearest === 0) return 0;
  return Math.floor((left * 1000) / dearest);
}
