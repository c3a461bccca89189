import type Stripe from "stripe";
import { heldPlan } from "@/lib/billing/changes";
import { basePrice, planVersion } from "@/lib/billing/offers";
import type { DunningStage, Standing } from "@/lib/billing/standing";
import { fromSeconds, idOf } from "@/lib/stripe/client";
import type { MailOrder } from "./mails";
import type { BaseMeaning, ReadSubscription } from "./snapshot";

const FRESH_MS = 7 * 86_400_000;

function priceOf({ plan, interval }: Pick<BaseMeaning, "plan" | "interval">, currency: string) {
  const price = plan && basePrice(plan, interval);
  const cents = price && (currency === "eur" ? price.eur : price.usd);
  return { amountCents: cents ?? null, currency, interval };
}

/** What was paid for a change that took effect at once; null when it came with a renewal. */
function paidNow({ raw, invoices }: ReadSubscription): Stripe.Invoice | null {
  const latest = invoices.find(({ invoice }) => invoice.id === idOf(raw.latest_invoice))?.invoice;
  return latest?.billing_reason === "subscription_update" && latest.status === "paid" ? latest : null;
}

function changedMail(subscription: ReadSubscription, before: Standing, at: Date): MailOrder[] {
  const former = heldPlan(before);
  const { raw, base } = subscription;
  if (!former || before.subscription?.id !== raw.id || !base || subscription.endedAt) return [];
  if (former.plan.key === base.planKey && former.interval === base.interval) return [];
  const invoice = paidNow(subscription);
  return [
    {
      kind: "plan_changed",
      key: `${raw.id}:${base.planKey}:${base.interval}:${at.toISOString()}`,
      data: {
        ...priceOf(base, raw.currency),
        planName: base.plan?.name ?? base.planKey,
        formerPlanName: former.plan.name,
        credits: base.plan?.monthlyAllowance ?? 0,
        paidCents: invoice?.amount_paid ?? null,
        invoice: invoice?.id ?? null,
        invoiceUrl: invoice?.hosted_invoice_url ?? null,
        changedAt: at.toISOString(),
        renewsAt: subscription.periodEnd.toISOString(),
      },
    },
  ];
}

function scheduledMail({ raw, base, schedule, scheduled }: ReadSubscription): MailOrder[] {
  if (!schedule || !scheduled) return [];
  const plan = planVersion(scheduled.plan, scheduled.version);
  return [
    {
      kind: "plan_change_scheduled",
      key: `${raw.id}:${schedule.raw.metadata?.change ?? schedule.raw.id}`,
      data: {
        ...priceOf({ plan, interval: scheduled.interval }, raw.currency),
        planName: plan?.name ?? scheduled.plan,
        formerPlanName: base?.plan?.name ?? null,
        credits: plan?.monthlyAllowance ?? 0,
        changesAt: scheduled.at.toISOString(),
      },
    },
  ];
}

function cancellationMail({ raw, base, cancelAt, endedAt }: ReadSubscription): MailOrder[] {
  if (!cancelAt || endedAt || raw.canceled_at === null) return [];
  return [
    {
      kind: "cancellation_scheduled",
      key: `${raw.id}:${raw.canceled_at}`,
      data: { planName: base?.plan?.name ?? null, endsAt: cancelAt.toISOString() },
    },
  ];
}

/** Dunning has told of an end that came while something was owed. */
const isDunnings = (stage: DunningStage | null, before: Standing) =>
  stage !== null || before.dunning !== null || before.endedUnpaid;

const isRefusedTrial = ({ trialEnd, endedAt }: ReadSubscription, { trialRefusedAt }: Standing) =>
  trialRefusedAt !== null && trialEnd !== null && endedAt !== null && endedAt <= trialEnd;

/** The invoice that comes with the end, for use beyond the allowance; while it is a draft its sum may still grow. */
function lastInvoice({ invoices }: ReadSubscription, endedAt: Date): Stripe.Invoice | undefined {
  return invoices.find(
    ({ invoice }) => fromSeconds(invoice.created) >= endedAt && (invoice.status === "draft" || invoice.total > 0),
  )?.invoice;
}

function endedMail(
  subscription: ReadSubscription,
  before: Standing,
  stage: DunningStage | null,
  at: Date,
): MailOrder[] {
  const { raw, base, endedAt, status } = subscription;
  if (status !== "canceled" || !endedAt || at.getTime() - endedAt.getTime() > FRESH_MS) return [];
  if (isRefusedTrial(subscription, before) || isDunnings(stage, before)) return [];
  const last = lastInvoice(subscription, endedAt);
  const isDraft = last?.status === "draft";
  return [
    {
      kind: "subscription_ended",
      key: raw.id,
      data: {
        planName: base?.plan?.name ?? null,
        endedAt: endedAt.toISOString(),
        amountCents: isDraft ? null : (last?.total ?? null),
        currency: raw.currency,
        invoiceUrl: last?.hosted_invoice_url ?? null,
        lastInvoice: last ? (isDraft ? "draft" : "made") : null,
      },
    },
  ];
}

/**
 * Mails about changes of a plan, each once a change, whoever made it and wherever.
 * @param before what we knew of the account until now; a changed plan is told by comparing
 * @param stage where dunning is from now on
 */
export function changeMails(
  subscription: ReadSubscription,
  before: Standing,
  stage: DunningStage | null,
  at: Date,
): MailOrder[] {
  return [
    ...changedMail(subscription, before, at),
    ...scheduledMail(subscription),
    ...cancellationMail(subscription),
    ...endedMail(subscription, before, stage, at),
  ];
}
