import type { PeriodInvoice } from "./metering";

/** The invoice of a period, as far as metering cares. */
export interface UsageInvoice {
  readonly id: string;
  readonly isDraft: boolean;
  /** When Stripe makes it final by itself; null while it waits for a person. */
  readonly finalizesAt: Date | null;
  readonly wasPushedOut: boolean;
}

const MINUTE_MS = 60_000;
const PUSH_OUT_BEFORE_MS = 10 * MINUTE_MS;
const PUSH_OUT_BY_MS = 24 * 60 * MINUTE_MS;
const TOO_LATE_MS = 2 * MINUTE_MS;
const INVOICE_COMES_WITHIN_MS = 2 * 24 * 60 * MINUTE_MS;

/**
 * Whether usage of a period that is over can still be told: while its invoice is a draft. In the last two minutes it is
 * too late, since Stripe counts what it was told only after a while. Just after the period's end the invoice may not
 * exist yet. Usage from before the subscription began, left over from an earlier one, is on none of its invoices.
 * @param usedAt what the usage is dated to
 * @param soldSince when the subscription began
 */
export function periodInvoiceOf(
  invoice: UsageInvoice | null,
  usedAt: Date,
  soldSince: Date | null,
  now: Date,
): PeriodInvoice {
  if (!invoice && soldSince && usedAt < soldSince) return "final";
  if (!invoice) return now.getTime() - usedAt.getTime() < INVOICE_COMES_WITHIN_MS ? "running" : "final";
  if (!invoice.isDraft) return "final";
  const left = invoice.finalizesAt ? invoice.finalizesAt.getTime() - now.getTime() : Number.POSITIVE_INFINITY;
  return left < TOO_LATE_MS ? "final" : "draft";
}

/**
 * Until when a draft is kept from becoming final because usage of its period has not arrived: by at most a day, and
 * once. Null while there is time, or when it was done before.
 */
export function pushedOutUntil(invoice: UsageInvoice, now: Date): Date | null {
  if (!invoice.isDraft || invoice.wasPushedOut || !invoice.finalizesAt) return null;
  if (invoice.finalizesAt.getTime() - now.getTime() > PUSH_OUT_BEFORE_MS) return null;
  return new Date(now.getTime() + PUSH_OUT_BY_MS);
}
