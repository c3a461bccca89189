import type { Context } from "../core/resource.ts";
import type { Subscription } from "./items.ts";

/** Has the subscription looked at again when something next falls due: a period's end, a trial's end, a planned end. */
export function scheduleTurn(subscription: Subscription, context: Context): void {
  const key = `turn ${subscription.id}`;
  if (["canceled", "incomplete_expired", "incomplete", "paused"].includes(subscription.status)) {
    context.unschedule(key);
    return;
  }
  const ends = subscription.items.data.map((item) => item.current_period_end);
  const trial = subscription.status === "trialing" && subscription.trial_end ? [subscription.trial_end] : [];
  const planned = subscription.cancel_at ? [subscription.cancel_at] : [];
  context.schedule(
    Math.min(...ends, ...trial, ...planned),
    "subscription.turn",
    { subscription: subscription.id },
    key,
  );
  scheduleTrialNotice(subscription, context);
}

function scheduleTrialNotice(subscription: Subscription, context: Context): void {
  const key = `trial notice ${subscription.id}`;
  if (subscription.status !== "trialing" || !subscription.trial_end) {
    context.unschedule(key);
    return;
  }
  const told = context.store.hidden<{ id: string; trialEnd: number }>("_trial_notices").get(subscription.id);
  if (told?.trialEnd === subscription.trial_end) return;
  const threeDaysBefore = subscription.trial_end - 3 * 86_400;
  context.schedule(
    Math.max(threeDaysBefore, context.now()),
    "subscription.trial_will_end",
    { subscription: subscription.id },
    key,
  );
}

/** Says that a trial is about to end, once for each end. */
export function tellTrialEnd(subscription: Subscription, context: Context): void {
  if (subscription.status !== "trialing" || !subscription.trial_end) return;
  context.store
    .hidden("_trial_notices")
    .put({ id: subscription.id, trialEnd: subscription.trial_end } as { id: string });
  context.emit("customer.subscription.trial_will_end", subscription);
}
