import type { Context } from "../core/resource.ts";
import { scheduleFinalization } from "../invoices/finalize.ts";
import { billPeriod } from "./bill-period.ts";
import { billSubscription, type ItemCharge } from "./billing.ts";
import { endSubscription, lastBill } from "./end.ts";
import { isMetered, itemList, recurrenceOf, type Subscription, type SubscriptionItem } from "./items.ts";
import { type Period, periodAfter } from "./periods.ts";
import { scheduleTurn } from "./schedule.ts";
import { enterPhase, isPhaseOver, phaseAfter } from "./schedules/enter-phase.ts";
import { closeSchedule, detach, type Schedule, scheduleOf } from "./schedules/schedule.ts";
import { afterTrial } from "./trial.ts";

/** Does what is due for a subscription now: its next phase, its planned end, its trial's end, or renewals. */
export function turnSubscription(subscription: Subscription, context: Context): void {
  const now = context.now();
  if (["canceled", "incomplete_expired", "incomplete", "paused"].includes(subscription.status)) return;
  const schedule = scheduleOf(subscription, context);
  if (isPhaseOver(schedule, now) && passPhase(subscription, schedule, context)) return;
  const current = context.find("subscription", subscription.id);
  if (current.cancel_at !== null && current.cancel_at <= now) endAsPlanned(current, context);
  else if (isTrialOver(current, now)) endTrial(current, context);
  else renewItems(current, context);
}

/** Renews the items whose period is over: a draft invoice for what was used and for what begins. */
function renewItems(subscription: Subscription, context: Context): void {
  const { due, charges, former } = renewalAt(subscription, context.now());
  if (due.length === 0) {
    scheduleTurn(subscription, context);
    return;
  }
  const renewed = roll(subscription, due);
  context.update("customer.subscription.updated", renewed);
  billPeriod(renewed, { charges, period: former }, context);
}

/** What a renewal bills at a moment: metered items for the period that ends, the others for the one that begins. */
export function renewalAt(subscription: Subscription, moment: number) {
  const due = subscription.items.data.filter((item) => item.current_period_end <= moment);
  const charges = due.map((item): ItemCharge => {
    return { item, period: isMetered(item.price) ? periodOf(item) : nextPeriod(item, subscription) };
  });
  const former: Period = { start: Math.min(...due.map((item) => item.current_period_start)), end: moment };
  return { due, charges, former };
}

/**
 * Ends a trial: the first paid period begins now. Without a payment method the trial's settings decide.
 * @param chargeNow when the trial was ended by hand: the invoice does not wait.
 */
export function endTrial(subscription: Subscription, context: Context, chargeNow = false): void {
  const now = context.now();
  const behavior = subscription.trial_settings?.end_behavior.missing_payment_method ?? "create_invoice";
  const hasMethod = hasPaymentMethod(subscription, context);
  if (!hasMethod && behavior === "cancel") {
    endSubscription(subscription, { reason: null }, context);
    return;
  }
  if (!hasMethod && behavior === "pause") {
    pauseWithoutMethod(subscription, context);
    return;
  }
  const former: Period = { start: subscription.trial_start ?? now, end: now };
  const { subscription: active, charges } = afterTrial(subscription, now);
  context.update("customer.subscription.updated", active);
  billPeriod(active, { charges, period: former, atOnce: chargeNow }, context);
}

function endAsPlanned(subscription: Subscription, context: Context): void {
  const bill = lastBill(subscription, { prorate: false }, context);
  endSubscription(subscription, { reason: "cancellation_requested" }, context);
  if (!bill) return;
  const ended = context.find("subscription", subscription.id);
  const { invoice } = billSubscription(ended, { ...bill, reason: "subscription_cycle" }, context);
  scheduleFinalization(invoice, context.now() + context.settings.invoiceGraceSeconds, context);
}

/** Goes on to the next phase of a schedule. @returns false when the schedule is over and the subscription goes on. */
function passPhase(subscription: Subscription, schedule: Schedule, context: Context): boolean {
  const next = phaseAfter(schedule);
  if (next) {
    enterPhase(subscription, schedule, next, context);
    const entered = context.find("subscription", subscription.id);
    if (isTrialOver(entered, context.now())) endTrial(entered, context);
    return true;
  }
  if (schedule.end_behavior === "cancel") {
    closeSchedule(schedule, "completed", context);
    endAsPlanned(subscription, context);
    return true;
  }
  detach(schedule, false, context);
  closeSchedule(schedule, "completed", context);
  return false;
}

function isTrialOver({ status, trial_end }: Subscription, now: number): boolean {
  return status === "trialing" && trial_end !== null && trial_end <= now;
}

function pauseWithoutMethod(subscription: Subscription, context: Context): void {
  const paused = context.update("customer.subscription.updated", {
    ...subscription,
    status: "paused",
    status_details: {
      paused: {
        subscription: { type: "trial_end_without_payment_method" },
        transitioned_at: context.now(),
        type: "subscription",
      },
    },
  });
  context.emit("customer.subscription.paused", paused);
  scheduleTurn(paused, context);
}

function hasPaymentMethod(subscription: Subscription, context: Context): boolean {
  if (subscription.default_payment_method) return true;
  return Boolean(context.find("customer", subscription.customer).invoice_settings.default_payment_method);
}

function roll(subscription: Subscription, due: SubscriptionItem[]): Subscription {
  const items = subscription.items.data.map((item) =>
    due.some((other) => other.id === item.id) ? rolled(item, subscription) : item,
  );
  return { ...subscription, items: itemList(subscription.id, items) };
}

function rolled(item: SubscriptionItem, subscription: Subscription): SubscriptionItem {
  const { start, end } = nextPeriod(item, subscription);
  return { ...item, current_period_start: start, current_period_end: end };
}

function nextPeriod(item: SubscriptionItem, subscription: Subscription): Period {
  return periodAfter(subscription.billing_cycle_anchor, recurrenceOf(item.price), periodOf(item));
}

function periodOf(item: SubscriptionItem): Period {
  return { start: item.current_period_start, end: item.current_period_end };
}
