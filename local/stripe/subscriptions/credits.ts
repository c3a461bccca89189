import type { Context } from "../core/resource.ts";
import { shareOf } from "../invoices/decimal.ts";
import { reductionsOf } from "../invoices/discounts.ts";
import { type CreditedLines, chargeLine, creditLine, type LineDraft } from "../invoices/lines.ts";
import { amountFor } from "../invoices/rating.ts";
import { computeTotals } from "../invoices/totals.ts";
import { billedItem, isMetered, recurrenceOf, type Subscription, type SubscriptionItem } from "./items.ts";
import { periodAround } from "./periods.ts";

/** A line for the rest of an item's period, and the item it is of. */
export interface Proration {
  item: string;
  line: LineDraft;
}

/** What was charged in advance for an item: by an invoice, or by an invoice item that still waits for one. */
interface Debit {
  netCents: number;
  credited: CreditedLines | null;
  start: number;
  end: number;
}

/**
 * The credit for the rest of an item's period from a moment on: the share by seconds of what was last charged for it,
 * discounts included, as flexible billing does. Nothing when nothing was charged, or the item is free or metered; what
 * only a discount made nothing is a line of zero.
 */
export function creditFor(
  subscription: Subscription,
  item: SubscriptionItem,
  at: number,
  context: Context,
): Proration | null {
  if (isMetered(item.price)) return null;
  const debit = lastDebit(subscription, item, context);
  if (!debit || debit.end <= at) return null;
  const rest = { start: Math.max(at, debit.start), end: debit.end };
  const share = (cents: number) => shareOf(cents, rest.end - rest.start, debit.end - debit.start);
  const billed = billedItem(item, subscription.currency, context);
  const quantity = item.quantity ?? 1;
  const amount = share(debit.netCents);
  if (amount === 0 && share(amountFor(billed.price, quantity)) === 0) return null;
  return { item: item.id, line: creditLine(billed, quantity, rest, amount, debit.credited) };
}

/**
 * The charge for the rest of an item's period from a moment on: the share by seconds of its price, discounts taken off.
 * One that a discount makes free is still a line, of zero.
 */
export function chargeFor(
  subscription: Subscription,
  item: SubscriptionItem,
  at: number,
  context: Context,
): Proration | null {
  if (isMetered(item.price) || item.current_period_end <= at) return null;
  const billed = billedItem(item, subscription.currency, context);
  const quantity = item.quantity ?? 1;
  const whole = periodAround(subscription.billing_cycle_anchor, recurrenceOf(item.price), at);
  const rest = { start: at, end: item.current_period_end };
  const share = (cents: number) => shareOf(cents, rest.end - rest.start, whole.end - whole.start);
  const listed = amountFor(billed.price, quantity);
  if (share(listed) === 0) return null;
  const amount = share(afterDiscounts(subscription, listed, item.price.product, context));
  return { item: item.id, line: chargeLine(billed, quantity, rest, amount) };
}

function afterDiscounts(subscription: Subscription, amountCents: number, product: string, context: Context): number {
  const reductions = reductionsOf(subscription.discounts, subscription.currency, context);
  return computeTotals([{ amountCents, product, discountable: true }], reductions, 0).totalCents;
}

function lastDebit(subscription: Subscription, item: SubscriptionItem, context: Context): Debit | undefined {
  const waiting = context.store.objects("invoiceitem").list((row) => {
    const owner = row.parent?.subscription_details?.subscription_item;
    return (
      owner === item.id &&
      row.invoice === null &&
      row.amount >= 0 &&
      row.pricing?.price_details?.price === item.price.id
    );
  });
  const last = waiting.at(-1);
  if (last) return { netCents: last.amount, credited: null, ...last.period };
  const invoices = context.store.objects("invoice").list(({ parent, status }) => {
    return parent?.subscription_details?.subscription === subscription.id && status !== "void";
  });
  for (const invoice of invoices.reverse()) {
    const lines = invoice.lines.data.filter((line) => {
      const owner = line.parent?.subscription_item_details?.subscription_item;
      const current = line.period.end === item.current_period_end && line.period.end > line.period.start;
      return owner === item.id && current && line.amount >= 0 && line.pricing?.price_details?.price === item.price.id;
    });
    const [first] = lines;
    if (!first) continue;
    const taken = lines.flatMap((line) => line.discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
    return {
      netCents: lines.reduce((sum, { amount }) => sum + amount, 0) - taken,
      credited: { invoice: invoice.id, invoice_line_items: lines.map(({ id }) => id) },
      start: first.period.start,
      end: first.period.end,
    };
  }
  return undefined;
}
