import { invalid } from "../core/error.ts";
import { wholeList } from "../core/list.ts";
import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { BilledItem, LinePrice } from "../invoices/lines.ts";
import type { Interval, Period, Recurrence } from "./periods.ts";
import { planOf } from "./plan.ts";
import { fullPrice, priceIn } from "./priced.ts";

export type Subscription = Objects["subscription"];
export type SubscriptionItem = Subscription["items"]["data"][number];
export type Price = Objects["price"];

/** What a request says about an item of a subscription. */
export interface ItemChoice {
  price: string;
  quantity?: number;
  metadata?: Record<string, string>;
}

/** How an item's price recurs. @throws when the price does not recur. */
export function recurrenceOf(price: Price): Recurrence {
  if (!price.recurring) throw new Error(`The price ${price.id} does not recur`);
  return { interval: price.recurring.interval as Interval, interval_count: price.recurring.interval_count };
}

export function isMetered(price: Price): boolean {
  return price.recurring?.usage_type === "metered";
}

/**
 * Makes an item, refused when its price cannot be subscribed to.
 * @throws 400 for a one-time, inactive or foreign-currency price, and for a quantity on a metered one.
 */
export function buildItem(
  choice: ItemChoice,
  subscription: string,
  currency: string,
  period: Period,
  at: string,
  context: Context,
): SubscriptionItem {
  const price = subscribablePrice(choice, currency, at, context);
  const item = context.build("subscription_item", {
    id: context.newId("si"),
    current_period_start: period.start,
    current_period_end: period.end,
    discounts: [],
    metadata: choice.metadata ?? {},
    plan: planOf(price),
    price,
    subscription,
    tax_rates: [],
    ...(isMetered(price) ? {} : { quantity: choice.quantity ?? 1 }),
  });
  return isMetered(price) ? withoutQuantity(item) : item;
}

/**
 * The price an item may have.
 * @param at how the request names the item, for the error: "items[0]".
 */
export function subscribablePrice(choice: ItemChoice, currency: string, at: string, context: Context): Price {
  const price = context.find("price", choice.price, `${at}[price]`);
  if (!price.recurring) {
    throw invalid(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      `${at}[price]`,
    );
  }
  if (!price.active)
    throw invalid(`The price specified is inactive. This field only accepts active prices.`, `${at}[price]`);
  priceIn(fullPrice(price.id, context), currency, `${at}[price]`);
  if (isMetered(price) && choice.quantity !== undefined) {
    throw invalid(`You cannot set the quantity for metered plans.`, `${at}[quantity]`);
  }
  return price;
}

/** All the items of a subscription, as the list inside it. */
export function itemList(subscription: string, items: SubscriptionItem[]): Subscription["items"] {
  return { ...wholeList(`/v1/subscription_items?subscription=${subscription}`, items) };
}

/** What invoice lines need to know of an item. */
export function billedItem(item: SubscriptionItem, currency: string, context: Context): BilledItem {
  const price: LinePrice = priceIn(fullPrice(item.price.id, context), currency, "price");
  return {
    subscription: item.subscription,
    item: item.id,
    metadata: item.metadata,
    price,
    productName: context.find("product", price.product).name,
  };
}

function withoutQuantity(item: SubscriptionItem): SubscriptionItem {
  const { quantity: _none, ...rest } = item;
  return rest;
}
