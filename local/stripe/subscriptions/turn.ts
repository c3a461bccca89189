import type { Context } from "../core/resource.ts";
import { markUncollectible, voidInvoice } from "../invoices/close.ts";
import type { Invoice } from "../invoices/draft.ts";
import { finalizeInvoice, scheduleFinalization } from "../invoices/finalize.ts";
import { billSubscription, type ItemCharge } from "./billing.ts";
import { endSubscription } from "./end.ts";
import { isMetered, itemList, recurrenceOf, type Subscription, type SubscriptionItem } from "./items.ts";
import { type Period, periodAfter } from "./periods.ts";
import { scheduleTurn } from "./schedule.ts";
import { afterTrial } from "./trial.ts";

/** Does what is due for a subscription now: its planned end, the end of its trial, or the renewal of some items. */
export function turnSubscription(subscription: Subscription, context: Context): void {
  const now = context.now();
  if (["canceled", "incomplete_expired", "incomplete", "paused"].includes(subscription.status)) return;
  if (subscription.cancel_at !== null && subscription.cancel_at <= now) {
    endAsPlanned(subscription, context);
    return;
  }
  if (subscription.status === "trialing" && subscription.trial_end !== null && subscription.trial_end <= now) {
    endTrial(subscription, context);
    return;
  }
  renewItems(subscription, context);
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
  bill(renewed, charges, former, context);
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
  bill(active, charges, former, context, chargeNow);
}

function bill(
  subscription: Subscription,
  charges: ItemCharge[],
  period: Period,
  context: Context,
  chargeNow = false,
): void {
  const collecting = subscription.status !== "unpaid" && subscription.pause_collection === null;
  const reason = chargeNow ? "subscription_update" : "subscription_cycle";
  const billed = billSubscription(subscription, { reason, period, charges, autoAdvance: collecting }, context);
  scheduleTurn(context.update("customer.subscription.updated", billed.subscription), context);
  if (collecting) {
    const grace = chargeNow ? 0 : context.settings.invoiceGraceSeconds;
    const at = context.now() + grace;
    const automatic = billed.invoice.collection_method === "charge_automatically";
    scheduleFinalization({ ...billed.invoice, next_payment_attempt: automatic ? at : null }, at, context);
  } else setAside(billed.invoice, subscription, context);
}

function setAside(invoice: Invoice, subscription: Subscription, context: Context): void {
  const behavior = subscription.pause_collection?.behavior;
  if (behavior === undefined || behavior === "keep_as_draft") return;
  const open = finalizeInvoice(invoice, context);
  if (open.status !== "open") return;
  if (behavior === "void") voidInvoice(open, context);
  else markUncollectible(open, context);
}

function endAsPlanned(subscription: Subscription, context: Context): void {
  endSubscription(subscription, { reason: "cancellation_requested" }, context);
  const used = subscription.items.data.filter((item) => isMetered(item.price));
  if (used.length === 0) return;
  const now = context.now();
  const charges = used.map((item): ItemCharge => ({ item, period: { start: item.current_period_start, end: now } }));
  const period = { start: Math.min(...used.map((item) => item.current_period_start)), end: now };
  const ended = context.find("subscription", subscription.id);
  const { invoice } = billSubscription(ended, { reason: "subscription_cycle", period, charges }, context);
  scheduleFinalization(invoice, now + context.settings.invoiceGraceSeconds, context);
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
