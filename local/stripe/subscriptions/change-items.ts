import type Stripe from "stripe";
import { invalid, noSuch } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { shareOf } from "../invoices/decimal.ts";
import { prorationLine } from "../invoices/lines.ts";
import { amountFor } from "../invoices/rating.ts";
import {
  billedItem,
  buildItem,
  isMetered,
  itemList,
  recurrenceOf,
  type Subscription,
  type SubscriptionItem,
  subscribablePrice,
} from "./items.ts";
import { periodAround } from "./periods.ts";
import { planOf } from "./plan.ts";
import { keepProrations } from "./prorations.ts";

type Update = Params<Stripe.SubscriptionUpdateParams>;
type ItemChange = NonNullable<Update["items"]>[number];
type Proration = Pick<Update, "proration_behavior" | "proration_date">;

/**
 * Adds, changes and removes items. An entry without `id` adds an item. Money already paid in advance is prorated by the
 * second into invoice items, unless `proration_behavior` is `none`.
 * @throws 400 for an unknown item, the same price twice, or a change of interval, which the double leaves out.
 */
export function changeItems(
  subscription: Subscription,
  params: Proration & Pick<Update, "items">,
  context: Context,
): Subscription {
  let items = subscription.items.data;
  for (const [index, change] of (params.items ?? []).entries()) {
    items = applyChange(subscription, items, change, `items[${index}]`, params, context);
  }
  if (items.length === 0) throw invalid("A subscription must have at least one item.", "items");
  const prices = items.map((item) => item.price.id);
  if (new Set(prices).size < prices.length) {
    throw invalid("A price was specified more than once in `items`. A subscription can have each price once.", "items");
  }
  return { ...subscription, items: itemList(subscription.id, items) };
}

function applyChange(
  subscription: Subscription,
  items: SubscriptionItem[],
  change: ItemChange,
  at: string,
  proration: Proration,
  context: Context,
): SubscriptionItem[] {
  if (!change.id) return [...items, addedItem(subscription, change, at, proration, context)];
  const former = items.find((item) => item.id === change.id);
  if (!former) throw noSuch("subscription_item", change.id, `${at}[id]`);
  if (change.deleted) {
    prorate(subscription, former, null, proration, context);
    return items.filter((item) => item.id !== former.id);
  }
  const next = changedItem(subscription, former, change, at, context);
  prorate(subscription, former, next, proration, context);
  return items.map((item) => (item.id === former.id ? next : item));
}

function addedItem(
  subscription: Subscription,
  change: ItemChange,
  at: string,
  proration: Proration,
  context: Context,
): SubscriptionItem {
  if (!change.price) throw invalid("Missing required param: price.", `${at}[price]`, "parameter_missing");
  const now = context.now();
  const choice = { price: change.price, quantity: change.quantity, metadata: mergeMetadata(null, change.metadata) };
  const recurrence = recurrenceOf(subscribablePrice(choice, subscription.currency, at, context));
  const { end } = periodAround(subscription.billing_cycle_anchor, recurrence, now);
  const trialing = subscription.status === "trialing" && subscription.trial_end !== null;
  const period = { start: now, end: trialing ? (subscription.trial_end ?? end) : end };
  const item = buildItem(choice, subscription.id, subscription.currency, period, at, context);
  prorate(subscription, null, item, proration, context);
  return item;
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
  const price = subscribablePrice(
    { price: change.price, quantity: change.quantity },
    subscription.currency,
    at,
    context,
  );
  const [was, will] = [recurrenceOf(former.price), recurrenceOf(price)];
  if (was.interval !== will.interval || was.interval_count !== will.interval_count) {
    throw invalid("The local Stripe double leaves out a change of an item's interval.", `${at}[price]`);
  }
  const { quantity: _former, ...rest } = former;
  return {
    ...rest,
    metadata,
    price,
    plan: planOf(price),
    ...(isMetered(price) ? {} : { quantity: change.quantity ?? 1 }),
  };
}

function prorate(
  subscription: Subscription,
  former: SubscriptionItem | null,
  next: SubscriptionItem | null,
  proration: Proration,
  context: Context,
): void {
  if (proration.proration_behavior === "none" || subscription.status === "trialing") return;
  const at = proration.proration_date ?? context.now();
  const lines = [
    former && restLine(subscription, former, at, -1, context),
    next && restLine(subscription, next, at, 1, context),
  ];
  keepProrations(
    subscription,
    lines.flatMap((line) => (line ? [line] : [])),
    context,
  );
}

function restLine(subscription: Subscription, item: SubscriptionItem, at: number, sign: 1 | -1, context: Context) {
  if (isMetered(item.price)) return null;
  const billed = billedItem(item, subscription.currency, context);
  const quantity = item.quantity ?? 1;
  const whole = periodAround(subscription.billing_cycle_anchor, recurrenceOf(item.price), at);
  const amount = shareOf(amountFor(billed.price, quantity), item.current_period_end - at, whole.end - whole.start);
  if (amount === 0) return null;
  return {
    item: item.id,
    line: prorationLine(billed, quantity, { start: at, end: item.current_period_end }, sign * amount, null),
  };
}
