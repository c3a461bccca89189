import { z } from "zod";
import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";

const time = z.coerce.date();
const row = z
  .object({
    id: z.string(),
    audience: z.enum(["owners", "founders", "address"]),
    account_id: z.string().nullable(),
    account_name: z.string().nullable(),
    kind: z.string(),
    queued_at: time,
    sent_at: time.nullable(),
    withheld_at: time.nullable(),
    next_attempt_at: time.nullable(),
    attempts: z.number(),
    last_error: z.string().nullable(),
    copies: z.array(
      z.object({ address: z.string(), state: z.string(), reason: z.string().nullable(), state_at: time }),
    ),
  })
  .transform((found) => ({
    id: found.id,
    audience: found.audience,
    account: found.account_id as AccountId | null,
    accountName: found.account_name,
    kind: found.kind,
    queuedAt: found.queued_at,
    sentAt: found.sent_at,
    withheldAt: found.withheld_at,
    nextAttemptAt: found.next_attempt_at,
    attempts: found.attempts,
    lastError: found.last_error,
    copies: found.copies.map(({ address, state, reason, state_at }) => ({ address, state, reason, at: state_at })),
  }));

/** A mail of the outbox, with what became of each copy. */
export type ListedMail = z.output<typeof row>;

/** All mail, what did not arrive, or what has not left yet. */
export const MAIL_LISTS = ["all", "trouble", "waiting"] as const;
export type MailList = (typeof MAIL_LISTS)[number];

/**
 * A page of mails for admins, newest first.
 * @param o.before the id of the last one of the page before
 * @throws RpcError if the database cannot answer
 */
export async function readMails(o: {
  list: MailList;
  before?: string | undefined;
  most: number;
}): Promise<ListedMail[]> {
  return z.array(row).parse(await rpc("read_mails", { wanted: o.list, before_id: o.before ?? null, most: o.most }));
}

/** One mail, or null if there is none of this id. */
export async function readMail(id: string): Promise<ListedMail | null> {
  return row.nullable().parse(await rpc("read_mail", { mail_id: id }));
}

/**
 * Sends a mail again to whom it did not reach. Who has it gets no second one; asked again, nothing more happens.
 * @throws RpcError if the database cannot answer
 */
export async function resendMail(id: string): Promise<{ ok: boolean; code: "queued" | "arrived" | "unknown_mail" }> {
  return rpc("resend_mail", { mail_id: id, at: now() });
}
