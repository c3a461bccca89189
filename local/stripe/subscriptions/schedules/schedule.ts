import { invalid } from "../../core/error.ts";
import type { Objects } from "../../core/objects.ts";
import type { Context } from "../../core/resource.ts";
import type { Subscription } from "../items.ts";
import { scheduleTurn } from "../schedule.ts";

export type Schedule = Objects["subscription_schedule"];
export type Phase = Schedule["phases"][number];

const week = 7 * 86_400;

/** The schedule that manages a subscription, if one does. */
export function scheduleOf(subscription: Subscription, { store }: Context): Schedule | undefined {
  return subscription.schedule ? store.objects("subscription_schedule").get(subscription.schedule) : undefined;
}

/** The phase that a moment lies in; none before the first and after the last. */
export function phaseAt(phases: Phase[], moment: number): Phase | undefined {
  return phases.find(({ start_date, end_date }) => start_date <= moment && moment < end_date);
}

/** When the last phase ends. */
export function endOf({ phases }: Schedule): number {
  return Math.max(...phases.map(({ end_date }) => end_date));
}

/** Has a schedule looked at again when its next phase begins, or its last one ends. */
export function scheduleNextPhase(schedule: Schedule, context: Context): void {
  const [turn, notice] = [`phase ${schedule.id}`, `phase notice ${schedule.id}`];
  if (schedule.status !== "active" && schedule.status !== "not_started") {
    context.unschedule(turn);
    context.unschedule(notice);
    return;
  }
  const next = schedule.current_phase?.end_date ?? schedule.phases[0]?.start_date ?? context.now();
  context.schedule(next, "subscription_schedule.turn", { schedule: schedule.id }, turn);
  const expires = endOf(schedule) - week;
  if (expires > context.now()) {
    context.schedule(expires, "subscription_schedule.expiring", { schedule: schedule.id }, notice);
  }
}

/** Keeps a schedule after a change, tells of it, and sees to it that its next phase comes. */
export function keepSchedule(schedule: Schedule, context: Context): Schedule {
  const kept = context.update("subscription_schedule.updated", schedule);
  scheduleNextPhase(kept, context);
  return kept;
}

type Closing = Extract<Schedule["status"], "canceled" | "completed" | "released">;

/** Ends the work of a schedule, whatever becomes of its subscription. */
export function closeSchedule(schedule: Schedule, status: Closing, context: Context, event: string = status): Schedule {
  const now = context.now();
  const released = status === "released" || (status === "completed" && schedule.end_behavior === "release");
  const closed = context.save<Schedule>({
    ...schedule,
    status,
    current_phase: null,
    canceled_at: status === "canceled" ? now : null,
    completed_at: status === "completed" ? now : null,
    released_at: status === "released" ? now : null,
    released_subscription: released ? schedule.subscription : null,
    subscription: released ? null : schedule.subscription,
  });
  scheduleNextPhase(closed, context);
  context.emit(`subscription_schedule.${event}`, closed);
  return closed;
}

/** Takes a schedule off its subscription, which goes on; the end the schedule had planned goes with it. */
export function detach(schedule: Schedule, keepsEnd: boolean, context: Context): void {
  if (!schedule.subscription) return;
  const subscription = context.find("subscription", schedule.subscription);
  const planned = schedule.end_behavior === "cancel" && !keepsEnd;
  const free = context.update<Subscription>("customer.subscription.updated", {
    ...subscription,
    schedule: null,
    ...(planned ? { cancel_at: null, canceled_at: null } : {}),
  });
  scheduleTurn(free, context);
}

/** @throws 400 unless the schedule is still to come or at work. */
export function requireOpen(schedule: Schedule, verb: string): void {
  if (schedule.status === "active" || schedule.status === "not_started") return;
  throw invalid(
    `You cannot ${verb} a subscription schedule that is currently in the \`${schedule.status}\` status. It must have a status of \`not_started\` or \`active\`.`,
  );
}

/** @throws 400 when a schedule manages the subscription: its end is the schedule's affair. */
export function refuseEndOfScheduled(subscription: Subscription): void {
  if (!subscription.schedule) return;
  throw invalid(
    `The subscription is managed by the subscription schedule \`${subscription.schedule}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
  );
}
