import { render } from "react-email";
import { z } from "zod";
import { asyncPaymentFailed } from "@/emails/async-payment-failed";
import { duplicateRefunded } from "@/emails/duplicate-refunded";
import type { Mail, Sender } from "@/emails/layout";
import { lowCredit } from "@/emails/low-credit";
import { packReceipt } from "@/emails/pack-receipt";
import { paymentFailed } from "@/emails/payment-failed";
import { subscriptionStarted } from "@/emails/subscription-started";
import { env } from "@/lib/env";

const amount = z.number().int();
const money = { amountCents: amount.nullish(), currency: z.string().length(3).nullish() };
const link = z.url({ protocol: /^https?$/ }).nullish();

/** How a kind of mail is made from the data of its row in the outbox. */
function kind<S extends z.ZodType>(schema: S, draw: (facts: z.output<S>, sender: Sender) => Mail) {
  return (data: unknown, sender: Sender): Mail => draw(schema.parse(data), sender);
}

/** Every kind of mail there is. */
const KINDS: Record<string, (data: unknown, sender: Sender) => Mail> = {
  low_credit: kind(z.object({ available: amount, threshold: amount }), lowCredit),
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
    }),
    subscriptionStarted,
  ),
  payment_failed: kind(
    z.object({ ...money, planName: z.string().nullish(), invoiceUrl: link, nextAttemptAt: z.coerce.date().nullish() }),
    paymentFailed,
  ),
  async_payment_failed: kind(z.object({ ...money, packName: z.string().nullish() }), asyncPaymentFailed),
  duplicate_refunded: kind(z.object({ ...money, planName: z.string().nullish() }), duplicateRefunded),
};

export const mailKinds = Object.keys(KINDS);

export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}

function sender(): Sender {
  const { MAIL_FROM, APP_URL, SUPPORT_EMAIL } = env();
  const name = /^\s*"?([^"<]+?)"?\s*</.exec(MAIL_FROM)?.[1] ?? new URL(APP_URL).hostname;
  return { name, appUrl: APP_URL.replace(/\/$/, ""), supportEmail: SUPPORT_EMAIL };
}

/**
 * Draws one mail, as HTML and as plain text.
 * @param data what its row in the outbox holds
 * @throws Error for a kind that does not exist, ZodError for data that does not fit it
 */
export async function renderMail(name: string, data: unknown): Promise<RenderedMail> {
  const draw = KINDS[name];
  if (!draw) throw new Error(`There is no mail of the kind ${name}.`);
  const { subject, body } = draw(data, sender());
  return { subject, html: await render(body), text: await render(body, { plainText: true }) };
}
