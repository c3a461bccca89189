import { z } from "zod";
import type { AccountId, UserId } from "@/lib/billing/units";
import { rpc } from "@/lib/supabase/rpc";

const rows = z.array(z.object({ address: z.string(), user_id: z.string(), since: z.coerce.date() }));

/** An owner whom mail does not reach. */
export interface Unreached {
  address: string;
  user: UserId;
  since: Date;
}

/**
 * The owners of an account whose address takes no mail, longest first; empty as long as everybody can be reached.
 * @throws RpcError when the database cannot answer
 */
export async function readUnreached(account: AccountId): Promise<Unreached[]> {
  const found = rows.parse(await rpc("read_unreached", { account_id: account }));
  return found.map(({ address, user_id, since }) => ({ address, user: user_id as UserId, since }));
}
