import { z } from "zod";
import type { AccountId } from "@/lib/billing/units";
import { rpc } from "@/lib/supabase/rpc";

const row = z
  .object({
    id: z.string(),
    admin_email: z.string(),
    verb: z.string(),
    account_id: z.string().nullable(),
    account_name: z.string().nullable(),
    arguments: z.record(z.string(), z.unknown()),
    reason: z.string(),
    answer: z.record(z.string(), z.unknown()).nullable(),
    asked_at: z.coerce.date(),
    answered_at: z.coerce.date().nullable(),
  })
  .transform((found) => ({
    id: found.id,
    admin: found.admin_email,
    verb: found.verb,
    account: found.account_id as AccountId | null,
    accountName: found.account_name,
    arguments: found.arguments,
    reason: found.reason,
    answer: found.answer,
    askedAt: found.asked_at,
    answeredAt: found.answered_at,
  }));

/** Something an admin did: who, what, of which account, why, and how it ended. */
export type AdminAction = z.output<typeof row>;

/**
 * What admins did, newest first.
 * @param o.account only of one account
 * @param o.before the id of the last one of the page before
 * @throws RpcError if the database cannot answer
 */
export async function readAdminActions(
  o: { most?: number; account?: AccountId | undefined; before?: string | undefined } = {},
): Promise<AdminAction[]> {
  return z.array(row).parse(
    await rpc("read_admin_actions", {
      most: o.most ?? 50,
      account_id: o.account ?? null,
      before_id: o.before ?? null,
    }),
  );
}

/** The act of this request id, or null. */
export async function readAdminAction(id: string): Promise<AdminAction | null> {
  const found = z.array(row).parse(await rpc("read_admin_actions", { most: 1, id }));
  return found[0] ?? null;
}
