import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";

/**
 * Lets an account have overage again that was kept from it since its customer was deleted at Stripe while it owed
 * something.
 * @returns false if nothing was kept from it
 */
export async function releaseOverage(account: AccountId): Promise<boolean> {
  const { code } = await rpc<{ code: string }>("release_overage", { account_id: account, at: now() });
  return code === "released";
}
