import type { AccountId, Credits, Tokens, UserId } from "@/lib/billing/units";
import { now } from "@/lib/clock";

/** What an account has. `available` is `total − reserved`; while there is debt it is 0. */
export interface Balance {
  total: Credits;
  reserved: Credits;
  available: Credits;
  debt: Credits;
  overageUsed: Credits;
  isLow: boolean;
}

/** What one call of a model used. The token pools exclude each other: a cached token is not an input token as well. */
export interface UsageRecord {
  feature: string;
  model: string | null;
  inputTokens: Tokens;
  cachedInputTokens: Tokens;
  outputTokens: Tokens;
  reasoningTokens: Tokens;
  rateCardVersion: string;
  /** What the provider asks for it, in millionths of a US dollar; kept where no customer can read it. */
  costMicros?: number;
  occurredAt: Date;
  estimated: boolean;
  userId?: UserId;
}

/** Which account, and when: `at` is the time of `lib/clock` unless given. */
export interface On {
  account: AccountId;
  at?: Date;
}

/** A refusal that the caller has to expect, by its code; nothing has changed. */
export interface Refusal<Code extends string> {
  ok: false;
  code: Code;
  message?: string;
}

/**
 * Refused because too little is left: `available` credits are free, `overageLeft` more would pass as overage, `needed`
 * were asked for.
 */
export interface Insufficient {
  ok: false;
  code: "insufficient_credits";
  available: Credits;
  overageLeft: Credits;
  needed: Credits;
}

export interface BalanceRow {
  total: number;
  reserved: number;
  available: number;
  debt: number;
  overage_used: number;
  is_low: boolean;
}

export type InsufficientRow = Omit<Insufficient, "overageLeft"> & { overage_left: Credits };

/** Translates the refusals among the answers of the database; the others pass as they are. */
export function toRefusal<Other extends { code: string }>(answer: InsufficientRow | Other): Insufficient | Other {
  if (!("overage_left" in answer)) return answer;
  const { overage_left: overageLeft, ...rest } = answer;
  return { ...rest, overageLeft };
}

/** Translates the balance in an answer of the database. */
export function toBalance(row: BalanceRow): Balance {
  return {
    total: row.total as Credits,
    reserved: row.reserved as Credits,
    available: row.available as Credits,
    debt: row.debt as Credits,
    overageUsed: row.overage_used as Credits,
    isLow: row.is_low,
  };
}

/** The parameters every function of the ledger takes. */
export function whose({ account, at }: On): { account_id: AccountId; at: Date } {
  return { account_id: account, at: at ?? now() };
}

/** Translates a usage record into what the database stores. */
export function toUsage(usage: UsageRecord): Record<string, unknown> {
  return {
    feature: usage.feature,
    model: usage.model,
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    rate_card_version: usage.rateCardVersion,
    cost_micros: usage.costMicros ?? null,
    occurred_at: usage.occurredAt.toISOString(),
    estimated: usage.estimated,
    user_id: usage.userId ?? null,
  };
}
