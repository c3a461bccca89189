import Stripe from "stripe";
import { addMonths } from "@/lib/billing/allowance";
import type { Interval, Plan } from "@/lib/billing/catalogue";
import { planOf, planVersion } from "@/lib/billing/offers";
import { policy } from "@/lib/billing/plans";
import { fromSeconds, idOf, stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import { rpc } from "@/lib/supabase/rpc";
import { overageFollows, priceFollows, scheduleMetadata } from "./planned";
import type { ReadSubscription } from "./snapshot";

type Phase = Stripe.SubscriptionScheduleUpdateParams.Phase;

/** A plan that begins by itself at a renewal. */
export interface PlannedTarget {
  readonly plan: Plan;
  readonly interval: Interval;
  readonly at: Date;
}

const FOREIGN =
  "Your plan follows a schedule that was made outside of this app. Write to us, and we change it with you.";

/** The refusal for a schedule that somebody else has made, which we leave alone; null if there is none. */
export function foreignSchedule({ schedule }: ReadSubscription) {
  return schedule && !schedule.isOurs ? ({ ok: false, code: "not_offered", message: FOREIGN } as const) : null;
}

async function isOver(id: string): Promise<boolean> {
  const { status } = await stripe().subscriptionSchedules.retrieve(id);
  return status !== "active" && status !== "not_started";
}

/**
 * Lets go of our schedule, which would stand in the way of every other change. What must survive is planned again by
 * the sync that follows each change.
 */
export async function releaseSchedule({ schedule }: ReadSubscription): Promise<void> {
  if (!schedule?.isOurs) return;
  try {
    await stripe().subscriptionSchedules.release(schedule.raw.id);
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || !(await isOver(schedule.raw.id))) throw error;
  }
}

/** What a plan consists of at Stripe: its base price, and its overage where that is sold. */
async function itemsOf(plan: Plan, interval: Interval): Promise<Phase["items"]> {
  const base = await findPrice({ kind: "base", plan, interval });
  const sellsOverage = policy.overage === "metered" && plan.overage;
  return [
    { price: base, quantity: 1 },
    ...(sellsOverage ? [{ price: await findPrice({ kind: "overage", plan }) }] : []),
  ];
}

/** Whether use beyond the allowance is still rated by another plan than the one that is paid. */
export function overageLags({ base, overageItem }: ReadSubscription): boolean {
  const rated = overageItem?.meaning;
  if (!base?.plan || rated?.kind !== "overage") return false;
  return rated.planKey !== base.planKey || rated.version !== base.version;
}

const inSeconds = (date: Date) => Math.floor(date.getTime() / 1000);

interface Step {
  readonly at: number;
  readonly items: Phase["items"];
  readonly interval: Interval;
}

/** What is to begin, in order: the overage of the plan that is paid, unless another plan begins no later, and that plan. */
async function stepsOf(subscription: ReadSubscription, target: PlannedTarget | null): Promise<Step[]> {
  const { base, overageItem } = subscription;
  const targetAt = target && inSeconds(target.at);
  const swapAt = overageLags(subscription) ? (overageItem?.item.current_period_end ?? null) : null;
  const steps: Step[] = [];
  if (base?.plan && swapAt !== null && (targetAt === null || swapAt < targetAt))
    steps.push({ at: swapAt, items: await itemsOf(base.plan, base.interval), interval: base.interval });
  if (target && targetAt !== null)
    steps.push({ at: targetAt, items: await itemsOf(target.plan, target.interval), interval: target.interval });
  return steps;
}

function phasesOf(steps: Step[], first: Phase): Phase[] {
  const { discounts } = first;
  const phases = steps.map(({ at, items, interval }, index): Phase => {
    const following = steps[index + 1];
    return {
      start_date: at,
      items,
      proration_behavior: "none",
      ...(discounts ? { discounts } : {}),
      ...(following
        ? { end_date: following.at }
        : { duration: { interval: interval === "yearly" ? "year" : "month", interval_count: 1 } }),
    };
  });
  return [{ ...first, end_date: steps[0]?.at }, ...phases];
}

function runningPhase({ raw }: ReadSubscription, schedule: Stripe.SubscriptionSchedule): Phase {
  const discounts = raw.discounts.flatMap((discount) => idOf(discount) ?? []).map((discount) => ({ discount }));
  return {
    start_date: schedule.phases[0]?.start_date ?? schedule.current_phase?.start_date ?? raw.start_date,
    items: raw.items.data.map(({ price, quantity }) => ({
      price: price.id,
      ...(quantity === undefined ? {} : { quantity }),
    })),
    proration_behavior: "none",
    ...(raw.status === "trialing" && raw.trial_end ? { trial_end: raw.trial_end } : {}),
    ...(discounts.length > 0 ? { discounts } : {}),
  };
}

/**
 * Plans what comes: the overage of the plan that is paid, at the next renewal of its item, and another plan at a later
 * renewal. Between those everything stays as it is. The subscription must have no schedule.
 * @param target null when only the overage follows
 * @param change the change it belongs to, written on the schedule
 */
export async function planSchedule(
  subscription: ReadSubscription,
  target: PlannedTarget | null,
  change: string,
): Promise<void> {
  const steps = await stepsOf(subscription, target);
  if (steps.length === 0) return;
  const made = await stripe().subscriptionSchedules.create({ from_subscription: subscription.raw.id });
  await stripe().subscriptionSchedules.update(made.id, {
    end_behavior: "release",
    metadata: scheduleMetadata(change),
    proration_behavior: "none",
    phases: phasesOf(steps, runningPhase(subscription, made)),
  });
}

/** The first renewal of the base item that is not before some time. */
export function renewalFrom({ raw, periodEnd, base }: ReadSubscription, earliest: Date): Date {
  const anchor = fromSeconds(raw.billing_cycle_anchor);
  const months = base?.interval === "yearly" ? 12 : 1;
  for (let turn = 0; ; turn += 1) {
    const renewal = addMonths(anchor, turn * months);
    if (renewal >= periodEnd && renewal >= earliest) return renewal;
  }
}

async function announcedMove({ raw, base }: ReadSubscription): Promise<{ plan: Plan; movesAt: Date } | null> {
  if (!base?.plan || base.plan.version === planOf(base.plan.key).version) return null;
  const move = await rpc<{ to_version: number; moves_at: string } | null>("find_price_move", {
    subscription_id: raw.id,
    plan_key: base.planKey,
    from_version: base.version,
  });
  const plan = move && planVersion(base.planKey, move.to_version);
  return plan ? { plan, movesAt: new Date(move.moves_at) } : null;
}

const PLANNABLE: readonly string[] = ["active", "past_due", "trialing"];

/** Ours, and either over or about to bring back a plan that somebody has changed since at Stripe. */
function isOutdated({ schedule, scheduled }: ReadSubscription): boolean {
  return Boolean(schedule?.isOurs && (schedule.isSpent || (schedule.isFollowUp && scheduled)));
}

/**
 * Plans again what every other change has let go of: overage at the price of the plan that is paid, and a new price that
 * was announced. Whoever is leaving, waits for a payment or has a change planned already is left alone. A schedule that
 * plans nothing is let go of where the metered item could not be added for it.
 * @returns whether something was planned
 */
export async function planWhatSurvives(subscription: ReadSubscription): Promise<boolean> {
  const { raw, base, status, cancelAt, pending } = subscription;
  const isOutOfDate = isOutdated(subscription);
  if ((raw.schedule && !isOutOfDate) || cancelAt || pending || !base || !PLANNABLE.includes(status)) return false;
  const move = await announcedMove(subscription);
  const standsInTheWay = isOutOfDate && !subscription.meteredItem;
  if (!move && !overageLags(subscription) && !subscription.scheduled && !standsInTheWay) return false;
  await releaseSchedule(subscription);
  if (!move && !overageLags(subscription)) return false;
  const target = move && {
    plan: move.plan,
    interval: base.interval,
    at: renewalFrom(subscription, move.movesAt),
  };
  const change = move ? priceFollows(raw.id, move.plan.version) : overageFollows(raw.id);
  await planSchedule(subscription, target, change);
  return true;
}
