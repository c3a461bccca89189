import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import postgres, { type Sql } from "postgres";
import { expect } from "vitest";
import { checkLedger, describeDiscrepancies } from "@/lib/credits/check";
import { type Answer, type Call, ReferenceLedger } from "@/lib/credits/reference";
import { createTeam } from "../../e2e/database/people.ts";
import { ACCOUNTS, type Act, BEGINNING, type Step } from "./histories.ts";

/** Installs the journal that the rehearsals read. */
export async function installJournal(sql: Sql): Promise<void> {
  await sql.unsafe(readFileSync(new URL("./journal.sql", import.meta.url), "utf8"));
}

interface Made {
  account: number;
  call: Call;
  at: number;
}

/** Several connections, each of one backend, that may be killed. */
export class Connections {
  private readonly open: Sql[];
  constructor(
    private readonly url: string,
    count: number,
  ) {
    this.open = Array.from({ length: count }, () => this.connect());
  }
  private connect(): Sql {
    return postgres(this.url, { max: 1, onnotice: () => undefined });
  }
  at(n: number): Sql {
    return this.open[n % this.open.length] as Sql;
  }
  async backendOf(n: number): Promise<number> {
    const [row] = await this.at(n)<{ pid: number }[]>`select pg_backend_pid() as pid`;
    return row?.pid ?? 0;
  }
  async replace(n: number): Promise<void> {
    const lost = this.at(n);
    this.open[n % this.open.length] = this.connect();
    await lost.end({ timeout: 0 });
  }
  async end(): Promise<void> {
    await Promise.all(this.open.map((connection) => connection.end({ timeout: 1 })));
  }
}

/** Plays one history on accounts of its own, on the database and on the reference, and compares every answer. */
export class Rehearsal {
  private readonly made: Made[] = [];
  private readonly ledgers = Array.from({ length: ACCOUNTS }, () => new ReferenceLedger());
  private accounts: string[] = [];
  private readonly run = randomUUID().slice(0, 8);
  private now = BEGINNING;
  private floor = BEGINNING;
  private applied = 0;
  /** Calls whose connection was killed before they answered. */
  killed = 0;

  /** @param connections each with one connection of its own */
  constructor(
    private readonly sql: Sql,
    private readonly connections: Connections,
  ) {}

  async play(steps: Step[]): Promise<void> {
    for (let n = 0; n < ACCOUNTS; n += 1) this.accounts.push(await createTeam(this.sql, []));
    const [last] = await this.sql<{ seq: number }[]>`select coalesce(max(seq), 0)::int as seq from public.journal`;
    this.applied = last?.seq ?? 0;
    for (const step of steps) {
      this.now += step.afterMs;
      if (step.kind === "call") await this.make(this.connections.at(0), this.write(step.act));
      if (step.kind === "burst") await this.burst(step.acts, step.kills);
      if (step.kind === "sweep") await this.sweep();
      if (step.kind === "look") await this.look(step.account);
      await this.compareAnswers();
    }
    await this.compareBooks();
  }

  private write({ account, call, lateByMs }: Act): number {
    const unique = `${this.run}/${account}/`;
    const named = { ...call };
    if ("key" in named) named.key = unique + named.key;
    if ("source_id" in named) named.source_id = unique + named.source_id;
    this.made.push({ account, call: named, at: Math.max(this.floor, this.now - lateByMs) });
    return this.made.length - 1;
  }

  private async make(connection: Sql, n: number, lingerSeconds = 0): Promise<void> {
    const { account, call, at } = this.made[n] as Made;
    const { name, args } = toArguments(call, this.accounts[account] as string, at);
    // What was killed before it answered is asked again, with the same key: it may or may not have happened.
    const ask = (sql: Sql, number: number, linger: number) =>
      sql`select public.call_journaled(${number}, ${name}, ${sql.json(args)}, ${linger})`;
    try {
      await ask(connection, n, lingerSeconds);
    } catch (error) {
      if (!isLostConnection(error)) throw error;
      this.killed += 1;
      this.made.push({ account, call, at });
      await ask(this.sql, this.made.length - 1, 0);
    }
  }

  // Some of the connections are killed while the calls run, and made anew.
  private async burst(acts: Act[], kills: number[]): Promise<void> {
    const pids = await Promise.all(kills.map((kill) => this.connections.backendOf(kill)));
    const numbers = acts.map((act) => this.write(act));
    const running = numbers.map((n, i) => this.make(this.connections.at(i), n, kills.length > 0 ? 0.003 : 0));
    for (const pid of pids) await this.sql`select pg_terminate_backend(${pid}::int)`;
    await Promise.all(running);
    await Promise.all(kills.map((kill) => this.connections.replace(kill)));
  }

  private async sweep(): Promise<void> {
    this.floor = this.now;
    const [row] = await this.sql<{ answer: { failed: unknown[] } }[]>`
      select public.expire_credits(100000, ${new Date(this.now).toISOString()}::timestamptz) as answer`;
    expect(row?.answer.failed).toEqual([]);
    for (const { account } of this.ledgers) {
      const isDue = account.due(this.now).some(({ rank }) => rank !== 3);
      if (isDue) account.advance(this.now);
    }
  }

  private async look(n: number): Promise<void> {
    this.floor = this.now;
    const { account } = this.ledgers[n] as ReferenceLedger;
    const [row] = await this.sql<{ answer: Record<string, unknown> & { grants: Array<Record<string, unknown>> } }[]>`
      select public.credit_summary(${this.accounts[n] as string}, ${new Date(this.now).toISOString()}::timestamptz) as answer`;
    if (account.due(this.now).length > 0) account.advance(this.now);
    expect(row?.answer).toMatchObject({ ...account.balance(), overage_cap: account.cap, frozen: account.frozen });
    const spent = row?.answer.grants.filter(({ effective_at: at }) => Date.parse(String(at)) <= this.now);
    const order = [...account.live("ending"), ...account.live("open")];
    expect(spent?.map(({ remaining }) => remaining)).toEqual(order.map(({ remaining }) => remaining));
  }

  private async compareAnswers(): Promise<void> {
    const rows = await this.sql<{ seq: number; n: number; answer: Answer }[]>`
      select seq::int, n, answer from public.journal where seq > ${this.applied} order by seq`;
    for (const { seq, n, answer } of rows) {
      const { account, call, at } = this.made[n] as Made;
      const { grant_id: _, starts_at: __, ends_at: ___, message: ____, ...seen } = answer;
      const expected = (this.ledgers[account] as ReferenceLedger).call(call, at);
      expect(seen, `call ${n} on account ${account}: ${JSON.stringify(call)}`).toEqual(expected);
      this.applied = seq;
    }
  }

  private async compareBooks(): Promise<void> {
    for (const [n, { account }] of this.ledgers.entries()) {
      const id = this.accounts[n] as string;
      const [row] = await this.sql`
        select b.total::int, b.reserved::int, b.debt::int, b.ending::int, b.overage_used::int, b.overage_reserved::int,
          b.low_credit_threshold::int, b.low_credit_armed, b.low_credit_crossings, b.frozen_at is not null as frozen,
          (select count(*)::int from public.mail_outbox m where m.account_id = b.account_id and m.kind = 'low_credit') as mails,
          (select coalesce(sum(d.credits), 0)::int from public.usage_daily d where d.account_id = b.account_id) as used
        from public.credit_balances b where b.account_id = ${id}`;
      const { total, reserved, debt, ending, used, overageReserved, lowThreshold, lowArmed, crossings, frozen } =
        account;
      expect(row, `the balance of account ${n}`).toEqual({
        total,
        reserved,
        debt,
        ending,
        overage_used: used,
        overage_reserved: overageReserved,
        low_credit_threshold: lowThreshold,
        low_credit_armed: lowArmed,
        low_credit_crossings: crossings,
        frozen,
        mails: crossings,
        used: account.usageCredits,
      });
      const grants = await this.sql`
        select g.source, g.source_id as "sourceId", g.state, g.ended::int, g.clawed::int, g.reinstated::int,
          (case when b.current_grant_id = g.id then b.current_remaining else g.remaining end)::int as remaining
        from public.credit_grants g join public.credit_balances b using (account_id) where g.account_id = ${id} order by g.seq`;
      const columns = account.grants.map(({ source, sourceId, state, ended, clawed, reinstated, remaining }) => {
        return { source, sourceId, state, ended, clawed, reinstated, remaining };
      });
      expect([...grants], `the grants of account ${n}`).toEqual(columns);
    }
    expect(describeDiscrepancies(await checkLedger(this.sql))).toBe("");
  }
}

function isLostConnection(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ["57P01", "CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED", "ECONNRESET", "EPIPE"].includes(
    code,
  );
}

function toArguments(call: Call, account: string, at: number) {
  const iso = (time: number) => new Date(time).toISOString();
  const { name, ...rest } = call;
  const args: Record<string, unknown> = { account_id: account, ...rest, at: iso(at) };
  for (const time of ["effective_at", "expires_at", "period_starts_at", "period_ends_at"]) {
    if (typeof args[time] === "number") args[time] = iso(args[time] as number);
  }
  const usage = { feature: "assistant", occurred_at: iso(at), input_tokens: 3 };
  if (name === "settle_reservation") args.usage = usage;
  if (call.name === "record_usage") args.items = call.items.map((item) => ({ ...item, usage }));
  return { name, args: args as Record<string, string> };
}
