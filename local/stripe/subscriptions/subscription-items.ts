import type Stripe from "stripe";
import { noSuch } from "../core/error.ts";
import { page } from "../core/list.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import type { Subscription, SubscriptionItem } from "./items.ts";
import { updateSubscription } from "./update.ts";

const leftOutOfItems = ["billing_thresholds", "current_trial", "discounts", "plan", "price_data", "tax_rates"];

/** The items of subscriptions, one by one. */
export const subscriptionItems: Resource = {
  routes: [
    route<Params<Stripe.SubscriptionItemCreateParams>>({
      method: "POST",
      path: "/v1/subscription_items",
      params: "SubscriptionItemCreateParams",
      handle({ params }, context) {
        leftOut(params, leftOutOfItems);
        const { subscription: id, price, quantity, metadata } = params;
        const before = context.find("subscription", id, "subscription");
        const items = [{ price, quantity, metadata }];
        const after = updateSubscription(before, { items, ...billingOf(params) }, context);
        const added = after.items.data.find((item) => !before.items.data.some((former) => former.id === item.id));
        const pending = after.pending_update?.subscription_items?.find((item) => item.price.id === price);
        if (!added && !pending) throw new Error(`No item was added to ${id}`);
        return added ?? pending ?? {};
      },
    }),
    route<Params<Stripe.SubscriptionItemListParams>>({
      method: "GET",
      path: "/v1/subscription_items",
      params: "SubscriptionItemListParams",
      handle(request, context) {
        const { items } = context.find("subscription", request.params.subscription, "subscription");
        return page(request, "/v1/subscription_items", items.data);
      },
    }),
    route<Params<Stripe.SubscriptionItemRetrieveParams>>({
      method: "GET",
      path: "/v1/subscription_items/:item",
      params: "SubscriptionItemRetrieveParams",
      handle: ({ path }, context) => locate(path.item ?? "", context).item,
    }),
    route<Params<Stripe.SubscriptionItemUpdateParams>>({
      method: "POST",
      path: "/v1/subscription_items/:item",
      params: "SubscriptionItemUpdateParams",
      handle({ params, path }, context) {
        leftOut(params, leftOutOfItems);
        const { subscription, item } = locate(path.item ?? "", context);
        const { price, quantity, metadata } = params;
        const items = [{ id: item.id, price, quantity, metadata }];
        updateSubscription(subscription, { items, ...billingOf(params) }, context);
        return locate(item.id, context).item;
      },
    }),
    route<Params<Stripe.SubscriptionItemDeleteParams>>({
      method: "DELETE",
      path: "/v1/subscription_items/:item",
      params: "SubscriptionItemDeleteParams",
      handle({ params, path }, context) {
        const { subscription, item } = locate(path.item ?? "", context);
        const items = [{ id: item.id, deleted: true }];
        updateSubscription(subscription, { items, ...billingOf(params) }, context);
        return { id: item.id, object: "subscription_item", deleted: true };
      },
    }),
  ],
};

/** How a change of one item is charged, in the words of an update of its subscription. */
function billingOf(params: Params<Stripe.SubscriptionItemUpdateParams>) {
  const { payment_behavior, proration_behavior, proration_date } = params;
  const sent = { payment_behavior, proration_behavior, proration_date };
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
}

function locate(id: string, { store }: Context): { subscription: Subscription; item: SubscriptionItem } {
  const subscription = store.objects("subscription").find((row) => row.items.data.some((item) => item.id === id));
  const item = subscription?.items.data.find((row) => row.id === id);
  if (!subscription || !item) throw noSuch("subscription_item", id);
  return { subscription, item };
}
