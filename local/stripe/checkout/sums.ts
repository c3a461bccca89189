import type { Context } from "../core/resource.ts";
import { couponOf, reductionOf } from "../invoices/discounts.ts";
import { amountFor } from "../invoices/rating.ts";
import { computeTotals, type Totals } from "../invoices/totals.ts";
import { isMetered } from "../subscriptions/items.ts";
import { fullPrice, priceIn } from "../subscriptions/priced.ts";
import type { Session, SessionLine, SessionRecord } from "./record.ts";

/**
 * What is due today for the lines of a session, after its discount and tax. Metered lines and lines in a trial are due
 * later and count nothing.
 */
export function sumsOf(session: Session, record: SessionRecord, context: Context): Totals {
  const currency = session.currency ?? "usd";
  const trial = hasTrial(record);
  const coupon = record.discount && couponOf(record.discount, session.customer, context);
  return computeTotals(
    record.lines.map((line) => ({
      amountCents: dueToday(line, currency, trial, context),
      product: line.price?.product ?? null,
      discountable: true,
    })),
    coupon ? [reductionOf(coupon, coupon.id, currency)] : [],
    session.automatic_tax.enabled ? context.settings.taxPercent : 0,
  );
}

/** The session and its lines with their amounts worked out anew. */
export function withSums(
  session: Session,
  record: SessionRecord,
  context: Context,
): { session: Session; lines: SessionLine[] } {
  const sums = sumsOf(session, record, context);
  const lines = record.lines.map((line, index) => {
    const part = sums.lines[index];
    const subtotal = dueToday(line, session.currency ?? "usd", hasTrial(record), context);
    const discount = (part?.discounts ?? []).reduce((sum, { amountCents }) => sum + amountCents, 0);
    const tax = part?.taxCents ?? 0;
    return {
      ...line,
      amount_subtotal: subtotal,
      amount_discount: discount,
      amount_tax: tax,
      amount_total: subtotal - discount + tax,
    };
  });
  return {
    lines,
    session: {
      ...session,
      amount_subtotal: sums.subtotalCents,
      amount_total: sums.totalCents,
      total_details: { amount_discount: sums.discountCents, amount_shipping: 0, amount_tax: sums.taxCents },
    },
  };
}

export function hasTrial(record: SessionRecord): boolean {
  return Boolean(record.subscriptionData?.trial_period_days || record.subscriptionData?.trial_end);
}

function dueToday(line: SessionLine, currency: string, trial: boolean, context: Context): number {
  if (!line.price || isMetered(line.price) || (trial && line.price.recurring)) return 0;
  return amountFor(priceIn(fullPrice(line.price.id, context), currency, "currency"), line.quantity ?? 1);
}
