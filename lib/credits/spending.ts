import type { Credits } from "@/lib/billing/units";
import {
  type Balance,
  type BalanceRow,
  type Insufficient,
  type InsufficientRow,
  type On,
  type Refusal,
  toBalance,
  toRefusal,
  toUsage,
  type UsageRecord,
  whose,
} from "@/lib/credits/balance";
import { rpc } from "@/lib/supabase/rpc";

export interface Spending {
  /** Names this one spending, for ever: asked again with the same arguments, it is billed once. */
  key: string;
  amount: Credits;
  /** What it was for, as in the daily rollup. */
  feature: string;
  usage?: UsageRecord;
}

interface DeductedRow {
  ok: true;
  code: "deducted" | "duplicate";
  amount: Credits;
  overage: Credits;
  available: Credits;
  balance: BalanceRow;
}
type DeductRefusal =
  | Insufficient
  | Refusal<
      | "account_frozen"
      | "in_debt"
      | "idempotency_conflict"
      | "invalid_amount"
      | "invalid_key"
      | "invalid_usage"
      | "unknown_account"
    >;
export type DeductAnswer = (Omit<DeductedRow, "balance"> & { balance: Balance }) | DeductRefusal;

/**
 * Spends a fixed price at once, and books it under its feature. Free credits come first, then overage up to the
 * owner's cap and to `overagePermitted`, whichever is smaller; never debt.
 * @returns `deducted`, or the first answer as `duplicate`
 */
export async function deductCredits({
  key,
  amount,
  feature,
  usage,
  overagePermitted,
  ...on
}: On & Spending & { overagePermitted: Credits }): Promise<DeductAnswer> {
  type Row = DeductedRow | InsufficientRow | Exclude<DeductRefusal, Insufficient>;
  const answer = await rpc<Row>("deduct_credits", {
    ...whose(on),
    key,
    amount,
    feature,
    usage: usage && toUsage(usage),
    overage_permitted: overagePermitted,
  });
  return answer.ok ? { ...answer, balance: toBalance(answer.balance) } : toRefusal(answer);
}

export type DeductManyAnswer =
  | {
      ok: true;
      code: "done";
      results: Array<{ code: "ok" | "duplicate" | "insufficient_credits" }>;
      balance: Balance;
    }
  | (Refusal<"invalid_item" | "idempotency_conflict"> & { index: number })
  | Refusal<"account_frozen" | "in_debt" | "unknown_account">;

/**
 * Spends several prices of one account in order, in one transaction, each with its own answer. A malformed item or a
 * key with other arguments rejects the whole batch, naming its index, before anything is written.
 * @param batch.items at most 1,000
 */
export async function deductMany({
  items,
  overagePermitted,
  ...on
}: On & { items: Spending[]; overagePermitted: Credits }): Promise<DeductManyAnswer> {
  type Done = Extract<DeductManyAnswer, { ok: true }>;
  type Row = (Omit<Done, "balance"> & { balance: BalanceRow }) | Extract<DeductManyAnswer, { ok: false }>;
  const answer = await rpc<Row>("deduct_many", {
    ...whose(on),
    items: items.map((item) => ({ ...item, usage: item.usage && toUsage(item.usage) })),
    overage_permitted: overagePermitted,
  });
  return answer.ok ? { ...answer, balance: toBalance(answer.balance) } : answer;
}
