import type Stripe from "stripe";
import type { BasePeriod } from "@/lib/billing/grants";
import { type KnownStatus, SUBSCRIPTION_STATUSES, type SubscriptionStatus } from "@/lib/billing/standing";
import { fromSeconds, fromSecondsOrNull } from "@/lib/stripe/client";
import { type SubscriptionLine, subscriptionLines, subscriptionOf } from "@/lib/stripe/invoices";
import { meaningOf, type PriceMeaning } from "@/lib/stripe/prices";

type BaseMeaning = Extract<PriceMeaning, { kind: "base" }>;

/** An invoice of a subscription with its translated lines. */
export interface ReadInvoice {
  readonly invoice: Stripe.Invoice;
  readonly lines: SubscriptionLine[];
}

/** A subscription as Stripe has it now, translated. */
export interface ReadSubscription {
  readonly raw: Stripe.Subscription;
  readonly status: SubscriptionStatus;
  readonly base: BaseMeaning | null;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly trialEnd: Date | null;
  readonly cancelAt: Date | null;
  readonly endedAt: Date | null;
  readonly meteredItem: boolean;
  readonly invoices: ReadInvoice[];
}

const LIVE: readonly SubscriptionStatus[] = ["trialing", "active", "past_due", "unpaid", "paused", "unknown"];
export const isLive = (subscription: ReadSubscription) => LIVE.includes(subscription.status);

/** Stripe's status as one of ours; one that this code does not know is `unknown`, never an error. */
export function toStatus(status: string): SubscriptionStatus {
  return SUBSCRIPTION_STATUSES.find((known): known is KnownStatus => known === status) ?? "unknown";
}

/** Translates a subscription and its invoices. @throws Error for a subscription without items, which Stripe never has */
export async function readSubscription(
  raw: Stripe.Subscription,
  invoices: Stripe.Invoice[],
): Promise<ReadSubscription> {
  const items = await Promise.all(raw.items.data.map(async (item) => ({ item, meaning: await meaningOf(item.price) })));
  const baseItem = items.find(({ meaning }) => meaning?.kind === "base") ?? items[0];
  if (!baseItem) throw new Error(`The subscription ${raw.id} has no items`);
  const own = invoices.filter((invoice) => subscriptionOf(invoice) === raw.id);
  return {
    raw,
    status: toStatus(raw.status),
    base: baseItem.meaning?.kind === "base" ? baseItem.meaning : null,
    periodStart: fromSeconds(baseItem.item.current_period_start),
    periodEnd: fromSeconds(baseItem.item.current_period_end),
    trialEnd: fromSecondsOrNull(raw.trial_end),
    cancelAt: cancelAtOf(raw, fromSeconds(baseItem.item.current_period_end)),
    endedAt: fromSecondsOrNull(raw.ended_at),
    meteredItem: items.some(({ meaning }) => meaning?.kind === "overage"),
    invoices: await Promise.all(own.map(async (invoice) => ({ invoice, lines: await subscriptionLines(invoice) }))),
  };
}

function cancelAtOf(raw: Stripe.Subscription, periodEnd: Date): Date | null {
  return fromSecondsOrNull(raw.cancel_at) ?? (raw.cancel_at_period_end ? periodEnd : null);
}

/**
 * The subscription that counts for the account: the oldest live one that we made, else the oldest live one, else one
 * whose first payment is unfinished, else the one that ended last.
 * @param before the one that counted until now; of two made in the same second it stays
 */
export function mirroredOf(
  subscriptions: ReadSubscription[],
  account: string,
  before: string | null,
): ReadSubscription | null {
  const isBefore = ({ raw }: ReadSubscription) => (raw.id === before ? 0 : 1);
  const byAge = [...subscriptions].sort((a, b) => a.raw.created - b.raw.created || isBefore(a) - isBefore(b));
  const live = byAge.filter(isLive);
  return (
    live.find((subscription) => subscription.raw.metadata.account === account) ??
    live[0] ??
    byAge.find((subscription) => subscription.status === "incomplete") ??
    byAge.at(-1) ??
    null
  );
}

/** Lines that charge a whole period of a base price of ours; proration lines and foreign prices are not among them. */
export function baseLines({ lines }: ReadInvoice) {
  return lines.flatMap((line) =>
    line.meaning?.kind === "base" && !line.isProration ? [{ ...line, meaning: line.meaning }] : [],
  );
}

/** The base period a line or an item stands for; null when plans.ts has forgotten what was sold. */
export function basePeriod(
  subscription: ReadSubscription,
  meaning: BaseMeaning,
  period: { start: Date; end: Date },
  termsAllowance: number | null,
): BasePeriod | null {
  const monthlyAllowance = meaning.planKey === "enterprise" ? termsAllowance : (meaning.plan?.monthlyAllowance ?? null);
  if (monthlyAllowance === null) return null;
  return { subscription: subscription.raw.id, interval: meaning.interval, monthlyAllowance, period };
}

/** Where an open invoice of the subscription can be paid: the oldest first. */
export function payUrlOf({ invoices }: ReadSubscription): string | null {
  const open = invoices.filter(({ invoice }) => invoice.status === "open" && invoice.hosted_invoice_url);
  return open.sort((a, b) => a.invoice.created - b.invoice.created)[0]?.invoice.hosted_invoice_url ?? null;
}

/** End of a period that was paid only after the subscription had ended; it is honoured. */
function paidThroughOf(subscription: ReadSubscription): Date | null {
  const { endedAt } = subscription;
  if (!endedAt) return null;
  const ends = subscription.invoices
    .filter(
      ({ invoice }) => invoice.status === "paid" && fromSeconds(invoice.status_transitions.paid_at ?? 0) > endedAt,
    )
    .flatMap((read) => baseLines(read).map((line) => line.period.end.getTime()));
  return ends.length > 0 ? new Date(Math.max(...ends)) : null;
}

/** A subscription as the database stores it. */
export function toSubscriptionRow(subscription: ReadSubscription, isMirrored: boolean): Record<string, unknown> {
  const { raw, base } = subscription;
  return {
    id: raw.id,
    livemode: raw.livemode,
    status: subscription.status,
    stripe_status: raw.status,
    is_mirrored: isMirrored,
    plan_key: base?.planKey ?? null,
    plan_version: base?.version ?? null,
    billing_interval: base?.interval ?? null,
    items: raw.items.data.map((item) => ({ id: item.id, price: item.price.id, quantity: item.quantity ?? null })),
    period_start_at: subscription.periodStart,
    period_end_at: subscription.periodEnd,
    trial_start_at: fromSecondsOrNull(raw.trial_start),
    trial_end_at: subscription.trialEnd,
    cancel_at: subscription.cancelAt,
    ended_at: subscription.endedAt,
    paid_through_at: paidThroughOf(subscription),
    collection_paused: raw.pause_collection !== null,
    has_metered_item: subscription.meteredItem,
    ever_paid: subscription.invoices.some(({ invoice }) => invoice.status === "paid"),
    pay_url: payUrlOf(subscription),
    created_at: fromSeconds(raw.created),
  };
}
