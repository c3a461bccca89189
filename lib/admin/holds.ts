import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";

interface NoAccount {
  ok: false;
  code: "unknown_account";
  message: string;
}
type Answer<C extends string> = { ok: true; code: C } | { ok: false; code: "unknown_account" };

const worded = <C extends string>(answer: Answer<C>): { ok: true; code: C } | NoAccount =>
  answer.ok ? answer : { ...answer, message: "There is no such account." };

/**
 * Keeps an account from spending and buying, at once and until somebody releases it: its credits are frozen, and no
 * bought ones expire meanwhile.
 * @param note why, for admins only
 * @returns `unchanged` if it was held by an admin already
 */
export async function holdAccount(account: AccountId, note: string) {
  return worded(await rpc<Answer<"held" | "unchanged">>("hold_account", { account_id: account, note, at: now() }));
}

/**
 * Lets an account spend and buy again, whoever held it. What a suspended plan keeps from it stays kept.
 * @returns `unchanged` if nothing held it
 */
export async function releaseAccount(account: AccountId) {
  return worded(await rpc<Answer<"released" | "unchanged">>("release_account", { account_id: account, at: now() }));
}
