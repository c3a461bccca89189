import type Stripe from "stripe";
import { z } from "zod";
import { workThrough } from "@/lib/batch";
import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { fromSeconds, idOf, isLivemode, stripe } from "@/lib/stripe/client";
import { meaningOf } from "@/lib/stripe/prices";
import { rpc } from "@/lib/supabase/rpc";
import type { ReadSubscription } from "./snapshot";

const MOST_MAILS = 20;

/** Stripe's name for a card, the same for one card whoever shows it; null for what is no card. */
async function fingerprintOf({ default_payment_method: method }: Stripe.Subscription): Promise<string | null> {
  const id = idOf(method);
  if (!id) return null;
  const { card } = await stripe().paymentMethods.retrieve(id);
  return card?.fingerprint ?? null;
}

/** The same mail is queued with each sync of a trial, and leaves once. */
async function mailStarted({ raw, base }: ReadSubscription, trialEnd: Date, account: string): Promise<void> {
  const item = raw.items.data.find(({ price }) => price.recurring?.usage_type === "licensed");
  if (!base?.plan?.trial || !item) return;
  await rpc("queue_mail", {
    account_id: account,
    kind: "trial_started",
    key: raw.id,
    data: {
      planName: base.plan.name,
      credits: base.plan.trial.allowance,
      interval: base.interval,
      amountCents: item.price.unit_amount ?? 0,
      currency: raw.currency,
      chargedAt: trialEnd,
    },
    at: now(),
  });
}

/**
 * Ends a trial that our checkout began although its account, its person or its card has had one: the card is known only
 * once it was entered. Nothing was charged, nothing is granted, and the owners are told. Of one that stands the owners
 * are told how long it is free. The first answer about a subscription stays.
 * @returns whether it was ended now, so that Stripe has to be asked again
 * @throws Error if Stripe or the database cannot answer; asked again, it is ended and told once
 */
export async function refuseUsedTrial(subscription: ReadSubscription, account: string): Promise<boolean> {
  const { raw, status, trialEnd, base } = subscription;
  if (status !== "trialing" || !trialEnd || raw.metadata.account !== account) return false;
  const checkout = z.uuid().safeParse(raw.metadata.checkout);
  const { code } = await rpc<{ code: "granted" | "refused" }>("claim_trial", {
    subscription_id: raw.id,
    account_id: account,
    livemode: raw.livemode,
    checkout_id: checkout.success ? checkout.data : null,
    card_fingerprint: await fingerprintOf(raw),
    ends_at: trialEnd,
    at: now(),
  });
  if (code === "granted") {
    await mailStarted(subscription, trialEnd, account);
    return false;
  }
  await rpc("queue_mail", {
    account_id: account,
    kind: "trial_refused",
    key: raw.id,
    data: { planName: base?.plan?.name ?? null },
    at: now(),
  });
  await stripe().subscriptions.cancel(raw.id, { prorate: false, invoice_now: false });
  return true;
}

interface EndingTrial {
  subscription_id: string;
  account_id: AccountId;
  days: number;
  mail_key: string;
}

async function planOf({ items }: Stripe.Subscription) {
  for (const { price } of items.data) {
    const meaning = await meaningOf(price);
    if (meaning?.kind === "base") return meaning;
  }
  return null;
}

async function mailEndingTrial({ subscription_id: id, account_id, days, mail_key: key }: EndingTrial): Promise<void> {
  const subscription = await stripe().subscriptions.retrieve(id);
  const { status, trial_end: trialEnd, cancel_at: cancelAt, cancel_at_period_end: cancels } = subscription;
  if (status !== "trialing" || trialEnd === null || cancelAt !== null || cancels) return;
  const [invoice, base] = await Promise.all([
    stripe().invoices.createPreview({ subscription: id }),
    planOf(subscription),
  ]);
  await rpc("queue_mail", {
    account_id,
    kind: "trial_ends",
    key,
    data: {
      planName: base?.plan?.name ?? null,
      interval: base?.interval ?? null,
      days,
      amountCents: invoice.amount_due,
      currency: invoice.currency,
      chargedAt: fromSeconds(trialEnd),
      hasCard: subscription.default_payment_method !== null,
    },
    at: now(),
  });
}

/**
 * Tells the owners of running trials 7 days and 1 day before the first charge, by our clock: what will be charged, when,
 * and how to cancel. Stripe is asked first whether the trial still runs and what the charge will be.
 * @throws AggregateError naming what failed, after the others had their turn; the next tick tries again
 */
export async function mailEndingTrials(): Promise<void> {
  const ending = await rpc<EndingTrial[]>("find_ending_trials", {
    livemode: isLivemode(),
    most: MOST_MAILS,
    at: now(),
  });
  await workThrough(ending, mailEndingTrial);
}
