import { z } from "zod";
import type { AccountId } from "@/lib/billing/units";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const row = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["personal", "team"]),
    created_at: z.coerce.date(),
    owners: z.array(z.string()),
    plan_key: z.string().nullable(),
    status: z.string().nullable(),
    stage: z.string().nullable(),
    hold: z.string().nullable(),
    is_disputed: z.boolean(),
    debt: z.number(),
    available: z.number(),
  })
  .transform((found) => ({
    id: found.id as AccountId,
    name: found.name,
    kind: found.kind,
    createdAt: found.created_at,
    owners: found.owners,
    planKey: found.plan_key,
    status: found.status,
    stage: found.stage,
    hold: found.hold,
    isDisputed: found.is_disputed,
    debt: found.debt,
    available: found.available,
  }));

/** An account as a list shows it. Its balance is as of its last change. */
export type FoundAccount = z.output<typeof row>;

/**
 * Accounts, newest first: those that a search may mean, or all of them.
 * @param o.query an account's or a person's id, a Stripe id, an invoice's number, or a part of a name or an address
 * @param o.after the id of the last one of the page before
 * @throws RpcError if the database cannot answer
 */
export async function findAccounts(
  o: { query?: string | undefined; after?: string | undefined; most?: number } = {},
): Promise<FoundAccount[]> {
  const found = await rpc("find_accounts", {
    query: o.query ?? null,
    livemode: isLivemode(),
    most: o.most ?? 50,
    after_id: o.after ?? null,
  });
  return z.array(row).parse(found);
}
