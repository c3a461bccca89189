import type Stripe from "stripe";
import type { BasePeriod } from "@/lib/billing/grants";
import { type KnownStatus, SUBSCRIPTION_STATUSES, type SubscriptionStatus } from "@/lib/billing/standing";
import { fromSeconds, fromSecondsOrNull } from "@/lib/stripe/client";
import { type SubscriptionLine, subscriptionLines, subscriptionOf } from "@/lib/stripe/invoices";
import { meaningOf, type PriceMeaning } from "@/lib/stripe/prices";
import { type PlannedPlan, type ReadSchedule, readSchedule } from "./planned";

export type BaseMeaning = Extract<PriceMeaning, { kind: "base" }>;

/** An item of a subscription with what its price stands for. */
export interface ReadItem {
  readonly item: Stripe.SubscriptionItem;
  readonly meaning: PriceMeaning | null;
}

/** An invoice of a subscription with its translated lines. */
export interface ReadInvoice {
  readonly invoice: Stripe.Invoice;
  readonly lines: SubscriptionLine[];
}

/** A subscription as Stripe has it now, translated. */
export interface ReadSubscription {
  readonly raw: Stripe.Subscription;
  readonly status: SubscriptionStatus;
  readonly baseItem: Stripe.SubscriptionItem;
  readonly base: BaseMeaning | null;
  readonly overageItem: ReadItem | null;
  /** Every item, also those that are none of ours. */
  readonly items: readonly ReadItem[];
  readonly schedule: ReadSchedule | null;
  /** Another plan or interval that a schedule brings, ours or not. */
  readonly scheduled: PlannedPlan | null;
  /** An upgrade that waits for its payment. */
  readonly pending: { readonly plan: string | null; readonly until: Date } | null;
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
  const base = baseItem.meaning?.kind === "base" ? baseItem.meaning : null;
  const overageItem = items.find(({ meaning }) => meaning?.kind === "overage") ?? null;
  const schedule = await readSchedule(raw, base);
  return {
    raw,
    status: toStatus(raw.status),
    baseItem: baseItem.item,
    base,
    overageItem,
    items,
    schedule,
    scheduled: schedule?.next ?? null,
    pending: await pendingOf(raw),
    periodStart: fromSeconds(baseItem.item.current_period_start),
    periodEnd: fromSeconds(baseItem.item.current_period_end),
    trialEnd: fromSecondsOrNull(raw.trial_end),
    cancelAt: cancelAtOf(raw, fromSeconds(baseItem.item.current_period_end)),
    endedAt: fromSecondsOrNull(raw.ended_at),
    meteredItem: overageItem !== null,
    invoices: await Promise.all(own.map(async (invoice) => ({ invoice, lines: await subscriptionLines(invoice) }))),
  };
}

async function pendingOf({ pending_update: update }: Stripe.Subscription): Promise<ReadSubscription["pending"]> {
  if (!update) return null;
  const meanings = await Promise.all((update.subscription_items ?? []).map(({ price }) => meaningOf(price)));
  const base = meanings.find((meaning) => meaning?.kind === "base");
  return { plan: base?.kind === "base" ? base.planKey : null, until: fromSeconds(update.expires_at) };
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

/** Where an invoice of the subscription that is owed can be paid: the oldest first. */
export function payUrlOf({ invoices }: ReadSubscription): string | null {
  const open = invoices.filter(
    ({ invoice }) => (invoice.status === "open" || invoice.status === "uncollectible") && invoice.hosted_invoice_url,
  );
  return open.sort((a, b) => a.invoice.created - b.invoice.created)[0]?.invoice.hosted_invoice_url ?? null;
}

/** End of a period that was paid only after the subscription had ended; it is honoured. */
export function paidThroughOf(subscription: ReadSubscription): Date | null {
  const { endedAt } = subscription;
  if (!endedAt) return null;
  const ends = subscription.invoices
    .filter(
      ({ invoice }) => invoice.status === "paid" && fromSeconds(invoice.status_transitions.paid_at ?? 0) > endedAt,
    )
    .flatMap((read) => baseLines(read).filter((line) => !line.isCredited))
    .map((line) => line.period.end.getTime());
  return ends.length > 0 ? new Date(Math.max(...ends)) : null;
}

/** A subscription as the database stores it. */
export function toSubscriptionRow(subscription: ReadSubscription, isMirrored: boolean): Record<string, unknown> {
  const { raw, base, overageItem } = subscription;
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
    overage_plan_key: overageItem?.meaning?.kind === "overage" ? overageItem.meaning.planKey : null,
    overage_plan_version: overageItem?.meaning?.kind === "overage" ? overageItem.meaning.version : null,
    overage_starts_at: overageItem ? fromSeconds(overageItem.item.current_period_start) : null,
    overage_ends_at: overageItem ? fromSeconds(overageItem.item.current_period_end) : null,
    ever_paid: subscription.invoices.some(({ invoice }) => invoice.status === "paid" && invoice.total > 0),
    pay_url: payUrlOf(subscription),
    scheduled_plan_key: subscription.scheduled?.plan ?? null,
    scheduled_plan_version: subscription.scheduled?.version ?? null,
    scheduled_interval: subscription.scheduled?.interval ?? null,
    scheduled_at: subscription.scheduled?.at ?? null,
    pending_plan_key: subscription.pending?.plan ?? null,
    pending_until: subscription.pending?.until ?? null,
    trial_has_card: ["trialing", "paused"].includes(raw.status) ? raw.default_payment_method !== null : null,
    created_at: fromSeconds(raw.created),
  };
}
