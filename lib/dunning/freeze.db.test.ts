import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { Account } from "@/supabase/tests/ledger";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

/** An account that is suspended for what it owes, its credits frozen. */
async function suspended(): Promise<Account> {
  const { sql } = database;
  const account = await Account.open(sql);
  const customer = `cus_${randomUUID()}`;
  await sql`insert into public.stripe_customers ${sql({ customer_id: customer, account_id: account.id, livemode: false, created_at: account.now })}`;
  await sql`insert into public.dunning_cases ${sql({
    account_id: account.id,
    customer_id: customer,
    livemode: false,
    stage: "suspended",
    opened_at: account.now,
    asked_at: account.now,
    ask_at: account.now,
  })}`;
  await sql`select private.follow_freeze(${account.id}, 'suspended', ${account.now})`;
  return account;
}

async function isFrozen({ id }: Account): Promise<boolean> {
  const [row] = await database.sql`select frozen_at from public.credit_balances where account_id = ${id}`;
  return row?.frozen_at !== null;
}

/** Waits until a transaction waits for a lock or is over, so that two of them are known to overlap. */
async function untilWaitingOrOver(transaction: Promise<unknown>): Promise<void> {
  let isOver = false;
  void transaction.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const [row] = await database.sql`
      select count(*)::integer as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    if (row?.waiting > 0) return;
  }
}

test("an account that an admin holds at the moment its debt is paid stays frozen", async () => {
  const account = await suspended();
  const { sql } = database;
  let closing: Promise<unknown> = Promise.resolve();
  await sql.begin(async (hold) => {
    await hold`insert into public.account_holds (account_id, reason, held_at) values (${account.id}, 'admin', ${account.now})`;
    await hold`select private.follow_freeze(${account.id}, 'admin hold', ${account.now})`;
    closing = sql.begin(async (paid) => {
      await paid`update public.dunning_cases set closed_at = ${account.now}, outcome = 'paid', ask_at = null where account_id = ${account.id}`;
      await paid`select private.follow_freeze(${account.id}, 'dunning over', ${account.now})`;
    });
    await untilWaitingOrOver(closing);
  });
  await closing;
  expect(await isFrozen(account)).toBe(true);
});

test("a hold that is lifted at the moment the debt is paid leaves nothing frozen", async () => {
  const account = await suspended();
  const { sql } = database;
  await sql`insert into public.account_holds (account_id, reason, held_at) values (${account.id}, 'admin', ${account.now})`;
  let closing: Promise<unknown> = Promise.resolve();
  await sql.begin(async (lift) => {
    await lift`delete from public.account_holds where account_id = ${account.id}`;
    await lift`select private.follow_freeze(${account.id}, 'lift', ${account.now})`;
    closing = sql.begin(async (paid) => {
      await paid`update public.dunning_cases set closed_at = ${account.now}, outcome = 'paid', ask_at = null where account_id = ${account.id}`;
      await paid`select private.follow_freeze(${account.id}, 'dunning over', ${account.now})`;
    });
    await untilWaitingOrOver(closing);
  });
  await closing;
  expect(await isFrozen(account)).toBe(false);
});
