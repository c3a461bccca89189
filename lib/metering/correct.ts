import { periodInvoiceOf } from "@/lib/billing/draft-hour";
import { type Correction, correctionOf, type PeriodInvoice } from "@/lib/billing/metering";
import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { invoiceOfUsage } from "@/lib/stripe/usage-invoices";
import { rpc } from "@/lib/supabase/rpc";
import { type StoredRow, toMeterRow } from "./outbox";
import type { UsageSink } from "./sink";

export type CorrectionAnswer =
  | { ok: true; code: "edit" | "cancel" | "offset" }
  | { ok: false; code: "needs_credit_note" | "not_lower" | "busy" | "unknown_row"; message: string };

const WORDS = {
  needs_credit_note: "The invoice of that period is final. It needs a credit note.",
  not_lower: "A correction makes a window say less, and at least 0.",
  busy: "Stripe has not answered for this window yet. Try again when it has.",
  unknown_row: "There is no such window.",
} as const;

const refuse = (code: keyof typeof WORDS): CorrectionAnswer => ({ ok: false, code, message: WORDS[code] });

/**
 * Corrects what one window says downwards. What the ledger booked stays as it is; the difference is kept on the row, and
 * stripe:reconcile counts it.
 * @param rightValue credits the window ought to have said
 */
export async function correctUsage(o: {
  account: AccountId;
  row: string;
  rightValue: number;
}): Promise<CorrectionAnswer> {
  const found = await rpc<{
    row: StoredRow | null;
    subscription_id: string | null;
    subscription_since: string | null;
    running_since: string | null;
  }>("read_meter_row", { account_id: o.account, id: o.row, livemode: isLivemode(), at: now() });
  if (!found.row) return refuse("unknown_row");
  const row = toMeterRow(found.row);
  let invoice: PeriodInvoice = "running";
  const isRunning = found.running_since === null || row.eventAt >= new Date(found.running_since);
  if (found.subscription_id && !isRunning) {
    const since = found.subscription_since === null ? null : new Date(found.subscription_since);
    invoice = periodInvoiceOf(await invoiceOfUsage(found.subscription_id, row.eventAt), row.eventAt, since, now());
  }
  const how: Correction = correctionOf(row, o.rightValue, invoice, now());
  if (how === "needs_credit_note" || how === "not_lower" || how === "busy") return refuse(how);
  const answer = await rpc<{ ok: boolean }>("correct_meter_row", {
    id: o.row,
    revision: row.revision,
    how,
    right_value: o.rightValue,
    at: now(),
  });
  return answer.ok ? { ok: true, code: how } : refuse("busy");
}

const MOST = 20;

/** Takes back the events that corrections have replaced, and puts the right values in their place. */
export async function cancelEvents(sink: UsageSink): Promise<void> {
  for (let count = 0; count < MOST; count += 1) {
    const row = await rpc<StoredRow | null>("claim_meter_cancel", { livemode: isLivemode(), at: now() });
    if (!row?.identifier) return;
    const outcome = await sink.cancel(row.identifier);
    if (outcome !== "pending")
      await rpc("finish_meter_cancel", { id: row.id, canceled: outcome === "canceled", at: now() });
  }
}
