import { mergeMetadata } from "../../core/metadata.ts";
import type { Context } from "../../core/resource.ts";
import type { ItemCharge } from "../billing.ts";
import type { PlannedChange } from "../change.ts";
import { chargeFor, creditFor, type Proration } from "../credits.ts";
import {
  buildItem,
  isMetered,
  itemList,
  type Price,
  recurrenceOf,
  type Subscription,
  type SubscriptionItem,
} from "../items.ts";
import { type Period, periodAround } from "../periods.ts";
import type { Phase } from "./schedule.ts";

/** What a subscription becomes in a phase, and what its beginning bills. */
export interface PlannedPhase extends PlannedChange {
  /** Whether a period ends with the former phase, so that the invoice is a renewal. */
  renews: boolean;
}

interface Entry {
  item: SubscriptionItem;
  advance: ItemCharge[];
  prorations: Proration[];
}

/**
 * Works out the beginning of a phase. An item whose price stays is the same item; any other is taken away or added. What
 * ends at that moment is renewed under the new prices, its use billed under the old; anything else is prorated as the
 * phase says. A new interval, or an anchor of `phase_start`, lets the cycle begin with the phase.
 * @param at the moment the phase begins.
 */
export function planPhase(subscription: Subscription, phase: Phase, at: number, context: Context): PlannedPhase {
  if (subscription.status === "trialing") return planOnTrial(subscription, phase, at, context);
  const formers = subscription.items.data;
  const prices = new Map(phase.items.map(({ price }) => [price, context.find("price", price)]));
  const restarts = phase.billing_cycle_anchor === "phase_start";
  const known = new Set(formers.map(({ price }) => cycleOf(price)));
  const isNew = [...prices.values()].some((price) => !isMetered(price) && !known.has(cycleOf(price)));
  const anchored = {
    ...subscription,
    billing_cycle_anchor: restarts || isNew ? at : subscription.billing_cycle_anchor,
  };
  const ends = (item: SubscriptionItem) => restarts || item.current_period_end <= at;
  const stays = (item: SubscriptionItem) => prices.has(item.price.id) && !ends(item);
  const entries = phase.items.map((wanted, index): Entry => {
    const former = formers.find((item) => item.price.id === wanted.price);
    if (former && !ends(former)) return keptItem(subscription, former, wanted, at, context);
    return begunItem(anchored, former, wanted, at, `items[${index}]`, context);
  });
  const used = formers
    .filter((item) => isMetered(item.price) && !stays(item))
    .map((item): ItemCharge => ({ item, period: spanUntil(item, at) }));
  const credits = formers
    .filter((item) => !stays(item))
    .flatMap((item) => creditFor(subscription, item, at, context) ?? []);
  const silent = phase.proration_behavior === "none";
  const prorations = silent ? [] : [...credits, ...entries.flatMap((entry) => entry.prorations)];
  return {
    subscription: {
      ...anchored,
      items: itemList(
        subscription.id,
        entries.map(({ item }) => item),
      ),
    },
    prorations,
    charges: [...used, ...entries.flatMap(({ advance }) => advance)],
    billsNow: phase.proration_behavior === "always_invoice" && prorations.length > 0,
    renews: formers.some((item) => item.current_period_end <= at),
  };
}

/** On trial a phase only changes what the trial's end will charge for. */
function planOnTrial(subscription: Subscription, phase: Phase, at: number, context: Context): PlannedPhase {
  const period = { start: at, end: subscription.trial_end ?? at };
  const items = phase.items.map((wanted, index) => {
    const former = subscription.items.data.find((item) => item.price.id === wanted.price);
    const choice = { price: wanted.price, quantity: wanted.quantity, metadata: mergeMetadata(null, wanted.metadata) };
    if (former) return { ...former, ...(wanted.quantity === undefined ? {} : { quantity: wanted.quantity }) };
    return buildItem(choice, subscription.id, subscription.currency, period, `items[${index}]`, context);
  });
  const entered = { ...subscription, items: itemList(subscription.id, items) };
  return { subscription: entered, prorations: [], charges: [], billsNow: false, renews: false };
}

/** An item that is in the middle of its period and stays, perhaps with another quantity. */
function keptItem(
  subscription: Subscription,
  former: SubscriptionItem,
  wanted: Phase["items"][number],
  at: number,
  context: Context,
): Entry {
  const metadata = mergeMetadata(former.metadata, wanted.metadata);
  if (former.quantity === wanted.quantity) return { item: { ...former, metadata }, advance: [], prorations: [] };
  const item = { ...former, metadata, quantity: wanted.quantity };
  const prorations = [creditFor(subscription, former, at, context), chargeFor(subscription, item, at, context)];
  return { item, advance: [], prorations: prorations.flatMap((line) => line ?? []) };
}

/** An item that is new, or whose next period begins with the phase. */
function begunItem(
  subscription: Subscription,
  former: SubscriptionItem | undefined,
  wanted: Phase["items"][number],
  at: number,
  path: string,
  context: Context,
): Entry {
  const price = context.find("price", wanted.price);
  const whole = periodAround(subscription.billing_cycle_anchor, recurrenceOf(price), at);
  const period = { start: at, end: whole.end };
  const choice = { price: price.id, quantity: wanted.quantity, metadata: mergeMetadata(null, wanted.metadata) };
  const item = former
    ? {
        ...former,
        ...(isMetered(price) ? {} : { quantity: wanted.quantity ?? 1 }),
        metadata: mergeMetadata(former.metadata, wanted.metadata),
        current_period_start: at,
        current_period_end: whole.end,
      }
    : buildItem(choice, subscription.id, subscription.currency, period, path, context);
  if (isMetered(price)) return { item, advance: [], prorations: [] };
  if (whole.start === at) return { item, advance: [{ item, period }], prorations: [] };
  const charge = chargeFor(subscription, item, at, context);
  return { item, advance: [], prorations: charge ? [charge] : [] };
}

function spanUntil(item: SubscriptionItem, at: number): Period {
  return { start: item.current_period_start, end: Math.min(item.current_period_end, at) };
}

function cycleOf(price: Price): string {
  const { interval, interval_count } = recurrenceOf(price);
  return `${interval_count} ${interval}`;
}
