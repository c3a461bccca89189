import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { checkLedger, describeDiscrepancies } from "@/lib/credits/check";
import { callDirectly } from "@/lib/supabase/rpc";
import { Account, DAY_MS } from "@/supabase/tests/ledger";
import { booksOf, type ModelGrant, type ModelLoss } from "./model";

const START = Date.UTC(2026, 10, 22, 10);
const CURRENCIES = ["usd", "eur"] as const;

let database: ClonedDatabase;
beforeEach(async () => {
  database = await cloneDatabase();
});
afterEach(() => database.drop());

interface Row {
  currency: string;
  month: string;
  is_closed: boolean;
  opening_cents: number;
  packs_cents: number;
  plans_cents: number;
  imports_cents: number;
  reinstated_cents: number;
  used_cents: number;
  expired_cents: number;
  clawed_cents: number;
  closing_cents: number;
  granted_credits: number;
  used_credits: number;
  expired_credits: number;
  clawed_credits: number;
  closing_credits: number;
}

async function readMonths(at: Date): Promise<Row[]> {
  const answer = (await callDirectly(database.sql, "read_finance_months", { livemode: true, at })) as { months: Row[] };
  return answer.months;
}

const close = (at: Date) => callDirectly(database.sql, "close_finance_months", { livemode: true, at });

/** What grants hold now, read from their rows and never from entries: the money of the credits that are left. */
async function liability(): Promise<Record<string, number>> {
  const rows = await database.sql<Array<{ currency: string; paid: string; amount: string; remaining: string }>>`
    select g.currency, g.paid_cents as paid, g.amount,
      case when g.id = b.current_grant_id and g.state = 'open' then b.current_remaining else g.remaining end as remaining
    from public.credit_grants g join public.credit_balances b on b.account_id = g.account_id
    where g.paid_cents is not null and coalesce(g.livemode, true)`;
  const owed: Record<string, number> = {};
  for (const { currency, paid, amount, remaining } of rows) {
    const gone = BigInt(amount) - BigInt(remaining);
    owed[currency] = (owed[currency] ?? 0) + Number(BigInt(paid) - (BigInt(paid) * gone) / BigInt(amount));
  }
  return owed;
}

async function modelOf() {
  const grants = await database.sql<ModelGrant[]>`
    select id, source, amount::int, coalesce(paid_cents, 0)::int as paid, coalesce(currency, '') as currency,
      coalesce(paid_at, granted_at) as at from public.credit_grants
    where (paid_cents is not null or source not in ('alw_bridge', 'alw_rest', 'alw_back', 'upg')) and coalesce(livemode, true)`;
  const losses = await database.sql<ModelLoss[]>`
    select d.grant, e.operation, d.credits::int, e.recorded_at as at
    from public.credit_entries e cross join lateral unnest(e.grant_ids, e.grant_amounts) d ("grant", credits) where e.operation <> 'grant'
    union all select grant_id, operation, credits::int, recorded_at from public.credit_forfeits`;
  return booksOf(grants, losses);
}

type Act =
  | { kind: "sell"; amount: number; cents: number; currency: string; days: number | null; starts: number }
  | { kind: "allow"; amount: number; cents: number; currency: string; paidAfter: number }
  | { kind: "give"; amount: number }
  | { kind: "spend"; amount: number }
  | { kind: "reserve"; amount: number }
  | { kind: "return"; grant: number; part: number }
  | { kind: "void"; grant: number }
  | { kind: "close" };
const amount = fc.integer({ min: 1, max: 400 });
const money = fc.integer({ min: 0, max: 5000 });
const currency = fc.constantFrom(...CURRENCIES);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("sell" as const),
      amount,
      cents: money,
      currency,
      days: fc.constantFrom(null, 5, 40),
      starts: fc.constantFrom(0, 0, 33),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("allow" as const),
      amount,
      cents: money,
      currency,
      paidAfter: fc.integer({ min: 0, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("give" as const), amount }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("spend" as const), amount: fc.integer({ min: 1, max: 150 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("reserve" as const), amount: fc.integer({ min: 1, max: 90 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("return" as const),
      grant: fc.nat(20),
      part: fc.constantFrom(0, 333, 1000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("void" as const), grant: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("close" as const) }) },
);
const life = fc.array(fc.record({ act, account: fc.nat(1), days: fc.constantFrom(0, 0, 1, 4, 11) }), {
  minLength: 60,
  maxLength: 60,
});

class Life {
  private readonly accounts: Account[];
  private readonly grants: Array<{ account: Account; source: string; source_id: string; returned: number }> = [];
  private readonly unpaid: Array<{ account: Account; id: string; cents: number; currency: string; after: number }> = [];
  private step = 0;
  constructor(accounts: Account[]) {
    this.accounts = accounts;
  }

  private async pass(days: number) {
    this.step += 1;
    for (const account of this.accounts) account.wait(days * DAY_MS);
    for (const due of this.unpaid.filter(({ after }) => after <= this.step))
      await database.sql`select private.price_grant(${due.account.id}, 'alw_bridge', ${due.id}, ${due.cents}, ${due.currency}, true, ${due.account.now})`;
  }

  async live(act: Act, index: number, days: number) {
    await this.pass(days);
    const account = this.accounts[index % this.accounts.length] as Account;
    const id = `${account.id}:${this.step}`;
    const target = "grant" in act && this.grants.length > 0 ? this.grants[act.grant % this.grants.length] : undefined;
    if (act.kind === "sell") {
      const effective_at = act.starts > 0 ? account.later(act.starts * DAY_MS) : null;
      const expires_at = act.days === null ? null : account.later((act.starts + act.days) * DAY_MS);
      const { cents: paid_cents, currency: in_currency } = act;
      await account.grant(act.amount, { source_id: id, paid_cents, currency: in_currency, effective_at, expires_at });
      this.grants.push({ account, source: "pack", source_id: id, returned: 0 });
    } else if (act.kind === "allow") {
      await account.grant(act.amount, {
        source: "alw_bridge",
        source_id: id,
        category: "included",
        priority: 10,
        expires_at: account.later(20 * DAY_MS),
      });
      this.unpaid.push({ account, id, cents: act.cents, currency: act.currency, after: this.step + act.paidAfter });
      this.grants.push({ account, source: "alw_bridge", source_id: id, returned: 0 });
    } else if (act.kind === "give")
      await account.grant(act.amount, { source: "gift", source_id: id, category: "promotional", priority: 10 });
    else if (act.kind === "spend") await account.record([act.amount]);
    else if (act.kind === "reserve") {
      await account.reserve(id, act.amount, { time_to_live_seconds: 3 * 86_400 });
    } else if (act.kind === "close") await close(account.now);
    else if (target && act.kind === "void")
      await target.account.call("void_grant", { source: target.source, source_id: target.source_id, key: id });
    else if (target && act.kind === "return") {
      const verb = act.part < target.returned ? "reinstate" : "claw_back";
      await target.account.call(verb, {
        source: target.source,
        source_id: target.source_id,
        taken_back_cents: act.part,
        charged_cents: 1000,
        key: id,
      });
      target.returned = act.part;
    }
  }
  get now() {
    return (this.accounts[0] as Account).now;
  }
}

test.each([1, 2, 3, 4, 5, 6])(
  "what is owed in credits goes on from month to month to the cent, whatever happens and whenever months are closed (seed %i)",
  async (seed) => {
    const [steps = []] = fc.sample(life, { seed, numRuns: 1 });
    const accounts = [await Account.open(database.sql), await Account.open(database.sql)];
    for (const account of accounts) account.wait(START - account.now.getTime());
    const told = new Life(accounts);
    for (const { act, account, days } of steps) {
      await told.live(act, account, days);
      const owed = await liability();
      const months = await readMonths(told.now);
      for (const money of CURRENCIES) {
        const last = months.find((row) => row.currency === money);
        expect([money, last?.closing_cents ?? 0]).toEqual([money, owed[money] ?? 0]);
      }
    }
    const model = await modelOf();
    const months = (await readMonths(told.now)).filter(
      ({ closing_credits, granted_credits, used_credits, expired_credits, clawed_credits }) =>
        closing_credits + granted_credits + used_credits + expired_credits + clawed_credits > 0,
    );
    expect(months.length).toBeGreaterThan(3);
    for (const row of months) {
      const { sold, used, expired, clawed, closing } = model(row.currency, row.month);
      expect({
        month: row.month,
        sold: row.packs_cents + row.plans_cents + row.imports_cents + row.reinstated_cents,
        used: row.used_cents,
        expired: row.expired_cents,
        clawed: row.clawed_cents,
        closing: row.closing_cents,
      }).toEqual({ month: row.month, sold, used, expired, clawed, closing });
    }
    expect(describeDiscrepancies(await checkLedger(database.sql))).toBe("");
  },
);
