import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import type { Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { ItemCharge } from "./billing.ts";
import { changeItems, changesInterval, type ItemSwap, restarted } from "./change-items.ts";
import { chargeFor, creditFor, type Proration } from "./credits.ts";
import { isMetered, itemList, type Subscription } from "./items.ts";
import { afterTrial, onTrialUntil } from "./trial.ts";

/** The part of an update that decides what is charged. */
export type BillingChange = Pick<
  Params<Stripe.SubscriptionUpdateParams>,
  "items" | "billing_cycle_anchor" | "proration_behavior" | "proration_date" | "trial_end"
>;

/** What a change comes to, before any of it is kept. */
export interface PlannedChange {
  subscription: Subscription;
  prorations: Proration[];
  /** What a cycle that starts anew bills at once. */
  charges: ItemCharge[];
  /** Whether the change makes an invoice of its own. */
  billsNow: boolean;
}

/**
 * Works out a change of items or of the cycle: money already paid in advance is credited, the rest of the period
 * charged, by the second. A change of interval, or an anchor of `now`, starts every item's period anew and bills at once.
 * @throws 400 for items Stripe refuses, and for a `proration_date` outside the current period.
 */
export function planChange(subscription: Subscription, change: BillingChange, context: Context): PlannedChange {
  const { subscription: swapped, swaps } = changeItems(subscription, change.items ?? [], context);
  const at = prorationDate(subscription, change, context);
  const resets = change.billing_cycle_anchor?.type === "now" || swaps.some(changesInterval);
  const silent = change.proration_behavior === "none";
  if (subscription.status === "trialing") return changeOnTrial(swapped, change, context);
  if (typeof change.trial_end === "number")
    return startTrial(subscription, swapped, change.trial_end, silent ? null : at, context);
  if (resets) return startAnew(subscription, swapped, silent ? null : at, context);
  const prorations = silent ? [] : swaps.flatMap((swap) => prorate(subscription, swap, at, context));
  const billsNow = change.proration_behavior === "always_invoice" && prorations.length > 0;
  return { subscription: swapped, prorations, charges: [], billsNow };
}

function prorate(subscription: Subscription, { former, next }: ItemSwap, at: number, context: Context): Proration[] {
  const lines = [
    former && creditFor(subscription, former, at, context),
    next && chargeFor(subscription, next, at, context),
  ];
  return lines.flatMap((line) => (line ? [line] : []));
}

function changeOnTrial(swapped: Subscription, { trial_end: end }: BillingChange, context: Context): PlannedChange {
  if (end === "now") return { ...afterTrial(swapped, context.now()), prorations: [], billsNow: true };
  const subscription = typeof end === "number" ? onTrialUntil(swapped, end, context) : swapped;
  return { subscription, prorations: [], charges: [], billsNow: false };
}

function startTrial(
  subscription: Subscription,
  swapped: Subscription,
  trialEnd: number,
  creditAt: number | null,
  context: Context,
): PlannedChange {
  const prorations = creditAt === null ? [] : creditsFor(subscription, creditAt, context);
  return { subscription: onTrialUntil(swapped, trialEnd, context), prorations, charges: [], billsNow: false };
}

function startAnew(
  subscription: Subscription,
  swapped: Subscription,
  creditAt: number | null,
  context: Context,
): PlannedChange {
  const now = context.now();
  const items = swapped.items.data.map((item) => restarted(item, now));
  const used = subscription.items.data
    .filter((item) => isMetered(item.price) && item.current_period_start < now)
    .map((item): ItemCharge => ({ item, period: { start: item.current_period_start, end: now } }));
  const begun = items
    .filter((item) => !isMetered(item.price))
    .map((item): ItemCharge => ({ item, period: { start: now, end: item.current_period_end } }));
  return {
    subscription: { ...swapped, billing_cycle_anchor: now, items: itemList(subscription.id, items) },
    prorations: creditAt === null ? [] : creditsFor(subscription, creditAt, context),
    charges: [...used, ...begun],
    billsNow: true,
  };
}

/** Credits for the rest of every item's period. */
function creditsFor(subscription: Subscription, at: number, context: Context): Proration[] {
  return subscription.items.data.flatMap((item) => {
    const credit = creditFor(subscription, item, at, context);
    return credit ? [credit] : [];
  });
}

function prorationDate(subscription: Subscription, change: BillingChange, context: Context): number {
  const at = change.proration_date;
  if (at === undefined) return context.now();
  const items = subscription.items.data;
  const from = Math.min(...items.map((item) => item.current_period_start));
  const to = Math.max(...items.map((item) => item.current_period_end));
  if (at >= from && at <= to) return at;
  throw invalid(
    "Invalid proration_date: it must be within the current billing period of the subscription.",
    "proration_date",
  );
}
