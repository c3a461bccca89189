import type { Plan } from "@/lib/billing/catalogue";
import { policy } from "@/lib/billing/plans";
import { fromSeconds, fromSecondsOrNull } from "@/lib/stripe/client";
import { baseLines, type ReadSubscription } from "./snapshot";

/** A mail to be queued with the change that makes it necessary; the same kind and key leaves once. */
export interface MailOrder {
  readonly kind:
    | "subscription_started"
    | "plan_changed"
    | "plan_change_scheduled"
    | "cancellation_scheduled"
    | "subscription_ended";
  readonly key: string;
  readonly data: Record<string, string | number | null>;
}

function overageCentsOf(plan: Plan | null, currency: string): number | null {
  if (policy.overage === "off" || !plan?.overage) return null;
  return currency === "eur" ? plan.overage.per1000.eur : plan.overage.per1000.usd;
}

/** A plan that was tried first starts with the first period that was paid for. */
function startedMail(subscription: ReadSubscription): MailOrder[] {
  const reason = subscription.trialEnd ? "subscription_cycle" : "subscription_create";
  const first = subscription.invoices.find(
    ({ invoice }) => invoice.status === "paid" && invoice.billing_reason === reason,
  );
  const line = first && baseLines(first)[0];
  if (!first || !line) return [];
  const { invoice } = first;
  return [
    {
      kind: "subscription_started",
      key: subscription.raw.id,
      data: {
        planName: line.meaning.plan?.name ?? line.meaning.planKey,
        interval: line.meaning.interval,
        credits: line.meaning.plan?.monthlyAllowance ?? 0,
        amountCents: invoice.total,
        currency: invoice.currency,
        invoice: invoice.id ?? null,
        invoiceUrl: invoice.hosted_invoice_url ?? null,
        paidAt: (fromSecondsOrNull(invoice.status_transitions.paid_at) ?? fromSeconds(invoice.created)).toISOString(),
        renewsAt: line.period.end.toISOString(),
        overageCents: overageCentsOf(line.meaning.plan, invoice.currency),
      },
    },
  ];
}

/** Mails that the state of a subscription asks for: its start, once. Dunning tells of renewals that failed. */
export function mailsOf(subscription: ReadSubscription): MailOrder[] {
  return startedMail(subscription);
}
