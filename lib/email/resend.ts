import { Resend } from "resend";
import { env } from "@/lib/env";
import type { RenderedMail } from "./mails";

const MOST_WAIT_MS = 10_000;

/** The tag by which what becomes of a mail finds its copy, also before we were told Resend's own id. */
export const DELIVERY_TAG = "delivery";

/** Resend did not take a mail. */
export class MailError extends Error {
  override name = "MailError";
}

/**
 * What is needed to send mail.
 * @throws EnvError naming what is missing
 */
export function mailSettings() {
  const { RESEND_API_KEY, RESEND_BASE_URL, MAIL_FROM, SUPPORT_EMAIL } = env();
  return { key: RESEND_API_KEY, baseUrl: RESEND_BASE_URL, from: MAIL_FROM, replyTo: SUPPORT_EMAIL };
}

/**
 * Hands one copy of a mail to Resend, or locally to the mailbox that speaks its language.
 * @param o.delivery the copy's id: the same one, however often it is handed over, leaves once
 * @returns Resend's id of it; null when it was taken before under this id, with words that differed a little
 * @throws MailError when it was not taken, or not within 10 seconds
 */
export async function sendMail(o: {
  to: string;
  mail: RenderedMail;
  delivery: string;
  headers: Record<string, string>;
}): Promise<string | null> {
  const { key: apiKey, baseUrl, from, replyTo } = mailSettings();
  const resend = new Resend(apiKey, baseUrl ? { baseUrl } : undefined);
  const { data, error } = await resend.emails.send(
    { from, to: [o.to], replyTo, ...o.mail, headers: o.headers, tags: [{ name: DELIVERY_TAG, value: o.delivery }] },
    { idempotencyKey: o.delivery, signal: AbortSignal.timeout(MOST_WAIT_MS) },
  );
  if (error && error.name !== "invalid_idempotent_request") throw new MailError(`${error.name}: ${error.message}`);
  return data?.id ?? null;
}
