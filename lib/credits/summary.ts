import type { SupabaseClient } from "@supabase/supabase-js";
import type { AccountId, Credits } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { type Balance, type BalanceRow, toBalance } from "@/lib/credits/balance";
import type { Database } from "@/lib/supabase/database.types";
import { rpc } from "@/lib/supabase/rpc";

export interface GrantSummary {
  id: string;
  source: string;
  category: "included" | "paid" | "promotional";
  amount: Credits;
  remaining: Credits;
  priority: number;
  /** In the future for credits that are still to come. */
  effectiveAt: Date;
  expiresAt: Date | null;
}

export interface CreditSummary extends Balance {
  frozen: boolean;
  /** The owner's choice; null: nobody has chosen. */
  overageCap: Credits | null;
  overageStartsAt: Date | null;
  overageEndsAt: Date | null;
  /** Null until the first grant. */
  lowCreditThreshold: Credits | null;
  /** In the order in which they are spent; those still to come stand last. */
  grants: GrantSummary[];
  nextExpiryAt: Date | null;
}

interface SummaryRow extends BalanceRow {
  frozen: boolean;
  overage_cap: number | null;
  overage_starts_at: string | null;
  overage_ends_at: string | null;
  low_credit_threshold: number | null;
  next_expiry_at: string | null;
  grants: Array<{
    id: string;
    source: string;
    category: GrantSummary["category"];
    amount: number;
    remaining: number;
    priority: number;
    effective_at: string;
    expires_at: string | null;
  }>;
}
type Answer = ({ ok: true } & SummaryRow) | { ok: false; code: "unknown_account" };

/**
 * What an account has and from where, for server code that has no signed-in person.
 * @throws Error if there is no such account
 */
export async function getCreditSummary(account: AccountId, at: Date = now()): Promise<CreditSummary> {
  return toSummary(account, await rpc<Answer>("credit_summary", { account_id: account, at }));
}

/**
 * What an account has and from where, read as the signed-in person.
 * @throws Error if the person does not belong to the account, or the database cannot answer
 */
export async function readCreditSummary(
  client: SupabaseClient<Database>,
  account: AccountId,
  at: Date = now(),
): Promise<CreditSummary> {
  const { data, error } = await client.rpc("credit_summary", { account_id: account, at: at.toISOString() });
  if (error) throw new Error(`The credits of ${account} could not be read: ${error.message}`, { cause: error });
  return toSummary(account, data as unknown as Answer);
}

function toSummary(account: AccountId, answer: Answer): CreditSummary {
  if (!answer.ok) throw new Error(`There is no account ${account} here.`);
  return {
    ...toBalance(answer),
    frozen: answer.frozen,
    overageCap: answer.overage_cap as Credits | null,
    overageStartsAt: toDate(answer.overage_starts_at),
    overageEndsAt: toDate(answer.overage_ends_at),
    lowCreditThreshold: answer.low_credit_threshold as Credits | null,
    nextExpiryAt: toDate(answer.next_expiry_at),
    grants: answer.grants.map((grant) => ({
      id: grant.id,
      source: grant.source,
      category: grant.category,
      amount: grant.amount as Credits,
      remaining: grant.remaining as Credits,
      priority: grant.priority,
      effectiveAt: new Date(grant.effective_at),
      expiresAt: toDate(grant.expires_at),
    })),
  };
}

const toDate = (text: string | null) => (text === null ? null : new Date(text));
