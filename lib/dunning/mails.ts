import type Stripe from "stripe";
import { type DunningCase, type DunningDays, stageDueAt } from "@/lib/billing/dunning";
import type { DunningStage } from "@/lib/billing/standing";
import { fromSecondsOrNull } from "@/lib/stripe/client";
import type { ReadSubscription } from "@/lib/subscriptions/snapshot";

/** A mail of a case; the case and what it tells of are its key. */
export interface DunningMail {
  readonly kind:
    | "payment_failed"
    | "payment_action"
    | "payment_warned"
    | "plan_downgraded"
    | "account_suspended"
    | "plan_restored";
  readonly data: Record<string, string | number | boolean | null>;
}

/** What the mails of a case say. */
export interface Debt {
  readonly subscription: ReadSubscription | null;
  /** What is owed, the oldest first. */
  readonly invoices: readonly Stripe.Invoice[];
  /** Whether Stripe will try one of them again with what the account pays with now. */
  readonly isRetried: boolean;
  readonly next: DunningCase;
  readonly days: DunningDays;
}

const iso = (date: Date | null) => date?.toISOString() ?? null;

function earliest(dates: ReadonlyArray<Date | null>): Date | null {
  const known = dates.filter((date) => date !== null);
  return known.length > 0 ? new Date(Math.min(...known.map((date) => date.getTime()))) : null;
}

function owed(subscription: ReadSubscription | null, invoices: readonly Stripe.Invoice[]) {
  const [oldest] = invoices;
  return {
    planName: subscription?.base?.plan?.name ?? null,
    amountCents: invoices
      .filter(({ currency }) => currency === oldest?.currency)
      .reduce((sum, invoice) => sum + invoice.amount_remaining, 0),
    currency: oldest?.currency ?? null,
    invoiceUrl: oldest?.hosted_invoice_url ?? null,
  };
}

function nextTry({ invoices, isRetried }: Debt): Date | null {
  return isRetried ? earliest(invoices.map((invoice) => fromSecondsOrNull(invoice.next_payment_attempt))) : null;
}

/** When the plan is withdrawn at the latest: by the clock, or by the third attempt that fails. */
function downgradeAt(debt: Debt): Date | null {
  const attempts = Math.max(0, ...debt.invoices.map((invoice) => invoice.attempt_count));
  const byAttempt = attempts >= 2 ? nextTry(debt) : null;
  return earliest([stageDueAt(debt.next, "downgraded", debt.days), byAttempt]);
}

/** The mail that tells of a stage. */
export function stageMail(stage: DunningStage, debt: Debt): DunningMail {
  const facts = owed(debt.subscription, debt.invoices);
  const dueAt = debt.invoices[0]?.collection_method === "send_invoice" ? debt.invoices[0].due_date : null;
  switch (stage) {
    case "retrying":
      return {
        kind: "payment_failed",
        data: { ...facts, nextAttemptAt: iso(nextTry(debt)), dueAt: iso(fromSecondsOrNull(dueAt)) },
      };
    case "warned":
      return {
        kind: "payment_warned",
        data: { ...facts, nextAttemptAt: iso(nextTry(debt)), downgradeAt: iso(downgradeAt(debt)) },
      };
    case "downgraded":
      return {
        kind: "plan_downgraded",
        data: {
          ...facts,
          hasEnded: debt.subscription?.endedAt != null,
          suspendAt: iso(stageDueAt(debt.next, "suspended", debt.days)),
        },
      };
    case "suspended":
      return { kind: "account_suspended", data: facts };
  }
}

/** The bank wants to see the customer before this invoice is paid. */
export function confirmationMail(subscription: ReadSubscription | null, invoice: Stripe.Invoice): DunningMail {
  return { kind: "payment_action", data: owed(subscription, [invoice]) };
}

/** Whether a period that runs was paid, so that its credits are there: one that was credited brings none. */
const bringsCredits = ({ invoices }: ReadSubscription, now: Date) =>
  invoices.some(
    ({ invoice, lines }) =>
      invoice.status === "paid" &&
      lines.some(
        ({ meaning, isProration, isCredited, period }) =>
          meaning?.kind === "base" && !isProration && !isCredited && period.end > now,
      ),
  );

/**
 * Everything is paid, and what that brings back.
 * @param paidThrough end of the period that is honoured although the plan has ended
 */
export function restoredMail(
  subscription: ReadSubscription | null,
  stage: DunningStage,
  paidThrough: Date | null,
  now: Date,
): DunningMail {
  return {
    kind: "plan_restored",
    data: {
      planName: subscription?.base?.plan?.name ?? null,
      stage,
      hasEnded: subscription === null || subscription.endedAt !== null,
      creditsBack: subscription !== null && bringsCredits(subscription, now),
      paidThrough: iso(paidThrough),
    },
  };
}
