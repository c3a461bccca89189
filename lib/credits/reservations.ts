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

export type ReserveAnswer =
  | { ok: true; code: "reserved" | "duplicate"; amount: Credits; overage: Credits; available: Credits }
  | Insufficient
  | Refusal<
      "account_frozen" | "in_debt" | "idempotency_conflict" | "invalid_amount" | "invalid_key" | "unknown_account"
    >;

/**
 * Sets credits aside before a model is called, so that two calls at once cannot spend the same ones. Free credits
 * come first, then overage up to the owner's cap and to `overagePermitted`, whichever is smaller.
 * @param reservation.timeToLiveSeconds at least twice the longest stream; a heartbeat renews it
 * @returns `overage`, the part of `amount` that is overage, and `available`, what stays free
 */
export async function reserveCredits({
  key,
  amount,
  timeToLiveSeconds,
  overagePermitted,
  feature,
  ...on
}: On & {
  key: string;
  amount: Credits;
  timeToLiveSeconds: number;
  overagePermitted: Credits;
  /** What usage is booked under if the reservation expires with something used. */
  feature?: string;
}): Promise<ReserveAnswer> {
  type Row = Exclude<ReserveAnswer, Insufficient> | InsufficientRow;
  const answer = await rpc<Row>("reserve_credits", {
    ...whose(on),
    key,
    amount,
    time_to_live_seconds: timeToLiveSeconds,
    overage_permitted: overagePermitted,
    feature,
  });
  return toRefusal(answer);
}

export type HeartbeatAnswer =
  | { ok: true; code: "renewed" }
  | Refusal<"reservation_closed" | "unknown_reservation" | "unknown_account" | "invalid_amount">;

/**
 * Says that a stream still runs and what it has used. If it falls silent, the reservation is settled at that.
 * @param heartbeat.usedSoFar credits used since the reservation was made, never fewer than said before
 */
export function heartbeatReservation({
  key,
  usedSoFar,
  timeToLiveSeconds,
  ...on
}: On & { key: string; usedSoFar: Credits; timeToLiveSeconds: number }): Promise<HeartbeatAnswer> {
  return rpc("heartbeat_reservation", {
    ...whose(on),
    key,
    used_so_far: usedSoFar,
    time_to_live_seconds: timeToLiveSeconds,
  });
}

type SettledRow = {
  ok: true;
  code: "settled" | "duplicate";
  balance: BalanceRow;
  spent: Credits;
  overage: Credits;
  debt: Credits;
};
type SettleRefusal = Refusal<"reservation_closed" | "unknown_reservation" | "unknown_account" | "invalid_amount">;
export type SettleAnswer = (Omit<SettledRow, "balance"> & { balance: Balance }) | SettleRefusal;

/**
 * Bills what a call really used, in one transaction with its usage record: below the reserved amount the rest is
 * returned, above it free credits, then overage, then debt pay. 0 is allowed. An expired reservation may still be
 * settled once; only the difference to what its expiry billed is billed then.
 * @returns how many credits were `spent`, of which `overage` and `debt` are the named parts
 */
export async function settleReservation({
  key,
  amount,
  usage,
  ...on
}: On & { key: string; amount: Credits; usage: UsageRecord }): Promise<SettleAnswer> {
  const answer = await rpc<SettledRow | SettleRefusal>("settle_reservation", {
    ...whose(on),
    key,
    amount,
    usage: toUsage(usage),
  });
  return answer.ok ? { ...answer, balance: toBalance(answer.balance) } : answer;
}

export type ReleaseAnswer =
  | { ok: true; code: "released" | "duplicate" }
  | Refusal<"reservation_closed" | "unknown_reservation" | "unknown_account">;

/** Gives a reservation back: nothing was used, nothing is billed. */
export function releaseReservation({ key, ...on }: On & { key: string }): Promise<ReleaseAnswer> {
  return rpc("release_reservation", { ...whose(on), key });
}
