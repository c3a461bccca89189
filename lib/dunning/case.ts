import type { Collection } from "@/lib/billing/collection";
import type { DunningCase, SettledAs } from "@/lib/billing/dunning";
import type { DunningStage } from "@/lib/billing/standing";
import type { AccountId } from "@/lib/billing/units";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

/** An invoice of an open case as we last knew it. */
export interface KnownMember {
  readonly invoice: string;
  readonly attempts: number;
  readonly actionRequired: boolean;
  readonly collection: Collection;
  /** null while it is owed. */
  readonly outcome: SettledAs | null;
}

export interface OpenCase extends DunningCase {
  readonly customer: string;
  readonly members: readonly KnownMember[];
}

interface CaseRow {
  readonly customer_id: string;
  readonly stage: DunningStage;
  readonly opened_at: string;
  readonly paused_at: string | null;
  readonly paused_seconds: number;
  readonly asked_at: string;
  readonly members: ReadonlyArray<{
    invoice_id: string;
    attempts: number;
    action_required: boolean;
    collection: Collection;
    outcome: SettledAs | null;
  }>;
}

function toCase(row: CaseRow): OpenCase {
  return {
    customer: row.customer_id,
    stage: row.stage,
    openedAt: new Date(row.opened_at),
    pausedAt: row.paused_at ? new Date(row.paused_at) : null,
    pausedMs: row.paused_seconds * 1000,
    askedAt: new Date(row.asked_at),
    members: row.members.map((member) => ({
      invoice: member.invoice_id,
      attempts: member.attempts,
      actionRequired: member.action_required,
      collection: member.collection,
      outcome: member.outcome,
    })),
  };
}

/** The account's open case, and the invoices of former ones that were given up for lost and open none again. */
export async function readCase(
  account: AccountId | string,
): Promise<{ open: OpenCase | null; lost: ReadonlySet<string> }> {
  const answer = await rpc<{ case: CaseRow | null; lost: string[] }>("read_dunning", {
    account_id: account,
    livemode: isLivemode(),
  });
  return { open: answer.case && toCase(answer.case), lost: new Set(answer.lost) };
}
