import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";
import { isOptional } from "./choices";
import { renderMail } from "./mails";
import { type OutboxRow, type Recipient, recipientsOf, toRows } from "./recipients";
import { mailSettings, sendMail } from "./resend";
import { unsubscribeLinks } from "./unsubscribe";

/** How long to wait after the first, second … failure. After the last of them a mail is given up. */
const RETRY_AFTER_MINUTES = [1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60];

/** When to try again after `attempts` failures; null to give up. */
export function nextAttemptAt(attempts: number, at: Date): Date | null {
  const minutes = RETRY_AFTER_MINUTES[attempts - 1];
  return minutes === undefined ? null : new Date(at.getTime() + minutes * 60_000);
}

const NOBODY = {
  owners: "The account has no owner with an address.",
  founders: "Nobody is there to be told: set ALERT_EMAIL, or add somebody to platform_admins.",
  address: "The mail names no address.",
};

interface Copy {
  id: string;
  address: string;
}

async function sendCopy(row: OutboxRow, { id, address }: Copy, { user }: Pick<Recipient, "user">): Promise<void> {
  const links = user && isOptional(row.kind) ? unsubscribeLinks(user, row.kind) : null;
  const mail = await renderMail(row.kind, row.data, { unsubscribeUrl: links?.page ?? null });
  const provider = await sendMail({ to: address, mail, delivery: id, headers: links?.headers ?? {} });
  await rpc("mark_delivery_sent", { delivery_id: id, provider_id: provider, at: now() });
}

const textOf = (reason: unknown) => (reason instanceof Error ? reason.message : String(reason));

/** Sends each address its own copy. One that fails does not hold up the others, who will not get a second one. */
async function send(row: OutboxRow, recipients: Recipient[]): Promise<"sent" | "withheld"> {
  if (recipients.length === 0) throw new Error(NOBODY[row.audience]);
  const copies = await rpc<Copy[]>("begin_deliveries", {
    mail_id: row.id,
    recipients: toRows(row, recipients),
    at: now(),
  });
  const problems: string[] = [];
  for (const copy of copies) {
    const recipient = recipients.find(({ address }) => address === copy.address);
    await sendCopy(row, copy, { user: recipient?.user ?? null }).catch((reason: unknown) => {
      problems.push(textOf(reason));
    });
  }
  if (problems.length > 0) throw new Error([...new Set(problems)].join("; "));
  return recipients.every(({ withheld }) => withheld) ? "withheld" : "sent";
}

export interface SentMail {
  sent: number;
  /** Failed now, and tried again later. */
  failed: number;
  givenUp: number;
}

/**
 * Sends what is due in the outbox, to each address a copy of its own. Safe to run several times at once: rows are claimed
 * for five minutes, and the id of a copy is the key under which Resend takes it once. A failure keeps the row, notes why,
 * and is tried again up to 7 times for those who do not have it yet. Mail that is a choice goes to whoever wants it.
 * @param limit the most mails of this run
 * @throws EnvError when mail is not configured, RpcError when the database cannot be asked; nothing is lost then
 */
export async function sendDueMail({ limit = 20 }: { limit?: number } = {}): Promise<SentMail> {
  mailSettings();
  const rows = await rpc<OutboxRow[]>("claim_mail", { most: limit, at: now() });
  const result: SentMail = { sent: 0, failed: 0, givenUp: 0 };
  if (rows.length === 0) return result;

  const recipients = await recipientsOf(rows);
  for (const row of rows) {
    try {
      const outcome = await send(row, recipients(row));
      await rpc(outcome === "sent" ? "mark_mail_sent" : "mark_mail_withheld", { mail_id: row.id, at: now() });
      result.sent += outcome === "sent" ? 1 : 0;
    } catch (error) {
      const retryAt = nextAttemptAt(row.attempts, now());
      const reason = textOf(error).slice(0, 500);
      await rpc("mark_mail_failed", { mail_id: row.id, error: reason, retry_at: retryAt ?? undefined });
      result[retryAt ? "failed" : "givenUp"] += 1;
    }
  }
  return result;
}
