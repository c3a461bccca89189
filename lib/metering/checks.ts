import { checkHour } from "@/lib/billing/meter-checks";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { type StoredRow, toCheckedRow } from "./outbox";
import type { UsageSink } from "./sink";

const HOUR_MS = 3_600_000;

interface ClaimedHour {
  readonly customer_id: string;
  readonly hour_at: string;
  readonly rows: StoredRow[];
}

/**
 * Compares hours with Stripe's sums: confirms what was accepted, decides what is in doubt.
 * @param customer only this one's hours; all without
 * @param deadline performance.now() after which no further hour is begun
 * @returns how many hours were compared
 * @throws the first error of Stripe, after the other hours had their turn; that hour is tried again in a quarter of an hour
 */
export async function checkHours(sink: UsageSink, deadline: number, customer: string | null = null): Promise<number> {
  let compared = 0;
  const failed: unknown[] = [];
  while (performance.now() < deadline) {
    const hour = await rpc<ClaimedHour | null>("claim_meter_hour", {
      livemode: isLivemode(),
      meter: sink.meter,
      customer_id: customer,
      at: now(),
    });
    if (!hour) break;
    await compare(sink, hour).catch((error: unknown) => failed.push(error));
    compared += 1;
  }
  if (failed.length > 0) throw failed[0];
  return compared;
}

async function compare(sink: UsageSink, hour: ClaimedHour): Promise<void> {
  const from = new Date(hour.hour_at);
  const sum = await sink.sum(hour.customer_id, from, new Date(from.getTime() + HOUR_MS));
  const checks = checkHour(hour.rows.map(toCheckedRow), sum, now());
  await rpc("save_meter_checks", {
    checks: checks.map(({ nextAttemptAt, ...check }) => ({ ...check, next_attempt_at: nextAttemptAt })),
    at: now(),
  });
}
