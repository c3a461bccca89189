import { randomUUID } from "node:crypto";
import type Stripe from "stripe";
import type { Currency, Interval, Plan } from "@/lib/billing/catalogue";
import { type HeldPlan, type PlanChange, upgradeCredits } from "@/lib/billing/changes";
import { policy } from "@/lib/billing/plans";
import { type AccountId, type Credits, credits } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { readStanding } from "@/lib/standing";
import { fromSeconds, stripe } from "@/lib/stripe/client";
import { findPrice, meaningOf } from "@/lib/stripe/prices";
import { judgeChange, upgradeId } from "./choice";
import { type Contract, NO_SUBSCRIPTION, readContract, unavailable } from "./held";
import type { ReadSubscription } from "./snapshot";

export type { PlanChange } from "@/lib/billing/changes";

export type ChangePreview =
  | {
      ok: true;
      kind: "now";
      /** Names this very preview; the change takes it, so that clicking twice changes once. */
      changeId: string;
      /** Unix seconds that the amounts are reckoned from, until which the old plan is paid. */
      prorationDate: number;
      currency: Currency;
      lines: Array<{ description: string; cents: number }>;
      dueNowCents: number;
      /** What the next renewal costs in advance, with the discounts that will hold then. */
      nextCents: number;
      nextAt: Date;
      creditsNow: Credits;
      /** Credits a month from then on. */
      allowance: Credits;
      overagePer1000Now: number | null;
      overagePer1000Next: number | null;
      overageChangesAt: Date | null;
    }
  | {
      ok: true;
      kind: "at_period_end";
      changeId: string;
      at: Date;
      currency: Currency;
      /** What that renewal costs in advance, with the discounts that will hold then. */
      nextCents: number;
      allowance: Credits;
      interval: Interval;
      overagePer1000Next: number | null;
    }
  | {
      ok: false;
      code: "not_offered" | "pay_first" | "resume_first" | "payment_pending" | "no_subscription" | "stripe_unavailable";
      message: string;
      url?: string;
    };

const currencyOf = ({ raw }: ReadSubscription): Currency => (raw.currency === "eur" ? "eur" : "usd");

const overagePer1000 = (plan: Plan | null | undefined, currency: Currency): number | null =>
  policy.overage === "metered" ? (plan?.overage?.per1000[currency] ?? null) : null;

/** The plan whose overage price is in force; null while there is no metered item. */
function ratedPlan({ overageItem }: ReadSubscription): Plan | null {
  return overageItem?.meaning?.kind === "overage" ? overageItem.meaning.plan : null;
}

/** What an update must say of the items: the base item goes over to the new price, and nothing else is touched. */
export const upgradeItems = (subscription: ReadSubscription, price: string) => [
  { id: subscription.baseItem.id, price, quantity: subscription.baseItem.quantity ?? 1 },
];

const discountOf = (line: Stripe.InvoiceLineItem) =>
  (line.discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);

/** Lines that add up to what is due, so that nobody has to guess where a difference comes from. */
function linesOf(invoice: Stripe.Invoice): Array<{ description: string; cents: number }> {
  const discount = invoice.lines.data.reduce((sum, line) => sum + discountOf(line), 0);
  const tax = (invoice.total_taxes ?? []).reduce(
    (sum, { amount, tax_behavior: behavior }) => sum + (behavior === "inclusive" ? 0 : amount),
    0,
  );
  const extra = [
    { description: "Discount", cents: -discount },
    { description: "Tax", cents: tax },
    { description: "Your balance with us", cents: invoice.amount_due - invoice.total },
  ];
  return [
    ...invoice.lines.data.map(({ description, amount }) => ({ description: description ?? "Plan", cents: amount })),
    ...extra.filter(({ cents }) => cents !== 0),
  ];
}

/** The discounts that will still hold at a renewal, as a preview takes them; those that have run out by then are left out. */
async function discountsAt({ raw }: ReadSubscription, at: Date) {
  if (raw.discounts.length === 0) return {};
  const { discounts } = await stripe().subscriptions.retrieve(raw.id, { expand: ["discounts"] });
  const kept = discounts.flatMap((discount) =>
    typeof discount === "string" || (discount.end !== null && discount.end * 1000 <= at.getTime())
      ? []
      : [{ discount: discount.id }],
  );
  return { discounts: kept.length > 0 ? kept : ("" as const) };
}

/**
 * What a whole period of another base price costs from a renewal on, as Stripe would bill it: with the discounts that
 * hold by then, without prorations, use, or anything else that waits.
 */
async function nextBaseCents(subscription: ReadSubscription, price: string, at: Date): Promise<number> {
  const next = await stripe().invoices.createPreview({
    subscription: subscription.raw.id,
    subscription_details: { items: upgradeItems(subscription, price), proration_behavior: "none" },
    preview_mode: "recurring",
    ...(await discountsAt(subscription, at)),
  });
  let cents = 0;
  for (const line of next.lines.data) {
    const details = line.parent?.subscription_item_details;
    if (details?.proration || (await meaningOf(line.pricing?.price_details?.price))?.kind !== "base") continue;
    const tax = (line.taxes ?? []).reduce(
      (sum, { amount, tax_behavior: behavior }) => sum + (behavior === "inclusive" ? 0 : amount),
      0,
    );
    cents += line.amount - discountOf(line) + tax;
  }
  return cents;
}

async function previewUpgrade({ subscription }: Contract, from: HeldPlan, to: HeldPlan): Promise<ChangePreview> {
  const prorationDate = Math.floor(now().getTime() / 1000);
  const price = await findPrice({ kind: "base", ...to });
  const [invoice, nextCents] = await Promise.all([
    stripe().invoices.createPreview({
      subscription: subscription.raw.id,
      subscription_details: {
        items: upgradeItems(subscription, price),
        proration_behavior: "always_invoice",
        proration_date: prorationDate,
      },
    }),
    nextBaseCents(subscription, price, subscription.periodEnd),
  ]);
  const currency = currencyOf(subscription);
  const rated = ratedPlan(subscription);
  const overageNow = overagePer1000(rated, currency);
  const overageNext = overagePer1000(to.plan, currency);
  const allowances = { from: from.plan.monthlyAllowance, to: to.plan.monthlyAllowance };
  const period = { start: subscription.periodStart, end: subscription.periodEnd };
  const isTrial = subscription.status === "trialing";
  return {
    ok: true,
    kind: "now",
    changeId: upgradeId(subscription, to, prorationDate),
    prorationDate,
    currency,
    lines: linesOf(invoice),
    dueNowCents: invoice.amount_due,
    nextCents,
    nextAt: subscription.periodEnd,
    creditsNow: isTrial ? credits(0) : upgradeCredits(allowances, to.interval, fromSeconds(prorationDate), period),
    allowance: credits(to.plan.monthlyAllowance),
    overagePer1000Now: overageNow,
    overagePer1000Next: overageNext,
    overageChangesAt:
      subscription.overageItem && overageNow !== overageNext
        ? fromSeconds(subscription.overageItem.item.current_period_end)
        : null,
  };
}

async function previewLater({ subscription }: Contract, { plan, interval }: HeldPlan): Promise<ChangePreview> {
  const currency = currencyOf(subscription);
  const price = await findPrice({ kind: "base", plan, interval });
  return {
    ok: true,
    kind: "at_period_end",
    changeId: randomUUID(),
    at: subscription.periodEnd,
    currency,
    nextCents: await nextBaseCents(subscription, price, subscription.periodEnd),
    allowance: credits(plan.monthlyAllowance),
    interval,
    overagePer1000Next: overagePer1000(plan, currency),
  };
}

async function withoutContract(account: AccountId): Promise<ChangePreview> {
  const { subscription } = await readStanding(account);
  if (subscription?.status !== "incomplete") return NO_SUBSCRIPTION;
  const message = "Your first payment is unfinished. Finish it to start the plan; after that you can change it.";
  return { ok: false, code: "pay_first", message, ...(subscription.payUrl ? { url: subscription.payUrl } : {}) };
}

/**
 * What a change of plan would cost and bring, before anybody agrees to it. For an upgrade the amounts are Stripe's own,
 * and the invoice that `changePlan` makes with the same proration date is equal to the cent.
 * @returns how the change takes effect, or why it cannot be made, in words for the buyer
 * @throws Error if the database cannot answer or Stripe refuses our parameters
 */
export async function previewChange({
  account,
  change,
}: {
  account: AccountId;
  change: PlanChange;
}): Promise<ChangePreview> {
  try {
    const contract = await readContract(account);
    if (!contract) return await withoutContract(account);
    const judged = judgeChange(contract, change);
    if (!judged.ok) return judged;
    if (judged.kind === "now") return await previewUpgrade(contract, judged.from, judged.to);
    return await previewLater(contract, judged.to);
  } catch (error) {
    return unavailable(error);
  }
}
