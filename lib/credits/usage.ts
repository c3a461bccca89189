import type { Credits } from "@/lib/billing/units";
import {
  type Balance,
  type BalanceRow,
  type On,
  type Refusal,
  toBalance,
  toUsage,
  type UsageRecord,
  whose,
} from "@/lib/credits/balance";
import { rpc } from "@/lib/supabase/rpc";

export interface UsageItem {
  key: string;
  /** 0 is allowed: a usage event may be worth nothing. */
  amount: Credits;
  usage: UsageRecord;
}

export type RecordUsageAnswer =
  | { ok: true; code: "recorded"; results: Array<{ code: "ok" | "duplicate" }>; balance: Balance; overLimit: boolean }
  | (Refusal<"invalid_item" | "idempotency_conflict"> & { index: number })
  | Refusal<"unknown_account">;

/**
 * Books usage that has already happened elsewhere: never refused for lack of credits. What free credits and overage
 * do not cover becomes debt, and `overLimit` says so. All or nothing: one bad item rejects the batch with its index.
 * @param batch.items at most 1,000
 */
export async function recordUsage({
  items,
  overagePermitted,
  ...on
}: On & { items: UsageItem[]; overagePermitted: Credits }): Promise<RecordUsageAnswer> {
  type Done = Extract<RecordUsageAnswer, { ok: true }>;
  type Row =
    | (Omit<Done, "balance" | "overLimit"> & { balance: BalanceRow; over_limit: boolean })
    | Extract<RecordUsageAnswer, { ok: false }>;
  const answer = await rpc<Row>("record_usage", {
    ...whose(on),
    items: items.map(({ key, amount, usage }) => ({ key, amount, usage: toUsage(usage) })),
    overage_permitted: overagePermitted,
  });
  if (!answer.ok) return answer;
  const { over_limit: overLimit, balance, ...rest } = answer;
  return { ...rest, balance: toBalance(balance), overLimit };
}
