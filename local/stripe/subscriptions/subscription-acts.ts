import { invalid } from "../core/error.ts";
import type { Context, Control, ControlRequest } from "../core/resource.ts";
import { isMetered, type Subscription } from "./items.ts";
import { cancelSubscription, createSubscription } from "./requests.ts";
import { updateSubscription } from "./update.ts";

type Body = ControlRequest["body"];

const PAUSES = ["keep_as_draft", "mark_uncollectible", "void"] as const;

/** What the Dashboard can do to a subscription, by the same code as the API. */
export const subscriptionActs: Control[] = [
  act("change-price", changePrice),
  act("cancel-subscription", cancel),
  act("pause-collection", pauseCollection),
  act("second-subscription", startSecond),
];

function act(name: string, handle: (body: Body, context: Context) => unknown): Control {
  return {
    method: "POST",
    path: `/_double/dashboard/${name}`,
    handle: ({ body }, context) => handle(body, context),
  };
}

function named({ subscription }: Body, context: Context): Subscription {
  return context.find("subscription", String(subscription), "subscription");
}

/** Gives an item, the licensed one unless told, another price or quantity; prorations wait for the next invoice. */
function changePrice(body: Body, context: Context): Subscription {
  const subscription = named(body, context);
  const { items } = subscription;
  const item = body.item
    ? items.data.find(({ id }) => id === body.item)
    : items.data.find(({ price }) => !isMetered(price));
  if (!item) throw invalid("This subscription has no such item.", "item");
  const quantity = body.quantity === undefined ? item.quantity : Number(body.quantity);
  const price = typeof body.price === "string" ? body.price : item.price.id;
  const change = { id: item.id, price, ...(!isMetered(item.price) && { quantity }) };
  return updateSubscription(subscription, { items: [change] }, context);
}

function cancel(body: Body, context: Context): Subscription {
  const subscription = named(body, context);
  if (body.at === "period_end") return updateSubscription(subscription, { cancel_at_period_end: true }, context);
  if (body.at !== "now") throw invalid("at is now or period_end", "at");
  return cancelSubscription(subscription, { invoice_now: body.invoice_now === true }, context);
}

function pauseCollection(body: Body, context: Context): Subscription {
  const { behavior = "keep_as_draft" } = body;
  if (body.resume === true) return updateSubscription(named(body, context), { pause_collection: "" }, context);
  const known = PAUSES.find((name) => name === behavior);
  if (!known) throw invalid(`behavior is one of ${PAUSES.join(", ")}`, "behavior");
  return updateSubscription(named(body, context), { pause_collection: { behavior: known } }, context);
}

/** Another subscription beside the first, paid the same way: to a price, or to the first one's own. */
function startSecond(body: Body, context: Context): Subscription {
  const customer = context.find("customer", String(body.customer), "customer");
  const first = context.store
    .objects("subscription")
    .find((row) => row.customer === customer.id && row.ended_at === null);
  const base = first?.items.data.find(({ price }) => !isMetered(price))?.price.id;
  const price = typeof body.price === "string" ? body.price : base;
  if (!price) throw invalid("Say which price: this customer has no subscription yet.", "price");
  const method = customer.invoice_settings.default_payment_method ?? first?.default_payment_method ?? undefined;
  return createSubscription(
    {
      customer: customer.id,
      items: [{ price }],
      ...(first && { currency: first.currency }),
      ...(method && { default_payment_method: method }),
    },
    context,
  );
}
