import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { callDirectly } from "@/lib/supabase/rpc";
import { createTeam } from "../../e2e/database/people.ts";

export type Reply = Record<string, unknown> & { ok: boolean; code: string };
export const DAY_MS = 86_400_000;
/** When the tests of single rules begin; each moves on from here. */
export const START = new Date("2026-11-22T10:00:00.000Z");

/** One account of a test and short words for what can be done to it. */
export class Account {
  private constructor(
    readonly sql: Sql,
    readonly id: string,
  ) {}
  now = START;

  static async open(sql: Sql): Promise<Account> {
    return new Account(sql, await createTeam(sql, []));
  }

  /** Moves this account's time on. */
  wait(milliseconds: number): void {
    this.now = new Date(this.now.getTime() + milliseconds);
  }
  later(milliseconds: number): Date {
    return new Date(this.now.getTime() + milliseconds);
  }

  async call(name: string, args: Record<string, unknown> = {}): Promise<Reply> {
    return (await callDirectly(this.sql, name, { account_id: this.id, at: this.now, ...args })) as Reply;
  }
  async sweep(): Promise<Reply> {
    return (await callDirectly(this.sql, "expire_credits", { most: 1000, at: this.now })) as Reply;
  }
  grant(amount: number, more: Record<string, unknown> = {}): Promise<Reply> {
    const terms = { source: "pack", source_id: randomUUID(), category: "paid", priority: 20 };
    return this.call("grant_credits", { ...terms, amount, ...more });
  }
  deduct(amount: number, more: Record<string, unknown> = {}): Promise<Reply> {
    return this.call("deduct_credits", { key: randomUUID(), amount, feature: "summary", ...more });
  }
  reserve(key: string, amount: number, more: Record<string, unknown> = {}): Promise<Reply> {
    return this.call("reserve_credits", { key, amount, time_to_live_seconds: 600, ...more });
  }
  settle(key: string, amount: number, more: Record<string, unknown> = {}): Promise<Reply> {
    const usage = { feature: "assistant", occurred_at: this.now.toISOString() };
    return this.call("settle_reservation", { key, amount, usage, ...more });
  }
  release(key: string): Promise<Reply> {
    return this.call("release_reservation", { key });
  }
  record(amounts: number[], more: Record<string, unknown> = {}): Promise<Reply> {
    const usage = { feature: "api", occurred_at: this.now.toISOString() };
    return this.call("record_usage", {
      items: amounts.map((amount) => ({ key: randomUUID(), amount, usage })),
      ...more,
    });
  }
  summary(): Promise<Reply> {
    return this.call("credit_summary");
  }

  /** The numbers of the balance row as they stand there, whatever is due. */
  async balance(): Promise<Record<string, number>> {
    const [row] = await this.sql`
      select total::int, reserved::int, debt::int, ending::int, overage_used::int, overage_reserved::int, low_credit_crossings
      from public.credit_balances where account_id = ${this.id}`;
    return row as Record<string, number>;
  }
  async entries(): Promise<Array<Record<string, unknown>>> {
    return this.sql`
      select e.operation, e.credits::int, e.overage_credits::int as overage, e.debt_credits::int as debt, e.grant_amounts::int[] as amounts,
        (select array_agg(g.source_id order by d.n) from unnest(e.grant_ids) with ordinality d (id, n) join public.credit_grants g on g.id = d.id) as grants
      from public.credit_entries e where e.account_id = ${this.id} order by e.seq`;
  }
  /** Everything of the account, to see that nothing has changed. */
  async snapshot(): Promise<string> {
    const [row] = await this.sql<{ everything: string }[]>`
      select jsonb_build_object(
        'balance', (select to_jsonb(b) - 'as_of' from public.credit_balances b where b.account_id = ${this.id}),
        'grants', (select jsonb_agg(g order by g.seq) from public.credit_grants g where g.account_id = ${this.id}),
        'entries', (select jsonb_agg(e order by e.id) from public.credit_entries e where e.account_id = ${this.id}),
        'reservations', (select jsonb_agg(r order by r.id) from public.credit_reservations r where r.account_id = ${this.id}),
        'usage', (select jsonb_agg(u order by u.id) from public.usage_events u where u.account_id = ${this.id}))::text as everything`;
    return row?.everything ?? "";
  }
}
