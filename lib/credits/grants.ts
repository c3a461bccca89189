import type { Cents, Credits } from "@/lib/billing/units";
import { type On, type Refusal, whose } from "@/lib/credits/balance";
import { rpc } from "@/lib/supabase/rpc";

export interface Grant extends On {
  /** What kind of thing gave the credits (`pack`, `alw_rest`, `free` …) and which one; together they grant only once. */
  source: string;
  sourceId: string;
  amount: Credits;
  category: "included" | "paid" | "promotional";
  /** 10 for what ends with a period or was given away, 20 for what was bought: the smaller is spent first. */
  priority: 10 | 20;
  /** Later than now: the credits wait and appear by themselves. */
  effectiveAt?: Date;
  expiresAt?: Date;
  /** What was paid for it, without tax. */
  paidCents?: Cents;
  currency?: string;
  /** The share of the total after this grant below which the account is low; kept for later grants. 20 at first. */
  lowCreditPercent?: number;
}

export type GrantAnswer =
  | { ok: true; code: "granted" | "duplicate"; grantId: string }
  | Refusal<"invalid_amount" | "invalid_grant" | "unknown_account" | "idempotency_conflict">;

/**
 * Gives an account credits, once for each source and source id, whatever asks again (the rules of grants and of
 * idempotency). Debt is repaid from them at once.
 * @returns `granted`, or `duplicate` with the first grant's id; `idempotency_conflict` if the source gave something else
 * @throws RpcError if the database cannot answer
 */
export async function grantCredits(grant: Grant): Promise<GrantAnswer> {
  const answer = await rpc<
    { ok: true; code: "granted" | "duplicate"; grant_id: string } | Extract<GrantAnswer, { ok: false }>
  >("grant_credits", {
    ...whose(grant),
    source: grant.source,
    source_id: grant.sourceId,
    amount: grant.amount,
    category: grant.category,
    priority: grant.priority,
    effective_at: grant.effectiveAt,
    expires_at: grant.expiresAt,
    paid_cents: grant.paidCents,
    currency: grant.currency,
    low_credit_percent: grant.lowCreditPercent,
  });
  return answer.ok ? { ok: true, code: answer.code, grantId: answer.grant_id } : answer;
}

export type VoidAnswer =
  | { ok: true; code: "voided" | "duplicate"; voided: Credits }
  | Refusal<"unknown_grant" | "unknown_account" | "idempotency_conflict">;

/**
 * Cancels what remains of a grant. What open reservations cover stays theirs, and goes when they no longer need it
 * (the rule of expiry and void).
 * @returns how many credits went at once
 */
export function voidGrant({ source, sourceId, key, ...on }: On & { source: string; sourceId: string; key: string }) {
  return rpc<VoidAnswer>("void_grant", { ...whose(on), source, source_id: sourceId, key });
}
