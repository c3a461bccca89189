import { createHash } from "node:crypto";
import { type HeldPlan, kindOfChange, type PlanChange } from "@/lib/billing/changes";
import { formatDate } from "@/lib/billing/format";
import { basePrice, planOf } from "@/lib/billing/offers";
import { idOf } from "@/lib/stripe/client";
import type { Contract } from "./held";
import { foreignSchedule } from "./schedule";
import { payUrlOf, type ReadSubscription } from "./snapshot";

type RefusalCode = "not_offered" | "pay_first" | "resume_first" | "payment_pending";

/** A change somebody chose: how it would take effect, or why it cannot be made now, in words for them. */
export type Judged =
  | { readonly ok: true; readonly kind: "now" | "at_period_end"; readonly from: HeldPlan; readonly to: HeldPlan }
  | { readonly ok: false; readonly code: RefusalCode; readonly message: string; readonly url?: string };

const refuse = (code: RefusalCode, message: string, url?: string | null): Judged => ({
  ok: false,
  code,
  message,
  ...(url ? { url } : {}),
});

/** What the state of the account forbids, if it forbids any change. */
function byState({ entitlement, standing, subscription }: Contract): Judged | null {
  const { cancelAt } = subscription;
  const url = entitlement.notice?.url ?? payUrlOf(subscription) ?? standing.subscription?.payUrl;
  if (cancelAt)
    return refuse("resume_first", `Your plan ends on ${formatDate(cancelAt)}. Resume it first, then change it.`);
  if (subscription.pending)
    return refuse("payment_pending", "Your last change waits for its payment. Finish that, or take it back.", url);
  switch (entitlement.canChangePlan) {
    case "yes":
      return null;
    case "resume":
      return refuse("resume_first", "Your plan is paused. Resume it first, then change it.");
    case "finish_payment":
    case "pay_first":
      return refuse("pay_first", "An invoice of this account is unpaid. Pay it first; after that you can change.", url);
    case "admin":
      return refuse("not_offered", "Your plan was agreed with us. Write to us to change it.");
    case "no":
      return entitlement.notice?.code === "pay_now"
        ? refuse("pay_first", "Your last payment did not go through. Pay it first; after that you can change.", url)
        : refuse("not_offered", "Your plan cannot be changed at the moment. Write to us, and we will look into it.");
  }
}

/** The plan a subscription has in the version that was bought; null if plans.ts has forgotten it. */
export const heldOf = ({ base }: ReadSubscription): HeldPlan | null =>
  base?.plan ? { plan: base.plan, interval: base.interval } : null;

/** Judges a change against what Stripe has now and what the account may do. */
export function judgeChange(contract: Contract, { plan, interval }: PlanChange): Judged {
  const forbidden = byState(contract) ?? foreignSchedule(contract.subscription);
  if (forbidden) return forbidden;
  const from = heldOf(contract.subscription);
  const to = planOf(plan);
  if (!from) return refuse("not_offered", "Your plan is no longer in our list. Write to us to change it.");
  if (to.availability !== "on_sale" || !basePrice(to, interval))
    return refuse("not_offered", `${to.name} cannot be bought like this. Choose another plan, or write to us.`);
  const kind = kindOfChange(from, { plan: to, interval });
  if (kind === "current") return refuse("not_offered", `You have ${to.name} already.`);
  return { ok: true, kind, from, to: { plan: to, interval } };
}

/**
 * The id of an upgrade, derived from all that its preview depends on: the plan that was there and its last invoice, the
 * plan chosen, and the second it was reckoned from. A preview of something that has changed since therefore fits no
 * upgrade any more.
 */
export function upgradeId({ raw, baseItem }: ReadSubscription, { plan, interval }: HeldPlan, prorationDate: number) {
  const has = [raw.id, idOf(raw.latest_invoice), baseItem.id, baseItem.price.id, baseItem.current_period_end];
  const facts = [...has, plan.key, plan.version, interval];
  const hash = createHash("sha256")
    .update([...facts, prorationDate].join("|"))
    .digest("hex");
  const groups = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `a${hash.slice(17, 20)}`];
  return [...groups, hash.slice(20, 32)].join("-");
}
