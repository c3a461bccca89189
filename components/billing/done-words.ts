import type { Catalogue } from "@/lib/billing/catalogue";
import type { Entitlement } from "@/lib/billing/entitlement";
import { formatDate } from "@/lib/billing/format";
import { catalogue as ours } from "@/lib/billing/plans";
import type { Standing } from "@/lib/billing/standing";
import { canCancel } from "./plan-steps";
import { soldPlan } from "./plan-words";

/**
 * What has just been done about the plan, where the address says so and it is still true; else null. Pure.
 * @param done the address's word for it
 */
export function doneWords(
  done: string | string[] | undefined,
  standing: Standing,
  entitlement: Entitlement,
  from: Catalogue = ours,
): { title: string; text: string } | null {
  const { subscription } = standing;
  if (!subscription || !canCancel(standing) || subscription.scheduled || subscription.pending) return null;
  if (subscription.status !== "active" && subscription.status !== "trialing") return null;
  const { name } = soldPlan(subscription, entitlement, from);
  const goesOn = `${name} goes on as before and renews on ${formatDate(subscription.periodEnd)}. Nothing was charged.`;
  if (done === "resumed") return { title: "Your plan is resumed", text: goesOn };
  if (done === "restarted")
    return {
      title: "Your plan goes on",
      text: `${name} has begun a new period and renews on ${formatDate(subscription.periodEnd)}. The invoice is on the invoices page.`,
    };
  if (done === "kept") return { title: `You keep ${name}`, text: goesOn };
  return null;
}
