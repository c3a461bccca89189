import { randomUUID } from "node:crypto";
import { periodInvoiceOf } from "@/lib/billing/draft-hour";
import { type Move, moveAfter, type PeriodInvoice, routeOf } from "@/lib/billing/metering";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { invoiceOfUsage } from "@/lib/stripe/usage-invoices";
import { rpc } from "@/lib/supabase/rpc";
import { type ClaimedRow, toMeterRow } from "./outbox";
import type { UsageSink } from "./sink";

/** A worker that dies frees its row by then; its outcome counts as unknown. */
const LEASE_SECONDS = 60;
const MOST_ADDRESSED = 500;

/** What is known of the invoice of the period a row belongs to. Stripe is asked only once that period is over. */
async function periodInvoice(row: ClaimedRow): Promise<PeriodInvoice> {
  const { subscription_id: subscription, standing, running_since: runningSince, subscription_since: since } = row;
  const eventAt = new Date(row.event_at);
  const isRunning = runningSince === null || eventAt >= new Date(runningSince);
  if (!subscription || (isRunning && standing !== "ended")) return "running";
  const invoice = await invoiceOfUsage(subscription, eventAt);
  return periodInvoiceOf(invoice, eventAt, since === null ? null : new Date(since), now());
}

async function decideAndSend(row: ClaimedRow, sink: UsageSink): Promise<Move & { attempted: boolean }> {
  const rule = toMeterRow(row);
  const untouched = { spareUntil: null, error: null, attempted: false };
  const route = routeOf(rule, await periodInvoice(row), row.standing, now());
  if (route.do === "wait") return { ...untouched, state: "unsure", nextAttemptAt: route.until };
  if (route.do !== "send") return { ...untouched, state: route.do, nextAttemptAt: now() };
  const { customer_id: customer, identifier, value } = row;
  const answer = await sink.send({ customer, identifier, value, at: rule.eventAt });
  const refusals =
    answer.kind === "busy"
      ? await rpc<number>("read_meter_refusals", { livemode: isLivemode(), customer_id: customer, meter: sink.meter })
      : 0;
  return { ...moveAfter(answer, rule, refusals, now()), attempted: true };
}

async function deliverRow(row: ClaimedRow, lease: string, sink: UsageSink): Promise<void> {
  const move = await decideAndSend(row, sink).catch((error: unknown) => ({
    state: row.is_in_doubt ? ("unsure" as const) : ("closed" as const),
    nextAttemptAt: new Date(now().getTime() + 60_000),
    spareUntil: null,
    error: error instanceof Error ? error.message : String(error),
    attempted: false,
  }));
  await rpc("finish_meter_row", {
    id: row.id,
    lease,
    state: move.state,
    attempted: move.attempted,
    next_attempt_at: move.nextAttemptAt,
    spare_until: move.spareUntil,
    error: move.error?.slice(0, 1000) ?? null,
    at: now(),
  });
}

/** Frees rows whose worker died, and addresses closed ones to their customers. */
export async function prepareRows(sink: UsageSink): Promise<void> {
  await rpc("prepare_meter_rows", { livemode: isLivemode(), meter: sink.meter, most: MOST_ADDRESSED, at: now() });
}

/**
 * Sends what is due, row by row; any number of workers may do it at once, since a customer has one call in flight.
 * @param customer only this one's rows; all without
 * @param deadline performance.now() after which no further row is begun
 * @returns how many rows were worked on
 */
export async function deliverRows(sink: UsageSink, deadline: number, customer: string | null = null): Promise<number> {
  let worked = 0;
  while (performance.now() < deadline) {
    const lease = randomUUID();
    const row = await rpc<ClaimedRow | null>("claim_meter_row", {
      livemode: isLivemode(),
      meter: sink.meter,
      customer_id: customer,
      lease,
      lease_seconds: LEASE_SECONDS,
      at: now(),
    });
    if (!row) break;
    await deliverRow(row, lease, sink);
    worked += 1;
  }
  return worked;
}
