import type { Context } from "../core/resource.ts";
import type { Subscription } from "./items.ts";

/** How long before a renewal Stripe tells of its invoice; the account's setting in its Dashboard. */
const upcomingSeconds = 7 * 86_400;

/** Has the subscription looked at again when something next falls due: a period's end, a trial's end, a planned end. */
export function scheduleTurn(subscription: Subscription, context: Context): void {
  const key = `turn ${subscription.id}`;
  if (["canceled", "incomplete_expired", "incomplete", "paused"].includes(subscription.status)) {
    context.unschedule(key);
    context.unschedule(`upcoming ${subscription.id}`);
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
  scheduleUpcoming(subscription, Math.min(...ends), context);
}

/** Has `invoice.upcoming` said a week before the next renewal, unless the subscription ends by then. */
function scheduleUpcoming(subscription: Subscription, renewal: number, context: Context): void {
  const key = `upcoming ${subscription.id}`;
  const at = renewal - upcomingSeconds;
  const ends = subscription.cancel_at !== null && subscription.cancel_at <= renewal;
  if (ends || at <= context.now()) context.unschedule(key);
  else context.schedule(at, "subscription.upcoming", { subscription: subscription.id }, key);
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
