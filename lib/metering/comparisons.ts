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
/** Each of these asks Stripe for a sum of its own. */
const ASKING_PAGE = 20;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const FIRST = "00000000-0000-0000-0000-000000000000";

/** Some of what is compared, in the order of a key. */
export interface ComparedPage {
  readonly differences: Difference[];
  readonly compared: number;
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

const nextOf = (keys: string[], size: number): string | null => (keys.length < size ? null : (keys.at(-1) ?? null));

interface AccountSums {
  account_id: string;
  used: string;
  ledger: string;
  reported: string;
}

/** What was used against the outbox, and the ledger against it, for some accounts. */
export async function compareAccounts(sql: Sql, after: string | null): Promise<ComparedPage> {
  const rows = await sql<AccountSums[]>`
    select b.account_id, b.overage_before + b.overage_used as ledger,
      (select coalesce(sum(d.overage_credits), 0) from public.usage_daily d where d.account_id = b.account_id) as used,
      (select coalesce(sum(m.value + m.corrected), 0) from public.meter_outbox m
        where m.account_id = b.account_id and m.state <> 'canceled') as reported
    from public.credit_balances b
    where b.account_id > ${after ?? FIRST} order by b.account_id limit ${PAGE}`;
  const differences = rows.flatMap(({ account_id: account, ...sums }) => {
    const [used, ledger, reported] = [Number(sums.used), Number(sums.ledger), Number(sums.reported)];
    const about = { account, what: "credits of overage", ours: reported };
    return [
      ...(reported === used ? [] : [{ ...about, rule: "usage equals the outbox", theirs: used }]),
      ...(reported === ledger ? [] : [{ ...about, rule: "the ledger equals the outbox", theirs: ledger }]),
    ];
  });
  return {
    differences,
    compared: rows.length,
    next: nextOf(
      rows.map((row) => row.account_id),
      PAGE,
    ),
  };
}

async function toldBetween(sql: Sql, account: string, from: Date, to: Date): Promise<number> {
  const [row] = await sql<Array<{ sum: string }>>`
    select coalesce(sum(value), 0) as sum from public.meter_outbox
    where account_id = ${account} and livemode = ${isLivemode()} and invoice_item_id is null
      and state in ('accepted', 'confirmed', 'billed') and event_at >= ${from} and event_at < ${to}`;
  return Number(row?.sum ?? 0);
}

const minute = (time: Date) => new Date(Math.floor(time.getTime() / MINUTE_MS) * MINUTE_MS);

/** Whether Stripe took something in a span so lately that its sums may not show it yet. */
async function isFresh(sql: Sql, account: string, from: Date, to: Date): Promise<boolean> {
  const [row] = await sql<Array<{ fresh: boolean }>>`
    select exists (select from public.meter_outbox
      where account_id = ${account} and livemode = ${isLivemode()} and state = 'accepted'
        and accepted_at > ${new Date(now().getTime() - HOUR_MS)} and event_at >= ${from} and event_at < ${to}) as fresh`;
  return row?.fresh ?? false;
}

async function compareSum(
  sql: Sql,
  sink: UsageSink,
  span: { account: string; customer: string; from: Date; to: Date },
  what: string,
) {
  const [from, to] = [minute(span.from), minute(span.to)];
  if (to <= from || (await isFresh(sql, span.account, from, to))) return [];
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

/**
 * The periods that invoices have billed, some at a time, against what Stripe was told and what it counts.
 * @param since only periods that ended later; null for all there ever were
 */
export async function compareInvoices(
  sql: Sql,
  sink: UsageSink,
  after: string | null,
  since: Date | null,
): Promise<ComparedPage> {
  const rows = await sql<BilledPeriod[]>`
    select * from (
      select i.account_id, i.customer_id, l.invoice_id, l.invoice_id || ' ' || extract(epoch from l.period_start_at) as key,
        sum(l.quantity) as quantity, l.period_start_at, l.period_end_at
      from public.invoices i join public.invoice_lines l on l.invoice_id = i.id and l.kind = 'overage'
      where i.livemode = ${isLivemode()} and i.status <> 'draft' and l.period_end_at > ${since ?? new Date(0)}
      group by i.account_id, i.customer_id, l.invoice_id, l.period_start_at, l.period_end_at
    ) periods
    where key collate "C" > ${after ?? ""} order by key collate "C" limit ${ASKING_PAGE}`;
  const differences: Difference[] = [];
  for (const period of rows) {
    const { account_id: account, customer_id: customer, invoice_id: invoice } = period;
    const [from, to] = [period.period_start_at, period.period_end_at];
    const ours = Math.max(0, await toldBetween(sql, account, from, to));
    const theirs = Number(period.quantity);
    if (ours !== theirs)
      differences.push({ rule: "the outbox equals the invoice", account, what: `credits on ${invoice}`, ours, theirs });
    differences.push(
      ...(await compareSum(sql, sink, { account, customer, from, to }, `credits of the period of ${invoice}`)),
    );
  }
  return {
    differences,
    compared: rows.length,
    next: nextOf(
      rows.map(({ key }) => key),
      ASKING_PAGE,
    ),
  };
}

/** The running period of some accounts, up to the last full hour, which Stripe ought to have counted. */
export async function compareRunning(sql: Sql, sink: UsageSink, after: string | null): Promise<ComparedPage> {
  const to = new Date(Math.floor(now().getTime() / HOUR_MS) * HOUR_MS - HOUR_MS);
  const rows = await sql<Array<{ account_id: string; customer_id: string; since: Date }>>`
    select b.account_id, c.customer_id, b.overage_starts_at as since
    from public.credit_balances b
    join public.stripe_customers c on c.account_id = b.account_id and c.livemode = ${isLivemode()} and c.deleted_at is null
    where b.account_id > ${after ?? FIRST} and b.overage_starts_at is not null
      and exists (select from public.meter_outbox m where m.account_id = b.account_id and m.event_at >= b.overage_starts_at)
    order by b.account_id limit ${ASKING_PAGE}`;
  const differences: Difference[] = [];
  for (const { account_id: account, customer_id: customer, since } of rows)
    differences.push(
      ...(await compareSum(sql, sink, { account, customer, from: since, to }, "credits of the running period")),
    );
  return {
    differences,
    compared: rows.length,
    next: nextOf(
      rows.map((row) => row.account_id),
      ASKING_PAGE,
    ),
  };
}

/** Rows that nothing but a person will move on. */
export async function findWaiting(sql: Sql, after: string | null): Promise<ComparedPage> {
  const rows = await sql<
    Array<{ id: string; account_id: string; state: string; value: string; last_error: string | null }>
  >`
    select id, account_id, state, value, last_error from public.meter_outbox
    where id > ${after ?? FIRST} and livemode is distinct from ${!isLivemode()} and (state in ('rejected', 'review')
      or (state in ('blocked', 'stale', 'closed', 'unsure') and recorded_at < ${new Date(now().getTime() - 2 * 24 * HOUR_MS)}))
    order by id limit ${PAGE}`;
  const differences = rows.map((row) => ({
    rule: "no row waits for a person",
    account: row.account_id,
    what: `row ${row.id} is ${row.state}${row.last_error ? `: ${row.last_error}` : ""}`,
    ours: Number(row.value),
    theirs: 0,
  }));
  return {
    differences,
    compared: rows.length,
    next: nextOf(
      rows.map(({ id }) => id),
      PAGE,
    ),
  };
}

async function allOf(read: (after: string | null) => Promise<ComparedPage>): Promise<Difference[]> {
  const found: Difference[] = [];
  let after: string | null = null;
  do {
    const page: ComparedPage = await read(after);
    found.push(...page.differences);
    after = page.next;
  } while (after !== null);
  return found;
}

/**
 * Proves that overage is billed exactly once: what was used is in the outbox, what the outbox has told Stripe is what
 * Stripe counts, and what its invoices charge. Answers what does not agree; an empty list means that all does.
 * @param sink null: only our own numbers are compared
 */
export async function reconcileUsage(sql: Sql, sink: UsageSink | null): Promise<Difference[]> {
  const own = [
    ...(await allOf((after) => compareAccounts(sql, after))),
    ...(await allOf((after) => findWaiting(sql, after))),
  ];
  if (!sink) return own;
  return [
    ...own,
    ...(await allOf((after) => compareInvoices(sql, sink, after, null))),
    ...(await allOf((after) => compareRunning(sql, sink, after))),
  ];
}

/** Writes differences for people to read. */
export const describeDifferences = (differences: readonly Difference[]): string =>
  differences
    .map(
      ({ rule, account, what, ours, theirs }) =>
        `${rule}\n  account ${account}, ${what}\n  - here    ${ours}\n  + there   ${theirs}\n`,
    )
    .join("\n");
