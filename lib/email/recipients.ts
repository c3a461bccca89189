import type { UserId } from "@/lib/billing/units";
import { env } from "@/lib/env";
import { rpc } from "@/lib/supabase/rpc";
import { isOptional, type Withheld, withheldBecause } from "./choices";

/** A mail that is due, as it stands in the outbox. */
export interface OutboxRow {
  id: string;
  audience: "owners" | "founders" | "address";
  account_id: string | null;
  /** Of mail to an address that belongs to nobody here any more. */
  address: string | null;
  kind: string;
  data: unknown;
  attempts: number;
}

/** One address that a mail goes to. */
export interface Recipient {
  address: string;
  /** null for an address of ALERT_EMAIL, which belongs to no person here. */
  user: UserId | null;
  withheld: Withheld | null;
}

interface OwnerRow {
  mail_id: string;
  address: string;
  user_id: UserId;
  is_wanted: boolean | null;
  trouble: "bounced" | "complained" | null;
}

async function foundersOf(rows: OutboxRow[]): Promise<Recipient[]> {
  if (!rows.some(({ audience }) => audience === "founders")) return [];
  const named = (env().ALERT_EMAIL ?? "")
    .split(",")
    .map((address) => address.trim())
    .filter(Boolean);
  const addresses = named.length > 0 ? named : await rpc<string[]>("admin_emails", {});
  return [...new Set(addresses.map((address) => address.toLowerCase()))].map((address) => ({
    address,
    user: null,
    withheld: null,
  }));
}

async function ownersOf(rows: OutboxRow[]): Promise<OwnerRow[]> {
  const ids = rows.filter(({ audience }) => audience === "owners").map(({ id }) => id);
  return ids.length > 0 ? rpc<OwnerRow[]>("mail_recipients", { mail_ids: ids }) : [];
}

/**
 * To whom each mail goes: to every owner of its account, to the founders, or to the one address it names.
 * @throws RpcError when the database cannot answer
 */
export async function recipientsOf(rows: OutboxRow[]): Promise<(row: OutboxRow) => Recipient[]> {
  const [founders, owners] = await Promise.all([foundersOf(rows), ownersOf(rows)]);
  return ({ id, audience, kind, address: named }) => {
    if (audience === "founders") return founders;
    if (audience === "address") return named ? [{ address: named, user: null, withheld: null }] : [];
    return owners
      .filter((owner) => owner.mail_id === id)
      .map(({ address, user_id, is_wanted, trouble }) => ({
        address,
        user: user_id,
        withheld: withheldBecause(kind, { isWanted: is_wanted, trouble }),
      }));
  };
}

/** The recipients as the database takes them. */
export function toRows(row: OutboxRow, recipients: readonly Recipient[]) {
  return recipients.map(({ address, user, withheld }) => ({
    address,
    user_id: user,
    is_optional: isOptional(row.kind),
    withheld,
  }));
}
