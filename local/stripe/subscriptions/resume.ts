import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { attemptInvoice, paymentMethodFor } from "../invoices/collect.ts";
import { finalizeInvoice } from "../invoices/finalize.ts";
import { billSubscription } from "./billing.ts";
import { isMetered, itemList, recurrenceOf, type Subscription } from "./items.ts";
import { addIntervals } from "./periods.ts";
import { scheduleTurn } from "./schedule.ts";

/**
 * Takes a paused subscription up again: a new cycle begins now and is collected at once. With `resume_on_payment_success`
 * it stays paused until that invoice is paid, else it goes on and may fall past due.
 * @throws 400 when it is not paused.
 */
export function resumeSubscription(subscription: Subscription, behavior: string, context: Context): Subscription {
  if (subscription.status !== "paused") throw invalid("The subscription is not paused, so it cannot be resumed.");
  const now = context.now();
  const items = subscription.items.data.map((item) => ({
    ...item,
    current_period_start: now,
    current_period_end: addIntervals(now, recurrenceOf(item.price), 1),
  }));
  const anchored = { ...subscription, billing_cycle_anchor: now, items: itemList(subscription.id, items) };
  const resumed =
    behavior === "resume_on_payment_success" ? context.save<Subscription>(anchored) : goOn(anchored, context);
  const charges = items
    .filter((item) => !isMetered(item.price))
    .map((item) => ({ item, period: { start: now, end: item.current_period_end } }));
  const billed = billSubscription(
    resumed,
    { reason: "subscription_update", period: { start: now, end: now }, charges },
    context,
  );
  const open = finalizeInvoice(billed.invoice, context);
  if (open.status === "open" && paymentMethodFor(open, context)) {
    attemptInvoice(open, { by: "automatic" }, context);
  }
  scheduleTurn(context.find("subscription", subscription.id), context);
  return context.find("subscription", subscription.id);
}

/** Lets a paused subscription go on (`customer.subscription.resumed`). */
export function goOn(subscription: Subscription, context: Context): Subscription {
  const { status_details: _paused, ...rest } = subscription;
  const resumed = context.save<Subscription>({ ...rest, status: "active" });
  context.emit("customer.subscription.updated", resumed);
  context.emit("customer.subscription.resumed", resumed);
  return resumed;
}
