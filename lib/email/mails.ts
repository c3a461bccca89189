import { render } from "react-email";
import { z } from "zod";
import { accountSuspended } from "@/emails/account-suspended";
import { addressChanged } from "@/emails/address-changed";
import { alerts } from "@/emails/alerts";
import { asyncPaymentFailed } from "@/emails/async-payment-failed";
import { cancellationScheduled } from "@/emails/cancellation-scheduled";
import { disputeClosed } from "@/emails/dispute-closed";
import { disputeOpened } from "@/emails/dispute-opened";
import { duplicateRefunded } from "@/emails/duplicate-refunded";
import { invoiceStuck } from "@/emails/invoice-stuck";
import type { Mail, Sender } from "@/emails/layout";
import { lowCredit } from "@/emails/low-credit";
import { packReceipt } from "@/emails/pack-receipt";
import { paymentAction } from "@/emails/payment-action";
import { paymentFailed } from "@/emails/payment-failed";
import { paymentReceipt } from "@/emails/payment-receipt";
import { paymentWarned } from "@/emails/payment-warned";
import { planChangeScheduled } from "@/emails/plan-change-scheduled";
import { planChanged } from "@/emails/plan-changed";
import { planDowngraded } from "@/emails/plan-downgraded";
import { planRestored } from "@/emails/plan-restored";
import { priceChange } from "@/emails/price-change";
import { refundMade } from "@/emails/refund-made";
import { renewalReminder } from "@/emails/renewal-reminder";
import { subscriptionEnded } from "@/emails/subscription-ended";
import { subscriptionStarted } from "@/emails/subscription-started";
import { trialEnds } from "@/emails/trial-ends";
import { trialRefused } from "@/emails/trial-refused";
import { trialStarted } from "@/emails/trial-started";
import { usageDigest } from "@/emails/usage-digest";
import { env } from "@/lib/env";

const amount = z.number().int();
const money = { amountCents: amount.nullish(), currency: z.string().length(3).nullish() };
const currency = z.string().length(3);
const interval = z.enum(["monthly", "yearly"]);
const date = z.coerce.date().nullish();
/** Money that went back, or is held, and the credits and debt that came of it. */
const moneyBack = {
  what: z.string().nullish(),
  amountCents: amount,
  currency,
  creditsTaken: amount.nullish(),
  creditsBack: amount.nullish(),
  debt: amount.nullish(),
};
const link = z.url({ protocol: /^https?$/ }).nullish();

/** How a kind of mail is made from the data of its row in the outbox. */
function kind<S extends z.ZodType>(schema: S, draw: (facts: z.output<S>, sender: Sender) => Mail) {
  return (data: unknown, sender: Sender): Mail => draw(schema.parse(data), sender);
}

/** Every kind of mail there is. */
const KINDS: Record<string, (data: unknown, sender: Sender) => Mail> = {
  alerts: kind(
    z.object({ alerts: z.array(z.object({ title: z.string(), text: z.string(), wayOut: z.string() })).min(1) }),
    alerts,
  ),
  address_changed: kind(z.object({ address: z.string(), changedAt: z.coerce.date() }), addressChanged),
  low_credit: kind(
    z.object({ available: amount, threshold: amount, overage: z.enum(["on", "off"]).nullish() }),
    lowCredit,
  ),
  usage_digest: kind(
    z.object({
      monthEndsAt: z.coerce.date(),
      credits: amount,
      overageCredits: amount,
      events: amount,
      topModel: z.string().nullish(),
      leftCredits: amount,
    }),
    usageDigest,
  ),
  payment_receipt: kind(
    z.object({
      planName: z.string().nullish(),
      number: z.string().nullish(),
      amountCents: amount,
      currency,
      paidAt: z.coerce.date(),
      invoiceUrl: link,
      renewsAt: date,
    }),
    paymentReceipt,
  ),
  renewal_reminder: kind(
    z.object({
      planName: z.string().nullish(),
      interval: interval.nullish(),
      amountCents: amount,
      currency,
      renewsAt: z.coerce.date(),
    }),
    renewalReminder,
  ),
  pack_receipt: kind(
    z.object({
      packName: z.string(),
      credits: amount,
      amountCents: amount,
      currency: z.string().length(3),
      invoiceUrl: link,
    }),
    packReceipt,
  ),
  subscription_started: kind(
    z.object({
      ...money,
      planName: z.string(),
      credits: amount.nullish(),
      interval: z.enum(["monthly", "yearly"]).nullish(),
      renewsAt: z.coerce.date().nullish(),
      overageCents: amount.nullish(),
      paidAt: date,
    }),
    subscriptionStarted,
  ),
  payment_failed: kind(
    z.object({ ...money, planName: z.string().nullish(), invoiceUrl: link, nextAttemptAt: date, dueAt: date }),
    paymentFailed,
  ),
  payment_action: kind(z.object({ ...money, planName: z.string().nullish(), invoiceUrl: link }), paymentAction),
  payment_warned: kind(
    z.object({ ...money, planName: z.string().nullish(), invoiceUrl: link, nextAttemptAt: date, downgradeAt: date }),
    paymentWarned,
  ),
  plan_downgraded: kind(
    z.object({
      ...money,
      planName: z.string().nullish(),
      invoiceUrl: link,
      hasEnded: z.boolean(),
      suspendAt: date,
    }),
    planDowngraded,
  ),
  account_suspended: kind(z.object({ ...money, planName: z.string().nullish(), invoiceUrl: link }), accountSuspended),
  plan_restored: kind(
    z.object({
      planName: z.string().nullish(),
      stage: z.enum(["retrying", "warned", "downgraded", "suspended"]),
      hasEnded: z.boolean(),
      creditsBack: z.boolean().nullish(),
      paidThrough: date,
    }),
    planRestored,
  ),
  invoice_stuck: kind(z.object({ ...money, lacks: z.enum(["address", "tax_id"]) }), invoiceStuck),
  trial_ends: kind(
    z.object({
      planName: z.string().nullish(),
      amountCents: amount,
      currency: z.string().length(3),
      interval: z.enum(["monthly", "yearly"]).nullish(),
      chargedAt: z.coerce.date(),
      hasCard: z.boolean(),
      days: amount.nullish(),
    }),
    trialEnds,
  ),
  trial_started: kind(
    z.object({
      planName: z.string(),
      credits: amount,
      interval: z.enum(["monthly", "yearly"]),
      amountCents: amount,
      currency: z.string().length(3),
      chargedAt: z.coerce.date(),
    }),
    trialStarted,
  ),
  trial_refused: kind(z.object({ planName: z.string().nullish() }), trialRefused),
  async_payment_failed: kind(z.object({ ...money, packName: z.string().nullish() }), asyncPaymentFailed),
  plan_changed: kind(
    z.object({
      planName: z.string(),
      formerPlanName: z.string(),
      credits: amount,
      interval,
      amountCents: amount.nullish(),
      currency,
      paidCents: amount.nullish(),
      changedAt: z.coerce.date(),
      renewsAt: z.coerce.date(),
    }),
    planChanged,
  ),
  plan_change_scheduled: kind(
    z.object({
      planName: z.string(),
      formerPlanName: z.string().nullish(),
      credits: amount,
      interval,
      amountCents: amount.nullish(),
      currency,
      changesAt: z.coerce.date(),
    }),
    planChangeScheduled,
  ),
  cancellation_scheduled: kind(
    z.object({ planName: z.string().nullish(), endsAt: z.coerce.date() }),
    cancellationScheduled,
  ),
  subscription_ended: kind(
    z.object({
      planName: z.string().nullish(),
      endedAt: z.coerce.date(),
      amountCents: amount.nullish(),
      currency,
      invoiceUrl: link,
      lastInvoice: z.enum(["draft", "made"]).nullish(),
    }),
    subscriptionEnded,
  ),
  price_change: kind(
    z.object({
      planName: z.string(),
      interval,
      formerCents: amount,
      amountCents: amount,
      formerCredits: amount,
      credits: amount,
      formerOverageCents: amount.nullish(),
      overageCents: amount.nullish(),
      currency,
      changesAt: z.coerce.date(),
    }),
    priceChange,
  ),
  refund_made: kind(
    z.object({
      ...moneyBack,
      to: z.enum(["card", "balance"]),
      number: z.string().nullish(),
      isFraud: z.boolean().nullish(),
    }),
    refundMade,
  ),
  dispute_opened: kind(z.object({ ...moneyBack, isFraud: z.boolean() }), disputeOpened),
  dispute_closed: kind(
    z.object({ ...moneyBack, isFraud: z.boolean(), outcome: z.enum(["won", "lost"]) }),
    disputeClosed,
  ),
  duplicate_refunded: kind(z.object({ ...money, planName: z.string().nullish() }), duplicateRefunded),
};

export const mailKinds = Object.keys(KINDS);

export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}

function sender(unsubscribeUrl: string | null): Sender {
  const { MAIL_FROM, APP_URL, SUPPORT_EMAIL } = env();
  const name = /^\s*"?([^"<]+?)"?\s*</.exec(MAIL_FROM)?.[1] ?? new URL(APP_URL).hostname;
  return { name, appUrl: APP_URL.replace(/\/$/, ""), supportEmail: SUPPORT_EMAIL, unsubscribeUrl };
}

/**
 * Draws one mail, as HTML and as plain text.
 * @param data what its row in the outbox holds
 * @param o.unsubscribeUrl where its reader ends mail of this kind; null for mail that is no choice
 * @throws Error for a kind that does not exist, ZodError for data that does not fit it
 */
export async function renderMail(
  name: string,
  data: unknown,
  { unsubscribeUrl }: { unsubscribeUrl: string | null } = { unsubscribeUrl: null },
): Promise<RenderedMail> {
  const draw = KINDS[name];
  if (!draw) throw new Error(`There is no mail of the kind ${name}.`);
  const { subject, body } = draw(data, sender(unsubscribeUrl));
  return { subject, html: await render(body), text: await render(body, { plainText: true }) };
}
