import { workThrough } from "@/lib/batch";
import { rowsAddingUpTo } from "@/lib/billing/meter-checks";
import type { MeterStanding } from "@/lib/billing/metering";
import type { AccountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { chargedPeriods } from "@/lib/stripe/usage-invoices";
import { rpc } from "@/lib/supabase/rpc";
import { billByItem } from "./late";
import { type StoredRow, toCheckedRow } from "./outbox";
import { usageSink } from "./sink";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SENT = ["sending", "unsure", "verify", "accepted"];
const UNSENT = ["closed", "blocked", "rejected", "stale"];

interface Unbilled {
  readonly customer_id: string | null;
  readonly subscription_id: string | null;
  readonly standing: MeterStanding;
  readonly period_start_at: string | null;
  readonly rows: StoredRow[];
}

const readUnbilled = (account: AccountId) =>
  rpc<Unbilled>("read_unbilled_usage", { account_id: account, livemode: isLivemode() });

/**
 * Whether Stripe would bill all of an account's overage of the running period now: every row is accepted, and Stripe's
 * sum agrees. True with no sink, or for an account without any.
 */
export async function usageIsVisible(account: AccountId): Promise<boolean> {
  const sink = usageSink();
  const { customer_id: customer, period_start_at: periodStart } = await readUnbilled(account);
  if (!sink) return true;
  const from = periodStart
    ? Math.floor(Date.parse(periodStart) / MINUTE_MS) * MINUTE_MS
    : now().getTime() - 31 * 24 * HOUR_MS;
  const to = Math.floor(now().getTime() / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const { told, waiting } = await rpc<{ told: number; waiting: number }>("read_meter_total", {
    account_id: account,
    from_at: new Date(from),
    to_at: new Date(to),
  });
  if (waiting > 0) return false;
  if (!customer) return told === 0;
  return (await sink.sum(customer, new Date(from), new Date(to))) === told;
}

/** Rows that Stripe was told but does not show, hour by hour. One that cannot be told apart counts as shown. */
async function invisibleRows(customer: string, rows: StoredRow[]): Promise<StoredRow[]> {
  const sink = usageSink();
  if (!sink) return [];
  const hourOf = ({ event_at }: StoredRow) => Math.floor(Date.parse(event_at) / HOUR_MS) * HOUR_MS;
  const invisible: StoredRow[] = [];
  for (const hour of new Set(rows.map(hourOf))) {
    const inHour = rows.filter((row) => hourOf(row) === hour);
    const sent = inHour.filter(({ state }) => SENT.includes(state));
    if (sent.length === 0) continue;
    const sum = await sink.sum(customer, new Date(hour), new Date(hour + HOUR_MS));
    const confirmed = inHour
      .filter(({ state }) => state === "confirmed" || state === "billed")
      .reduce((total, { value }) => total + value, 0);
    const shown = rowsAddingUpTo(sum - confirmed, sent.map(toCheckedRow))?.map(({ id }) => id);
    if (shown) invisible.push(...sent.filter(({ id }) => !shown.includes(id)));
  }
  return invisible;
}

const MOST_PAST_MS = 62 * 24 * HOUR_MS;

interface Ended {
  readonly subscription_id: string;
  readonly since: string;
  readonly ended_at: string;
}

/** Rows that Stripe counts and no invoice charges, since the subscription was ended without a last one. */
async function unchargedRows({ subscription_id: subscription, since, ended_at: endedAt }: Ended, rows: StoredRow[]) {
  const end = Date.parse(endedAt);
  const begin = Math.max(Date.parse(since), end - MOST_PAST_MS);
  const counted = rows
    .filter(({ state }) => state === "accepted" || state === "confirmed")
    .filter(({ event_at }) => Date.parse(event_at) >= begin && Date.parse(event_at) <= end);
  if (counted.length === 0) return [];
  const periods = await chargedPeriods(subscription);
  const isCharged = (at: number) => periods.some(({ start, end }) => start.getTime() <= at && at < end.getTime());
  return counted.filter(({ event_at }) => !isCharged(Date.parse(event_at)));
}

/**
 * Bills by invoice item what Stripe's meter will not: what was never sent, and what was sent and never became visible (it is
 * taken back first, lest it is counted after all). While the subscription lives the item waits for its last invoice; after it has ended an invoice is made for it.
 * @throws Error if Stripe cannot answer; asked again it goes on where it stopped, and nothing is billed twice
 */
export async function billRemainder(account: AccountId): Promise<void> {
  const sink = usageSink();
  if (!sink) return;
  const { customer_id: customer, rows, standing } = await readUnbilled(account);
  if (!customer) return;
  const unsent = rows.filter((row) => UNSENT.includes(row.state) && !row.is_in_doubt);
  const invisible = await invisibleRows(customer, rows);
  for (const { identifier } of invisible) if (identifier) await sink.cancel(identifier);
  const ids = [...new Set([...unsent, ...invisible].map(({ id }) => id))];
  if (ids.length > 0) await billByItem(account, ids, standing === "ended");
}

/**
 * Puts the overage of a period on the subscription's next invoice by item, since the invoice of that period is not to be
 * charged. Asked again, nothing is billed twice.
 */
export async function billPeriod(account: AccountId, { start, end }: { start: Date; end: Date }): Promise<void> {
  if (!usageSink()) return;
  const { rows } = await readUnbilled(account);
  const counted = rows.filter(({ state, event_at }) => {
    const at = Date.parse(event_at);
    return (state === "accepted" || state === "confirmed") && at >= start.getTime() && at < end.getTime();
  });
  const ids = counted.map(({ id }) => id);
  if (ids.length > 0) await billByItem(account, ids, false);
}

const LOOK_EVERY_SECONDS = 900;

async function billEnded({ account_id: account, ...ended }: Ended & { account_id: AccountId }): Promise<void> {
  const { rows } = await readUnbilled(account);
  const ids = (await unchargedRows(ended, rows)).map(({ id }) => id);
  if (ids.length > 0) await billByItem(account, ids, true, ended.subscription_id);
}

/**
 * Bills what plans ended elsewhere, for example in Stripe's Dashboard, have left uncharged, though the account may have
 * another plan by now; looks every 15 minutes.
 */
export async function billEndedPlans(): Promise<void> {
  if (!usageSink()) return;
  const at = now();
  const { ok } = await rpc<{ ok: boolean }>("claim_job", {
    name: "bill ended plans",
    every_seconds: LOOK_EVERY_SECONDS,
    at,
  });
  if (!ok) return;
  await workThrough(
    await rpc<Array<Ended & { account_id: AccountId }>>("read_ended_usage", { livemode: isLivemode(), at }),
    billEnded,
  );
}
