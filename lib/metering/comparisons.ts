import type { Sql } from "postgres";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import type { UsageSink } from "./sink";

/** Two numbers that ought to be the same and are not, or a row that waits for a person. */
export interface Difference {
  readonly rule: string;
  readonly account: string;
  readonly what: string;
  readonly ours: number;
  readonly theirs: number;
}

const PAGE = 500;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const FIRST = "00000000-0000-0000-0000-000000000000";

/** Reads page after page by key, so that no answer is cut. */
async function* pages<T, K>(read: (after: K) => Promise<T[]>, keyOf: (row: T) => K, first: K): AsyncGenerator<T> {
  let after = first;
  for (;;) {
    const rows = await read(after);
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = keyOf(last);
  }
}

interface AccountSums {
  account_id: string;
  used: string;
  ledger: string;
  reported: string;
}

async function compareAccounts(sql: Sql): Promise<Difference[]> {
  const found: Difference[] = [];
  const read = (after: string) => sql<AccountSums[]>`
    select b.account_id, b.overage_before + b.overage_used as ledger,
      (select coalesce(sum(d.overage_credits), 0) from public.usage_daily d where d.account_id = b.account_id) as used,
      (select coalesce(sum(m.value + m.corrected), 0) from public.meter_outbox m
        where m.account_id = b.account_id and m.state <> 'canceled') as reported
    from public.credit_balances b
    where b.account_id > ${after} order by b.account_id limit ${PAGE}`;
  for await (const { account_id: account, ...sums } of pages(read, (row) => row.account_id, FIRST)) {
    const [used, ledger, reported] = [Number(sums.used), Number(sums.ledger), Number(sums.reported)];
    if (reported !== used)
      found.push({
        rule: "usage equals the outbox",
        account,
        what: "credits of overage",
        ours: reported,
        theirs: used,
      });
    if (reported !== ledger)
      found.push({
        rule: "the ledger equals the outbox",
        account,
        what: "credits of overage",
        ours: reported,
        theirs: ledger,
      });
  }
  return found;
}

async function toldBetween(sql: Sql, account: string, from: Date, to: Date): Promise<number> {
  const [row] = await sql<Array<{ sum: string }>>`
    select coalesce(sum(value), 0) as sum from public.meter_outbox
    where account_id = ${account} and livemode = ${isLivemode()} and invoice_item_id is null
      and state in ('accepted', 'confirmed', 'billed') and event_at >= ${from} and event_at < ${to}`;
  return Number(row?.sum ?? 0);
}

const minute = (time: Date) => new Date(Math.floor(time.getTime() / MINUTE_MS) * MINUTE_MS);

async function compareSum(
  sql: Sql,
  sink: UsageSink,
  span: { account: string; customer: string; from: Date; to: Date },
  what: string,
) {
  const [from, to] = [minute(span.from), minute(span.to)];
  if (to <= from) return [];
  const [ours, theirs] = await Promise.all([
    toldBetween(sql, span.account, from, to),
    sink.sum(span.customer, from, to),
  ]);
  return ours === theirs ? [] : [{ rule: "the outbox equals Stripe's sum", account: span.account, what, ours, theirs }];
}

interface BilledPeriod {
  account_id: string;
  customer_id: string;
  invoice_id: string;
  key: string;
  quantity: string;
  period_start_at: Date;
  period_end_at: Date;
}

async function compareInvoices(sql: Sql, sink: UsageSink): Promise<Difference[]> {
  const found: Difference[] = [];
  const read = (after: string) => sql<BilledPeriod[]>`
    select * from (
      select i.account_id, i.customer_id, l.invoice_id, l.invoice_id || ' ' || extract(epoch from l.period_start_at) as key,
        sum(l.quantity) as quantity, l.period_start_at, l.period_end_at
      from public.invoices i join public.invoice_lines l on l.invoice_id = i.id and l.kind = 'overage'
      where i.livemode = ${isLivemode()} and i.status <> 'draft'
      group by i.account_id, i.customer_id, l.invoice_id, l.period_start_at, l.period_end_at
    ) periods
    where key collate "C" > ${after} order by key collate "C" limit ${PAGE}`;
  for await (const period of pages(read, (row) => row.key, "")) {
    const { account_id: account, customer_id: customer, invoice_id: invoice } = period;
    const [from, to] = [period.period_start_at, period.period_end_at];
    const ours = Math.max(0, await toldBetween(sql, account, from, to));
    const theirs = Number(period.quantity);
    if (ours !== theirs)
      found.push({ rule: "the outbox equals the invoice", account, what: `credits on ${invoice}`, ours, theirs });
    found.push(
      ...(await compareSum(sql, sink, { account, customer, from, to }, `credits of the period of ${invoice}`)),
    );
  }
  return found;
}

/** The running period up to the last full hour, which Stripe ought to have counted. */
async function compareRunning(sql: Sql, sink: UsageSink): Promise<Difference[]> {
  const found: Difference[] = [];
  const to = new Date(Math.floor(now().getTime() / HOUR_MS) * HOUR_MS - HOUR_MS);
  const read = (after: string) => sql<Array<{ account_id: string; customer_id: string; since: Date }>>`
    select b.account_id, c.customer_id, b.overage_starts_at as since
    from public.credit_balances b
    join public.stripe_customers c on c.account_id = b.account_id and c.livemode = ${isLivemode()} and c.deleted_at is null
    where b.account_id > ${after} and b.overage_starts_at is not null
      and exists (select from public.meter_outbox m where m.account_id = b.account_id and m.event_at >= b.overage_starts_at)
    order by b.account_id limit ${PAGE}`;
  for await (const { account_id: account, customer_id: customer, since } of pages(read, (row) => row.account_id, FIRST))
    found.push(
      ...(await compareSum(sql, sink, { account, customer, from: since, to }, "credits of the running period")),
    );
  return found;
}

/** Rows that nothing but a person will move on. */
async function findWaiting(sql: Sql): Promise<Difference[]> {
  const found: Difference[] = [];
  const read = (after: string) => sql<
    Array<{ id: string; account_id: string; state: string; value: string; last_error: string | null }>
  >`
    select id, account_id, state, value, last_error from public.meter_outbox
    where id > ${after} and (state in ('rejected', 'review')
      or (state in ('blocked', 'stale', 'closed', 'unsure') and recorded_at < ${new Date(now().getTime() - 2 * 24 * HOUR_MS)}))
    order by id limit ${PAGE}`;
  for await (const row of pages(read, ({ id }) => id, FIRST))
    found.push({
      rule: "no row waits for a person",
      account: row.account_id,
      what: `row ${row.id} is ${row.state}${row.last_error ? `: ${row.last_error}` : ""}`,
      ours: Number(row.value),
      theirs: 0,
    });
  return found;
}

/**
 * Proves that overage is billed exactly once: what was used is in the outbox, what the outbox has told Stripe is what
 * Stripe counts, and what its invoices charge. Answers what does not agree; an empty list means that all does.
 * @param sink null: only our own numbers are compared
 */
export async function reconcileUsage(sql: Sql, sink: UsageSink | null): Promise<Difference[]> {
  const own = [...(await compareAccounts(sql)), ...(await findWaiting(sql))];
  if (!sink) return own;
  return [...own, ...(await compareInvoices(sql, sink)), ...(await compareRunning(sql, sink))];
}

/** Writes differences for people to read. */
export const describeDifferences = (differences: readonly Difference[]): string =>
  differences
    .map(
      ({ rule, account, what, ours, theirs }) =>
        `${rule}\n  account ${account}, ${what}\n  - here    ${ours}\n  + there   ${theirs}\n`,
    )
    .join("\n");
