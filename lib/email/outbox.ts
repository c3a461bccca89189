import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import { rpc } from "@/lib/supabase/rpc";
import { renderMail } from "./mails";
import { mailSettings, sendMail } from "./resend";

interface OutboxRow {
  id: string;
  audience: "owners" | "founders";
  account_id: string | null;
  kind: string;
  data: unknown;
  attempts: number;
}

/** How long to wait after the first, second … failure. After the last of them a mail is given up. */
const RETRY_AFTER_MINUTES = [1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60];

/** When to try again after `attempts` failures; null to give up. */
export function nextAttemptAt(attempts: number, at: Date): Date | null {
  const minutes = RETRY_AFTER_MINUTES[attempts - 1];
  return minutes === undefined ? null : new Date(at.getTime() + minutes * 60_000);
}

async function foundersOf(rows: OutboxRow[]): Promise<string[]> {
  if (!rows.some(({ audience }) => audience === "founders")) return [];
  const named = (env().ALERT_EMAIL ?? "").split(",").map((address) => address.trim());
  const addresses = named.filter(Boolean);
  return addresses.length > 0 ? addresses : rpc<string[]>("admin_emails", {});
}

async function ownersOf(rows: OutboxRow[]): Promise<Array<{ account_id: string; email: string }>> {
  const accounts = [...new Set(rows.flatMap(({ account_id }) => account_id ?? []))];
  return accounts.length > 0 ? rpc("owner_emails", { account_ids: accounts }) : [];
}

/** Answers to whom each row goes: to the owners of its account, or to the founders. */
async function recipientsOf(rows: OutboxRow[]): Promise<(row: OutboxRow) => string[]> {
  const [founders, owners] = await Promise.all([foundersOf(rows), ownersOf(rows)]);
  return ({ audience, account_id }) =>
    audience === "founders"
      ? founders
      : owners.filter((owner) => owner.account_id === account_id).map(({ email }) => email);
}

const NOBODY = {
  owners: "The account has no owner with an address.",
  founders: "Nobody is there to be told: set ALERT_EMAIL, or add somebody to platform_admins.",
};

async function send(row: OutboxRow, to: string[]): Promise<void> {
  if (to.length === 0) throw new Error(NOBODY[row.audience]);
  await sendMail(to, await renderMail(row.kind, row.data), row.id);
}

export interface SentMail {
  sent: number;
  /** Failed now, and tried again later. */
  failed: number;
  givenUp: number;
}

/**
 * Sends what is due in the outbox. Safe to run several times at once: rows are claimed for five minutes, and the id of
 * a row is the key under which Resend takes it once. A failure keeps the row, notes why, and is tried again up to 7 times.
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
      await send(row, recipients(row));
    } catch (error) {
      const retryAt = nextAttemptAt(row.attempts, now());
      const reason = error instanceof Error ? error.message : String(error);
      await rpc("mark_mail_failed", { mail_id: row.id, error: reason.slice(0, 500), retry_at: retryAt ?? undefined });
      result[retryAt ? "failed" : "givenUp"] += 1;
      continue;
    }
    await rpc("mark_mail_sent", { mail_id: row.id, at: now() });
    result.sent += 1;
  }
  return result;
}
