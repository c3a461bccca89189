import type Stripe from "stripe";
import { invalid, noSuch } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut } from "../core/resource.ts";
import {
  buildItem,
  isMetered,
  itemList,
  recurrenceOf,
  type Subscription,
  type SubscriptionItem,
  subscribablePrice,
} from "./items.ts";
import { addIntervals, periodAround } from "./periods.ts";
import { planOf } from "./plan.ts";

type ItemChange = NonNullable<Params<Stripe.SubscriptionUpdateParams>["items"]>[number];

/** An item before and after a change; one side is null for what is added or removed. */
export interface ItemSwap {
  former: SubscriptionItem | null;
  next: SubscriptionItem | null;
}

const leftOutOfItems = ["billing_thresholds", "clear_usage", "current_trial", "discounts", "price_data", "tax_rates"];

/**
 * Works out the items a subscription has after a change, without keeping anything. An entry without `id` adds an item.
 * @returns the items, and each one that was added, removed or has another price or quantity.
 * @throws 400 for an unknown item, the same price or item twice, or a quantity on a metered price.
 */
export function changeItems(
  subscription: Subscription,
  changes: ItemChange[],
  context: Context,
): { subscription: Subscription; swaps: ItemSwap[] } {
  refuseTwice(changes);
  let items = subscription.items.data;
  const swaps: ItemSwap[] = [];
  for (const [index, change] of changes.entries()) {
    const swap = swapFor(subscription, items, change, `items[${index}]`, context);
    if (isChanged(swap)) swaps.push(swap);
    const { former, next } = swap;
    items = former
      ? items.flatMap((item) => (item.id === former.id ? (next ? [next] : []) : [item]))
      : next
        ? [...items, next]
        : items;
  }
  if (items.length === 0) throw invalid("A subscription must have at least one item.", "items");
  if (items.length > 20) throw invalid("A subscription can have at most 20 items.", "items");
  const prices = items.map((item) => item.price.id);
  if (new Set(prices).size < prices.length) {
    throw invalid("A price was specified more than once in `items`. A subscription can have each price once.", "items");
  }
  return { subscription: { ...subscription, items: itemList(subscription.id, items) }, swaps };
}

/** Whether an item goes over to a price of another interval, which starts its subscription's cycle anew. */
export function changesInterval({ former, next }: ItemSwap): boolean {
  if (!former || !next) return false;
  const [was, will] = [recurrenceOf(former.price), recurrenceOf(next.price)];
  return was.interval !== will.interval || was.interval_count !== will.interval_count;
}

function isChanged({ former, next }: ItemSwap): boolean {
  return former?.price.id !== next?.price.id || former?.quantity !== next?.quantity;
}

function refuseTwice(changes: ItemChange[]): void {
  const ids = changes.flatMap(({ id }) => (id ? [id] : []));
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice) throw invalid(`The subscription item \`${twice}\` was specified more than once in \`items\`.`, "items");
}

function swapFor(
  subscription: Subscription,
  items: SubscriptionItem[],
  change: ItemChange,
  at: string,
  context: Context,
): ItemSwap {
  leftOut(change, leftOutOfItems);
  if (!change.id) return { former: null, next: addedItem(subscription, change, at, context) };
  const former = items.find((item) => item.id === change.id);
  if (!former) throw noSuch("subscription_item", change.id, `${at}[id]`);
  return { former, next: change.deleted ? null : changedItem(subscription, former, change, at, context) };
}

function addedItem(subscription: Subscription, change: ItemChange, at: string, context: Context): SubscriptionItem {
  if (!change.price) throw invalid("Missing required param: price.", `${at}[price]`, "parameter_missing");
  const now = context.now();
  const choice = { price: change.price, quantity: change.quantity, metadata: mergeMetadata(null, change.metadata) };
  const recurrence = recurrenceOf(subscribablePrice(choice, subscription.currency, at, context));
  const { end } = periodAround(subscription.billing_cycle_anchor, recurrence, now);
  const trialing = subscription.status === "trialing" && subscription.trial_end !== null;
  const period = { start: now, end: trialing ? (subscription.trial_end ?? end) : end };
  return buildItem(choice, subscription.id, subscription.currency, period, at, context);
}

function changedItem(
  subscription: Subscription,
  former: SubscriptionItem,
  change: ItemChange,
  at: string,
  context: Context,
): SubscriptionItem {
  const metadata = mergeMetadata(former.metadata, change.metadata);
  if (!change.price || change.price === former.price.id) {
    if (change.quantity !== undefined && isMetered(former.price)) {
      throw invalid("You cannot set the quantity for metered plans.", `${at}[quantity]`);
    }
    return { ...former, metadata, ...(change.quantity === undefined ? {} : { quantity: change.quantity }) };
  }
  const choice = { price: change.price, quantity: change.quantity };
  const price = subscribablePrice(choice, subscription.currency, at, context);
  const { quantity: _former, ...rest } = former;
  return {
    ...rest,
    metadata,
    price,
    plan: planOf(price),
    ...(isMetered(price) ? {} : { quantity: change.quantity ?? 1 }),
  };
}

/** The item with the period that begins when its subscription's cycle starts anew. */
export function restarted(item: SubscriptionItem, now: number): SubscriptionItem {
  const end = addIntervals(now, recurrenceOf(item.price), 1);
  return { ...item, current_period_start: now, current_period_end: end };
}
