import { z } from "zod";
import type { UserId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";
import { userClient } from "@/lib/supabase/server";

/**
 * The mails that a person may do without. Every other kind is about money, a contract or a payment, and is always sent:
 * receipts, trials and renewals, changes of price, unpaid invoices, refunds.
 */
export const OPTIONAL_MAILS = [
  {
    kind: "low_credit",
    label: "Few credits left",
    text: "When the credits of an account you own fall to a fifth of what they were.",
    byDefault: true,
  },
  {
    kind: "usage_digest",
    label: "The month in credits",
    text: "On the first of a month: what was used in the month before, and what is left.",
    byDefault: false,
  },
] as const;

export type OptionalKind = (typeof OPTIONAL_MAILS)[number]["kind"];
const KINDS = OPTIONAL_MAILS.map(({ kind }) => kind);

/** Reads a kind from outside; anything but mail that is a choice is refused. */
export const optionalKind = z.enum(KINDS);

export const isOptional = (kind: string): kind is OptionalKind => optionalKind.safeParse(kind).success;

/** Why a copy of a mail is kept back. */
export type Withheld = "not_wanted" | "unreachable" | "called_spam";

/**
 * Whether a person's copy is kept back. What has to be told is sent to an address that took nothing before, too: it may
 * take mail again, and trying is what the law asks for.
 * @param person.isWanted what they said, or null if they said nothing
 * @returns why, or null to send it
 */
export function withheldBecause(
  kind: string,
  person: { isWanted: boolean | null; trouble: "bounced" | "complained" | null },
): Withheld | null {
  const mail = OPTIONAL_MAILS.find((optional) => optional.kind === kind);
  if (!mail) return null;
  if (!(person.isWanted ?? mail.byDefault)) return "not_wanted";
  if (person.trouble === "complained") return "called_spam";
  return person.trouble === "bounced" ? "unreachable" : null;
}

export interface MailChoice {
  kind: OptionalKind;
  label: string;
  text: string;
  isWanted: boolean;
}

/**
 * What the signed-in person chose, one line for each kind; who said nothing gets what goes out by default.
 * @throws Error when the database cannot answer
 */
export async function readMailChoices(): Promise<MailChoice[]> {
  const client = await userClient();
  const { data, error } = await client.from("mail_choices").select("kind, is_wanted");
  if (error) throw new Error(`What a person wants to hear of could not be read: ${error.message}`);
  const said = new Map(data.map(({ kind, is_wanted }) => [kind, is_wanted]));
  return OPTIONAL_MAILS.map(({ kind, label, text, byDefault }) => ({
    kind,
    label,
    text,
    isWanted: said.get(kind) ?? byDefault,
  }));
}

/**
 * Keeps what a person says about one kind of mail. Again is no error.
 * @returns false for a person who is gone
 * @throws RpcError when the database cannot answer
 */
export async function chooseMail(user: UserId, kind: OptionalKind, isWanted: boolean): Promise<boolean> {
  const { ok } = await rpc<{ ok: boolean }>("choose_mail", { user_id: user, kind, is_wanted: isWanted, at: now() });
  return ok;
}
