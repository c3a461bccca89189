import type { Credits } from "@/lib/billing/units";
import { type On, type Refusal, whose } from "@/lib/credits/balance";
import { rpc } from "@/lib/supabase/rpc";

export type FreezeAnswer =
  | { ok: true; code: "frozen" | "unfrozen" | "duplicate" }
  | Refusal<"unknown_account" | "idempotency_conflict" | "invalid_key">;

/**
 * Stops an account from spending, or lets it spend again. Open reservations may settle, bought credits are kept, and
 * unfreezing leaves every open bought grant at least 30 more days.
 */
export function freezeCredits({ frozen, key, ...on }: On & { frozen: boolean; key: string }): Promise<FreezeAnswer> {
  return rpc("freeze_credits", { ...whose(on), frozen, key });
}

export type OverageAnswer =
  | { ok: true; code: "set"; cap: Credits | null; used: Credits; startsAt: string | null; endsAt: string | null }
  | Refusal<"unknown_account" | "invalid_amount" | "invalid_period">;

/**
 * Sets the owner's cap on overage, and the period it counts in. A later period starts from 0 used; lowering the cap
 * below what is used refuses new overage and takes nothing back. Until somebody has chosen a cap it is null, and the
 * permission of the caller decides alone.
 * @param overage.cap credits beyond allowance and prepaid that a period may use; leave out to keep it
 * @param overage.period `[startsAt, endsAt)`; leave out to keep it
 */
export async function setOverage({
  cap,
  period,
  ...on
}: On & { cap?: Credits; period?: { startsAt: Date; endsAt: Date } }): Promise<OverageAnswer> {
  type Row =
    | { ok: true; code: "set"; cap: Credits | null; used: Credits; starts_at: string | null; ends_at: string | null }
    | Extract<OverageAnswer, { ok: false }>;
  const answer = await rpc<Row>("set_overage", {
    ...whose(on),
    cap,
    period_starts_at: period?.startsAt,
    period_ends_at: period?.endsAt,
  });
  if (!answer.ok) return answer;
  const { starts_at: startsAt, ends_at: endsAt, ...rest } = answer;
  return { ...rest, startsAt, endsAt };
}
