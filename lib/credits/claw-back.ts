import type { Cents, Credits } from "@/lib/billing/units";
import { type On, type Refusal, whose } from "@/lib/credits/balance";
import { rpc } from "@/lib/supabase/rpc";

/** How much of a payment stands taken back now, by all its refunds and disputes together. */
export interface TakenBack extends On {
  source: string;
  sourceId: string;
  takenBackCents: Cents;
  chargedCents: Cents;
  key: string;
}

type ClawRefusal = Refusal<
  "unknown_grant" | "unknown_account" | "invalid_share" | "idempotency_conflict" | "invalid_key"
>;

export type ClawBackAnswer =
  | { ok: true; code: "clawed_back" | "duplicate"; taken: Credits; debt: Credits }
  | ClawRefusal;

/**
 * Takes back the share of a grant whose payment went back, by state and not by event: only the difference to what was
 * taken before is taken, from that grant's free rest, then other free credits, else as debt (`debt` of `taken`).
 */
export function clawBack(taken: TakenBack): Promise<ClawBackAnswer> {
  return rpc("claw_back", parameters(taken));
}

export type ReinstateAnswer =
  | { ok: true; code: "reinstated" | "duplicate"; returned: Credits; repaid: Credits; grantId: string | null }
  | ClawRefusal;

/**
 * Gives back what a claw-back took too much of, when a refund failed or a dispute was won: debt is repaid first, the
 * rest is a new grant with the lifetime that was left, at least 30 days.
 */
export async function reinstate(taken: TakenBack): Promise<ReinstateAnswer> {
  type Row =
    | { ok: true; code: "reinstated" | "duplicate"; returned: Credits; repaid: Credits; grant_id: string | null }
    | ClawRefusal;
  const answer = await rpc<Row>("reinstate", parameters(taken));
  if (!answer.ok) return answer;
  const { grant_id: grantId, ...rest } = answer;
  return { ...rest, grantId };
}

function parameters({ source, sourceId, takenBackCents, chargedCents, key, ...on }: TakenBack) {
  return {
    ...whose(on),
    source,
    source_id: sourceId,
    taken_back_cents: takenBackCents,
    charged_cents: chargedCents,
    key,
  };
}
