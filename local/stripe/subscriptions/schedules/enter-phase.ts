import { mergeMetadata } from "../../core/metadata.ts";
import type { Context } from "../../core/resource.ts";
import { type DiscountChoice, discountsAfterInvoice, redeemDiscounts } from "../../invoices/discounts.ts";
import { billChange } from "../bill-change.ts";
import { billPeriod } from "../bill-period.ts";
import type { Subscription } from "../items.ts";
import { keepProrations } from "../prorations.ts";
import { scheduleTurn } from "../schedule.ts";
import { planPhase } from "./plan-phase.ts";
import { keepSchedule, type Phase, phaseAt, type Schedule } from "./schedule.ts";

/** The phase that begins when the current one ends; undefined when that was the last. */
export function phaseAfter(schedule: Schedule): Phase | undefined {
  const end = schedule.current_phase?.end_date;
  return end === undefined ? undefined : phaseAt(schedule.phases, end);
}

/** Whether the current phase of a schedule is over. */
export function isPhaseOver(schedule: Schedule | undefined, now: number): schedule is Schedule {
  return schedule?.status === "active" && schedule.current_phase !== null && schedule.current_phase.end_date <= now;
}

/** Lets a subscription go over to a phase: its items, its words, and what that bills. */
export function enterPhase(subscription: Subscription, schedule: Schedule, phase: Phase, context: Context): void {
  const planned = planPhase(subscription, phase, phase.start_date, context);
  const entered = context.update<Subscription>("customer.subscription.updated", {
    ...planned.subscription,
    ...wordsOf(phase, subscription, context),
  });
  const { start_date, end_date } = phase;
  keepSchedule({ ...schedule, current_phase: { start_date, end_date } }, context);
  keepProrations(entered, planned.prorations, context);
  scheduleTurn(entered, context);
  if (planned.renews || planned.charges.length > 0) {
    const begun = Math.min(...subscription.items.data.map((item) => item.current_period_start));
    billPeriod(entered, { charges: planned.charges, period: { start: begun, end: context.now() } }, context);
  } else if (planned.billsNow) billChange(entered, planned, undefined, context);
}

/** What a phase writes on its subscription beside the items. Discounts it does not name are gone. */
export function wordsOf(phase: Phase, subscription: Subscription, context: Context): Partial<Subscription> {
  const owner = { customer: subscription.customer, subscription: subscription.id };
  return {
    metadata: mergeMetadata(subscription.metadata, phase.metadata ?? {}),
    description: phase.description ?? subscription.description,
    default_payment_method: phase.default_payment_method ?? subscription.default_payment_method,
    collection_method: phase.collection_method ?? subscription.collection_method,
    discounts: redeemDiscounts(stillOpen(phase, subscription, context).map(choiceOf), owner, context),
    ...(phase.automatic_tax && { automatic_tax: phase.automatic_tax }),
  };
}

/** A discount that was for one invoice is not given again because a later phase names it. */
function stillOpen({ discounts }: Phase, subscription: Subscription, context: Context): Phase["discounts"] {
  return discounts.filter(({ discount: id }) => {
    if (!id || subscription.discounts.includes(String(id))) return true;
    return discountsAfterInvoice([String(id)], context).length > 0;
  });
}

/** How a request would name the discount of a phase. */
export function choiceOf({ coupon, discount, promotion_code }: Phase["discounts"][number]): DiscountChoice {
  return {
    ...(coupon && { coupon }),
    ...(discount && { discount }),
    ...(promotion_code && { promotion_code }),
  };
}
