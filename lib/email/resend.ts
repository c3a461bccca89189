import { Resend } from "resend";
import { env } from "@/lib/env";
import type { RenderedMail } from "./mails";

const MOST_WAIT_MS = 10_000;

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
 * Hands a mail to Resend, or locally to the mailbox that speaks its language.
 * @param key the same mail, however often it is handed over, has the same key and leaves once
 * @throws MailError when it was not taken, or not within 10 seconds
 */
export async function sendMail(to: string[], mail: RenderedMail, key: string): Promise<void> {
  const { key: apiKey, baseUrl, from, replyTo } = mailSettings();
  const resend = new Resend(apiKey, baseUrl ? { baseUrl } : undefined);
  const signal = AbortSignal.timeout(MOST_WAIT_MS);
  const { error } = await resend.emails.send({ from, to, replyTo, ...mail }, { idempotencyKey: key, signal });
  // The key was used for this mail before, when its words or addresses differed a little: it has left.
  if (error && error.name !== "invalid_idempotent_request") throw new MailError(`${error.name}: ${error.message}`);
}
