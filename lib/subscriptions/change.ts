import type Stripe from "stripe";
import type { HeldPlan, PlanChange } from "@/lib/billing/changes";
import { planOf } from "@/lib/billing/offers";
import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { idOf, stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import { heldOf, judgeChange, upgradeId } from "./choice";
import { type Contract, changeContract, type VerbAnswer } from "./held";
import { upgradeItems } from "./preview";
import { foreignSchedule, planSchedule, releaseSchedule } from "./schedule";
import type { ReadSubscription } from "./snapshot";

export type ChangeAnswer =
  | {
      ok: true;
      code: "changed" | "scheduled" | "payment_pending";
      /** Where to finish paying. */
      url?: string;
      at?: Date;
    }
  | {
      ok: false;
      code:
        | "not_offered"
        | "preview_expired"
        | "pay_first"
        | "resume_first"
        | "payment_failed"
        | "busy"
        | "no_subscription"
        | "stripe_unavailable";
      message: string;
      url?: string;
    };

const PREVIEW_SECONDS = 1800;
const EXPIRED: ChangeAnswer = {
  ok: false,
  code: "preview_expired",
  message: "The amounts you saw are no longer exact. Nothing was changed; look at them again, then confirm.",
};

/** The invoice an upgrade waits for, and whether it is the cardholder or the bank that it waits for. */
async function unpaidUpgrade(latest: string | Stripe.Invoice | null): Promise<{ url?: string; declined: boolean }> {
  const id = idOf(latest);
  if (!id) return { declined: true };
  const [invoice, payments] = await Promise.all([
    stripe().invoices.retrieve(id),
    stripe().invoicePayments.list({ invoice: id, limit: 10 }),
  ]);
  const intents = await Promise.all(
    payments.data.flatMap(({ payment }) => {
      const intent = idOf(payment.payment_intent);
      return intent ? [stripe().paymentIntents.retrieve(intent)] : [];
    }),
  );
  const waits = intents.some(({ status }) => status === "requires_action" || status === "processing");
  return { ...(invoice.hosted_invoice_url ? { url: invoice.hosted_invoice_url } : {}), declined: !waits };
}

async function waiting(raw: Stripe.Subscription, from: HeldPlan | null, to: HeldPlan): Promise<ChangeAnswer> {
  const { url, declined } = await unpaidUpgrade(raw.latest_invoice);
  const link = url ? { url } : {};
  if (!declined) return { ok: true, code: "payment_pending", ...link };
  return {
    ok: false,
    code: "payment_failed",
    message: `Your bank declined the payment. Your ${from?.plan.name ?? "old"} plan stays as it is; pay with another card within 23 hours to switch to ${to.plan.name}.`,
    ...link,
  };
}

function isFresh({ baseItem }: ReadSubscription, prorationDate: number): boolean {
  const seconds = now().getTime() / 1000;
  return (
    prorationDate >= seconds - PREVIEW_SECONDS &&
    prorationDate <= seconds + 60 &&
    prorationDate >= baseItem.current_period_start
  );
}

async function upgrade(
  { subscription }: Contract,
  to: HeldPlan,
  changeId: string,
  prorationDate: number,
): Promise<ChangeAnswer> {
  const price = await findPrice({ kind: "base", ...to });
  await releaseSchedule(subscription);
  const updated = await stripe().subscriptions.update(
    subscription.raw.id,
    {
      items: upgradeItems(subscription, price),
      proration_behavior: "always_invoice",
      proration_date: prorationDate,
      payment_behavior: "pending_if_incomplete",
    },
    { idempotencyKey: `change:${changeId}` },
  );
  return updated.pending_update ? waiting(updated, heldOf(subscription), to) : { ok: true, code: "changed" };
}

async function later({ subscription }: Contract, to: HeldPlan, changeId: string): Promise<ChangeAnswer> {
  await releaseSchedule(subscription);
  const fresh = { ...subscription, schedule: null };
  await planSchedule(fresh, { ...to, at: subscription.periodEnd }, changeId);
  return { ok: true, code: "scheduled", at: subscription.periodEnd };
}

const isOf = (has: { plan: string | null; interval?: string } | null, { plan, interval }: PlanChange) =>
  has?.plan === plan && (has.interval === undefined || has.interval === interval);

/** What there is to say when the change has been made before, by a click that came first or got no answer. */
async function already({ subscription }: Contract, change: PlanChange, to: HeldPlan): Promise<ChangeAnswer | null> {
  const { base, pending, scheduled, raw } = subscription;
  if (pending && isOf(pending, change)) return waiting(raw, heldOf(subscription), to);
  if (scheduled && isOf(scheduled, change)) return { ok: true, code: "scheduled", at: scheduled.at };
  if (!scheduled && base && isOf({ plan: base.planKey, interval: base.interval }, change))
    return { ok: true, code: "changed" };
  return null;
}

/**
 * Changes the plan of an account: a dearer one now, paid at once and in force only when it is paid; a cheaper one, or
 * another interval, when the period that is paid is over. Asked again, by a second click, another tab or after an
 * answer that never came, it is still one change.
 * @param changeId from the preview
 * @param prorationDate from the preview of an upgrade; the invoice then is what was shown, to the cent
 * @returns what became of it, or why not, in words for the buyer; with `payment_failed` the old plan stays in force
 * @throws Error if the database cannot answer or Stripe refuses our parameters
 */
export async function changePlan({
  account,
  change,
  changeId,
  prorationDate,
}: {
  account: AccountId;
  change: PlanChange;
  changeId: string;
  prorationDate?: number;
}): Promise<ChangeAnswer> {
  return changeContract(account, async (contract): Promise<ChangeAnswer> => {
    const judged = judgeChange(contract, change);
    const target = judged.ok ? judged.to : null;
    const made = await already(contract, change, target ?? { plan: planOf(change.plan), interval: change.interval });
    if (made) return made;
    if (!judged.ok)
      return judged.code === "payment_pending" ? { ...judged, code: "pay_first" } : { ...judged, code: judged.code };
    if (judged.kind === "at_period_end")
      return prorationDate === undefined ? later(contract, judged.to, changeId) : EXPIRED;
    if (prorationDate === undefined || !isFresh(contract.subscription, prorationDate)) return EXPIRED;
    if (changeId !== upgradeId(contract.subscription, judged.to, prorationDate)) return EXPIRED;
    return upgrade(contract, judged.to, changeId, prorationDate);
  });
}

/**
 * Gives up an upgrade that waits for its payment: without its invoice Stripe forgets it. No other invoice is ever voided.
 * @returns false if it has just been paid, and is in force
 */
export async function dropPending({ pending, raw }: ReadSubscription): Promise<boolean> {
  const id = pending && idOf(raw.latest_invoice);
  if (!id) return true;
  const { status, billing_reason: reason } = await stripe().invoices.retrieve(id);
  if (reason !== "subscription_update" || (status !== "open" && status !== "uncollectible")) return true;
  try {
    await stripe().invoices.voidInvoice(id);
    return true;
  } catch (error) {
    const { status: since } = await stripe().invoices.retrieve(id);
    if (since === "open" || since === "uncollectible") throw error;
    return since !== "paid";
  }
}

const JUST_PAID = {
  ok: false,
  code: "not_offered",
  message: "The payment has just gone through, so the change is made. You can change your plan again.",
} as const;

/**
 * Takes back a change that has not happened yet: one at the period's end, or an upgrade that waits for its payment. The
 * plan goes on as it is.
 */
export async function revokeScheduledChange({ account }: { account: AccountId }): Promise<VerbAnswer> {
  return changeContract(account, async ({ subscription }): Promise<VerbAnswer> => {
    if (!subscription.scheduled && !subscription.pending) return { ok: true, code: "nothing_planned" };
    const foreign = foreignSchedule(subscription);
    if (foreign) return foreign;
    if (!(await dropPending(subscription))) return JUST_PAID;
    await releaseSchedule(subscription);
    return { ok: true, code: "revoked", at: subscription.periodEnd };
  });
}
