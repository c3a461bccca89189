import { z } from "zod";
import type { AlertKind } from "@/lib/billing/alerts";
import type { AccountId, UserId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

export type { AlertKind } from "@/lib/billing/alerts";

/**
 * Tells the founders of something once: it stands on the admin's page until it is settled, and goes into one mail. Raised
 * again while it is open, it only says that it is still so.
 * @param o.key what it is about, the id of an object or a fixed word; one alert is open for each kind and key
 * @param o.data what the words need: `text` for a whole sentence of its own, else the fields named in lib/billing/alerts
 * @throws RpcError if the database cannot answer
 */
export async function raiseAlert(o: {
  kind: AlertKind;
  key: string;
  account?: AccountId | null;
  data?: Record<string, unknown>;
}): Promise<void> {
  await rpc("raise_alert", {
    kind: o.kind,
    key: o.key,
    account_id: o.account ?? null,
    livemode: isLivemode(),
    data: o.data ?? {},
    at: now(),
  });
}

/**
 * Closes an alert whose reason is gone. Nothing happens if none is open.
 * @throws RpcError if the database cannot answer
 */
export async function settleAlert(o: { kind: AlertKind; key: string }): Promise<void> {
  await rpc("settle_alert", { kind: o.kind, key: o.key, livemode: isLivemode(), at: now() });
}

const time = z.coerce.date();
const row = z
  .object({
    id: z.string(),
    kind: z.string(),
    key: z.string(),
    account_id: z.string().nullable(),
    account_name: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
    opened_at: time,
    last_seen_at: time,
    seen_at: time.nullable(),
    closed_at: time.nullable(),
  })
  .transform((found) => ({
    id: found.id,
    kind: found.kind,
    key: found.key,
    account: found.account_id as AccountId | null,
    accountName: found.account_name,
    data: found.data,
    openedAt: found.opened_at,
    lastSeenAt: found.last_seen_at,
    seenAt: found.seen_at,
    closedAt: found.closed_at,
  }));

export type Alert = z.output<typeof row>;
export const toAlerts = (rows: unknown): Alert[] => z.array(row).parse(rows);

/**
 * A page of alerts of the mode of our key, newest first.
 * @param o.before the id of the last one seen
 * @param o.isOpen only open ones (the default), only closed ones, or null for both
 * @param o.account only those of one account
 * @throws RpcError if the database cannot answer
 */
export async function readAlerts(
  o: { most?: number; before?: string | null; isOpen?: boolean | null; account?: AccountId } = {},
): Promise<Alert[]> {
  return toAlerts(
    await rpc("read_alerts", {
      livemode: isLivemode(),
      most: o.most ?? 50,
      before: o.before ?? null,
      is_open: o.isOpen === undefined ? true : o.isOpen,
      account_id: o.account ?? null,
    }),
  );
}

/**
 * Notes that an admin has read an alert. It stays open until its reason is gone.
 * @throws RpcError if the database cannot answer
 */
export async function seeAlert(id: string, admin: UserId): Promise<void> {
  await rpc("see_alert", { id, admin_id: admin, at: now() });
}
