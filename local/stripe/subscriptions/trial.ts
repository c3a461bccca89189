import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import type { ItemCharge } from "./billing.ts";
import { restarted } from "./change-items.ts";
import { isMetered, itemList, type Subscription } from "./items.ts";

const twoYears = 2 * 366 * 86_400;

/** The subscription whose trial is over, with its first paid period and what that is charged with in advance. */
export function afterTrial(
  subscription: Subscription,
  now: number,
): { subscription: Subscription; charges: ItemCharge[] } {
  const items = subscription.items.data.map((item) => restarted(item, now));
  const charges = items
    .filter((item) => !isMetered(item.price))
    .map((item): ItemCharge => ({ item, period: { start: now, end: item.current_period_end } }));
  return {
    subscription: {
      ...subscription,
      status: "active",
      billing_cycle_anchor: now,
      trial_end: now,
      items: itemList(subscription.id, items),
    },
    charges,
  };
}

/**
 * The subscription on trial until a moment; its cycle starts then.
 * @throws 400 for a moment that is over or more than two years away.
 */
export function onTrialUntil(subscription: Subscription, trialEnd: number, context: Context): Subscription {
  const now = context.now();
  if (trialEnd <= now)
    throw invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end");
  if (trialEnd > now + twoYears) {
    throw invalid("Invalid trial_end: it can be at most two years from the billing cycle anchor.", "trial_end");
  }
  const began = subscription.status === "trialing" ? subscription.trial_start : null;
  const items = subscription.items.data.map((item) => ({ ...item, current_period_end: trialEnd }));
  return {
    ...subscription,
    status: "trialing",
    trial_start: began ?? now,
    trial_end: trialEnd,
    billing_cycle_anchor: trialEnd,
    items: itemList(subscription.id, items),
  };
}
