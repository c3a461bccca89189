import type { CheckedRow } from "@/lib/billing/meter-checks";
import type { MeterRow, MeterStanding, MeterState } from "@/lib/billing/metering";

/** A row of the outbox as the database writes it. */
export interface StoredRow {
  readonly id: string;
  readonly account_id: string;
  readonly customer_id: string | null;
  readonly identifier: string | null;
  readonly revision: number;
  readonly state: MeterState;
  readonly value: number;
  readonly event_at: string;
  readonly attempts: number;
  readonly first_attempt_at: string | null;
  readonly accepted_at: string | null;
  readonly looked_at: string | null;
  readonly looked_sum: number | null;
  readonly is_in_doubt: boolean;
  readonly is_rebased: boolean;
}

/** A claimed row, with where its account stands. */
export interface ClaimedRow extends StoredRow {
  readonly customer_id: string;
  readonly identifier: string;
  readonly standing: MeterStanding;
  readonly subscription_id: string | null;
  readonly subscription_since: string | null;
  readonly running_since: string | null;
}

const dateOrNull = (text: string | null) => (text === null ? null : new Date(text));

/** The row as the rules see it. */
export function toMeterRow(row: StoredRow): MeterRow {
  return {
    id: row.id,
    revision: row.revision,
    state: row.state,
    value: row.value,
    eventAt: new Date(row.event_at),
    attempts: row.attempts,
    firstAttemptAt: dateOrNull(row.first_attempt_at),
    acceptedAt: dateOrNull(row.accepted_at),
    isInDoubt: row.is_in_doubt,
    isRebased: row.is_rebased,
  };
}

/** The row with what an earlier comparison has shown. */
export const toCheckedRow = (row: StoredRow): CheckedRow => ({
  ...toMeterRow(row),
  lookedAt: dateOrNull(row.looked_at),
  lookedSum: row.looked_sum,
});
