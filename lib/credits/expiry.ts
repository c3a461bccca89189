import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";

export interface SweepAnswer {
  ok: true;
  code: "swept";
  /** How many accounts were brought up to date. */
  accounts: number;
  failed: Array<{ accountId: string; message: string }>;
}

/**
 * Applies what is due to accounts nobody has touched: grants that end or begin, reservations that fell silent. Safe to
 * run twice at once; an account that is busy brings itself up to date.
 * @param sweep.limit the most accounts to do in this one transaction
 */
export async function expireCredits({ limit, at = now() }: { limit: number; at?: Date }): Promise<SweepAnswer> {
  const { failed, ...answer } = await rpc<
    Omit<SweepAnswer, "failed"> & { failed: Array<{ account_id: string; message: string }> }
  >("expire_credits", { most: limit, at });
  return { ...answer, failed: failed.map(({ account_id, message }) => ({ accountId: account_id, message })) };
}
