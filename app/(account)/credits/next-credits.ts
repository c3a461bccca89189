import { addMonths, calendarMonth } from "@/lib/billing/allowance";
import { allowanceOf, type Entitlement } from "@/lib/billing/entitlement";
import type { Standing } from "@/lib/billing/standing";

/**
 * When the plan next brings credits: with the next period, a month on for a yearly plan, on the first of the month for
 * the Free plan of a person. null: not at all, for teams without a plan, for plans that end or include none, and while unpaid.
 */
export function nextCreditsAt(standing: Standing, entitlement: Entitlement, now: Date): Date | null {
  const { subscription } = standing;
  if (entitlement.allowance === "free") return calendarMonth(now).end;
  if (entitlement.allowance !== "full" || !subscription || allowanceOf(entitlement, standing) === 0) return null;
  if (subscription.interval === "monthly") return subscription.cancelAt ? null : subscription.periodEnd;
  const months = Array.from({ length: 12 }, (_, month) => addMonths(subscription.periodStart, month + 1));
  const next = months.find((month) => month > now) ?? subscription.periodEnd;
  return subscription.cancelAt && next >= subscription.cancelAt ? null : next;
}
