import type Stripe from "stripe";
import { invalid } from "../../core/error.ts";
import { mergeMetadata } from "../../core/metadata.ts";
import type { Params } from "../../core/objects.ts";
import { type Context, leftOut } from "../../core/resource.ts";
import { billChange } from "../bill-change.ts";
import { planChange } from "../change.ts";
import type { Subscription } from "../items.ts";
import { keepProrations } from "../prorations.ts";
import { scheduleTurn } from "../schedule.ts";
import { wordsOf } from "./enter-phase.ts";
import { type PhaseParams, readPhases, refuseOtherTrials } from "./phases.ts";
import { endOf, keepSchedule, type Phase, phaseAt, requireOpen, type Schedule } from "./schedule.ts";
import { startIfDue } from "./start.ts";

type Update = Params<Stripe.SubscriptionScheduleUpdateParams>;

/**
 * Changes a schedule. Phases replace those that were to come; the current one must be among them, from its own start,
 * and a change of its items is made at once.
 * @throws 400 when the schedule is over, or the phases leave out or move the current one.
 */
export function changeSchedule(schedule: Schedule, params: Update, context: Context): Schedule {
  leftOut(params, ["pause_schedules", "default_settings"]);
  requireOpen(schedule, "update");
  const phases = params.phases ? newPhases(schedule, params.phases, context) : schedule.phases;
  const current = schedule.current_phase ? phaseAt(phases, context.now()) : undefined;
  const changed = keepSchedule(
    {
      ...schedule,
      phases,
      end_behavior: params.end_behavior ?? schedule.end_behavior,
      metadata: mergeMetadata(schedule.metadata, params.metadata),
      current_phase: current ? { start_date: current.start_date, end_date: current.end_date } : schedule.current_phase,
    },
    context,
  );
  if (!changed.subscription) return startIfDue(changed, context);
  planEnd(changed, context);
  if (params.phases && current) applyCurrent(changed, current, params.proration_behavior, context);
  return context.find("subscription_schedule", schedule.id);
}

function newPhases(schedule: Schedule, sent: PhaseParams[], context: Context): Phase[] {
  const now = context.now();
  const currency = schedule.phases[0]?.currency;
  if (!schedule.current_phase) return readPhases(sent, schedule.phases[0]?.start_date, currency, context);
  const past = schedule.phases.filter(({ end_date }) => end_date <= now);
  const phases = readPhases(sent, undefined, currency, context);
  const subscription = schedule.subscription ? context.find("subscription", schedule.subscription) : null;
  refuseOtherTrials(phases, subscription?.trial_end ?? null);
  const current = phaseAt(phases, now);
  if (!current) {
    throw invalid("The phases of an active subscription schedule must include its current phase.", "phases");
  }
  if (current.start_date !== schedule.current_phase.start_date) {
    throw invalid("You can not modify the start date of the current phase.", "phases[0][start_date]");
  }
  const kept = past.filter(({ start_date }) => !phases.some((phase) => phase.start_date <= start_date));
  return [...kept, ...phases];
}

/** With `cancel` as its end a schedule shows on the subscription when that is. */
function planEnd(schedule: Schedule, context: Context): void {
  const subscription = context.find("subscription", String(schedule.subscription));
  const ends = schedule.end_behavior === "cancel";
  const cancel_at = ends ? endOf(schedule) : null;
  if (subscription.cancel_at === cancel_at) return;
  const canceled_at = ends ? (subscription.canceled_at ?? context.now()) : null;
  const planned = { ...subscription, cancel_at, canceled_at, cancel_at_period_end: false };
  scheduleTurn(context.update("customer.subscription.updated", planned), context);
}

function applyCurrent(
  schedule: Schedule,
  phase: Phase,
  proration: Update["proration_behavior"],
  context: Context,
): void {
  const subscription = context.find("subscription", String(schedule.subscription));
  const change = planChange(
    subscription,
    { items: changesTo(subscription, phase), proration_behavior: proration },
    context,
  );
  const updated = context.update<Subscription>("customer.subscription.updated", {
    ...change.subscription,
    ...wordsOf(phase, subscription, context),
  });
  keepProrations(updated, change.prorations, context);
  scheduleTurn(updated, context);
  if (change.billsNow) billChange(updated, change, undefined, context);
}

/** The items of a phase as changes of what the subscription has now. */
function changesTo(subscription: Subscription, phase: Phase) {
  const items = subscription.items.data;
  const gone = items
    .filter((item) => !phase.items.some(({ price }) => price === item.price.id))
    .map(({ id }) => ({ id, deleted: true }));
  const wanted = phase.items.map(({ price, quantity, metadata }) => {
    const former = items.find((item) => item.price.id === price);
    return { ...(former ? { id: former.id } : { price }), quantity, metadata: metadata ?? undefined };
  });
  return [...wanted, ...gone];
}
