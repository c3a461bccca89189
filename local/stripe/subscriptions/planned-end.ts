import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import type { Subscription } from "./items.ts";

interface Plan {
  cancelAt?: unknown;
  atPeriodEnd?: boolean;
}

type PlannedEnd = Pick<Subscription, "cancel_at" | "cancel_at_period_end">;

/**
 * When a subscription is to end. `cancel_at_period_end` always means the earliest end among the items' periods, so a
 * yearly plan with a monthly item ends within the month; `max_period_end` means the latest.
 * @throws 400 when both ways are used at once, or the moment is over.
 */
export function plannedEnd(subscription: Subscription, { cancelAt, atPeriodEnd }: Plan, context: Context): PlannedEnd {
  if (cancelAt !== undefined && cancelAt !== "" && atPeriodEnd) {
    throw invalid("You may only specify one of these parameters: cancel_at, cancel_at_period_end.", "cancel_at");
  }
  const ends = subscription.items.data.map((item) => item.current_period_end);
  if (atPeriodEnd) return { cancel_at: Math.min(...ends), cancel_at_period_end: true };
  if (cancelAt === "") return { cancel_at: null, cancel_at_period_end: false };
  if (cancelAt !== undefined) return { cancel_at: moment(cancelAt, ends, context), cancel_at_period_end: false };
  if (atPeriodEnd === false && subscription.cancel_at_period_end)
    return { cancel_at: null, cancel_at_period_end: false };
  return { cancel_at: subscription.cancel_at, cancel_at_period_end: subscription.cancel_at_period_end };
}

function moment(cancelAt: unknown, ends: number[], context: Context): number {
  if (cancelAt === "min_period_end") return Math.min(...ends);
  if (cancelAt === "max_period_end" || cancelAt === "max_billed_until") return Math.max(...ends);
  const at = Number(cancelAt);
  if (at > context.now()) return at;
  throw invalid("`cancel_at` must be a timestamp in the future.", "cancel_at");
}
