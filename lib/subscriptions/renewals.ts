import { z } from "zod";
import { workThrough } from "@/lib/batch";
import { RENEWAL_NOTICE_DAYS } from "@/lib/billing/notices";
import { planOf } from "@/lib/billing/offers";
import { now } from "@/lib/clock";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const MOST_MAILS = 20;

const plan = z.enum(["free", "payg", "starter", "pro", "enterprise"]).nullable().catch(null);
const renewals = z.array(
  z.object({
    subscription_id: z.string(),
    account_id: z.string(),
    renews_at: z.string(),
    mail_key: z.string(),
    plan_key: plan,
    billing_interval: z.enum(["monthly", "yearly"]).nullable(),
  }),
);
type Renewal = z.output<typeof renewals>[number];

async function mailRenewal({ subscription_id: id, account_id, ...due }: Renewal): Promise<void> {
  const subscription = await stripe().subscriptions.retrieve(id);
  if (subscription.status !== "active" || subscription.cancel_at !== null || subscription.cancel_at_period_end) return;
  const invoice = await stripe().invoices.createPreview({ subscription: id });
  await rpc("queue_mail", {
    account_id,
    kind: "renewal_reminder",
    key: due.mail_key,
    data: {
      planName: due.plan_key && planOf(due.plan_key).name,
      interval: due.billing_interval,
      amountCents: invoice.amount_due,
      currency: invoice.currency,
      renewsAt: due.renews_at,
    },
    at: now(),
  });
}

/**
 * Tells the owners of yearly plans by our own clock, 20 days before, what will be charged, when, and how to cancel. Stripe
 * is asked first whether the plan still renews and what the charge will be.
 * @throws AggregateError naming what failed, after the others had their turn; the next tick tries again
 */
export async function mailRenewals(): Promise<void> {
  const due = renewals.parse(
    await rpc("find_due_renewals", { livemode: isLivemode(), days: RENEWAL_NOTICE_DAYS, most: MOST_MAILS, at: now() }),
  );
  await workThrough(due, mailRenewal);
}
