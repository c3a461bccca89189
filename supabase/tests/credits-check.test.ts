import { spawnSync } from "node:child_process";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { checkLedger, describeDiscrepancies } from "@/lib/credits/check";
import { callDirectly } from "@/lib/supabase/rpc";
import { type ClonedDatabase, cloneDatabase } from "../../e2e/database/clone.ts";
import { Account, DAY_MS } from "./ledger.ts";

let database: ClonedDatabase;
let admin: postgres.Sql;
let account: Account;
beforeAll(async () => {
  database = await cloneDatabase();
  const url = new URL(inject("database").adminUrl);
  url.pathname = new URL(database.url).pathname;
  admin = postgres(url.href, { max: 1, onnotice: () => undefined });
  account = await Account.open(database.sql);
  await account.grant(500, { source_id: "pack", paid_cents: 500, currency: "usd" });
  await account.grant(100, {
    source_id: "soon",
    priority: 10,
    category: "included",
    expires_at: account.later(DAY_MS),
  });
  await account.grant(70, { source_id: "next", effective_at: account.later(40 * DAY_MS) });
  await account.call("set_overage", {
    cap: 50,
    period_starts_at: account.now,
    period_ends_at: account.later(30 * DAY_MS),
  });
  await account.deduct(30, { key: "a" });
  await account.reserve("open", 40);
  await account.reserve("done", 60);
  await account.settle("done", 55);
  await account.record([20, 700], { overage_permitted: 50 });
  await account.reserve("silent", 1);
  account.wait(2 * DAY_MS);
  await account.grant(60, { source_id: "canceled", effective_at: account.later(40 * DAY_MS) });
  await account.call("void_grant", { source: "pack", source_id: "canceled", key: "v" });
  await account.grant(900, { source_id: "more" });
  await account.reserve("running", 40);
  await account.call("claw_back", {
    source: "pack",
    source_id: "pack",
    taken_back_cents: 100,
    charged_cents: 500,
    key: "c",
  });
  const at = account.later(20 * DAY_MS);
  await callDirectly(database.sql, "close_finance_months", { livemode: true, at });
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

test("a ledger that only its functions have touched is right", async () => {
  expect(describeDiscrepancies(await checkLedger(database.sql))).toBe("");
});

const tamperings: Record<string, string> = {
  "credits appear in a balance": "update public.credit_balances set total = total + 1",
  "credits vanish from the grant being spent":
    "update public.credit_balances set current_remaining = current_remaining - 1",
  "another grant is named as the one being spent":
    "update public.credit_balances set current_grant_id = gen_random_uuid()",
  "debt is forgiven by hand": "update public.credit_balances set debt = debt + 1",
  "overage is forgotten": "update public.credit_balances set overage_used = overage_used - 1",
  "reserved credits are let go": "update public.credit_balances set reserved = reserved + 1",
  "overage is held for nobody": "update public.credit_balances set overage_reserved = overage_reserved + 1",
  "ending credits are made up": "update public.credit_balances set ending = ending + 1",
  "the next change is put off": "update public.credit_balances set next_change_at = 'infinity'",
  "a balance is deleted": "delete from public.credit_balances",
  "a grant grows":
    "update public.credit_grants set amount = amount + 5, remaining = remaining + 5 where source_id = 'more'",
  "a coming grant is changed": "update public.credit_grants set remaining = remaining - 5 where source_id = 'next'",
  "a spent grant gets something back":
    "update public.credit_grants set remaining = 3, state = 'open' where source_id = 'soon'",
  "what ended of a grant is changed": "update public.credit_grants set ended = ended + 1 where source_id = 'soon'",
  "what was clawed back is changed": "update public.credit_grants set clawed = clawed + 1 where source_id = 'pack'",
  "a grant is deleted": "delete from public.credit_grants where source_id = 'pack'",
  "an entry's credits are changed": "update public.credit_entries set credits = credits + 1 where key = 'a'",
  "an entry's balance is changed": "update public.credit_entries set balance_after = balance_after + 1 where key = 'a'",
  "an entry's overage is changed":
    "update public.credit_entries set overage_credits = overage_credits + 1 where key = 'a'",
  "an entry's debt is changed": "update public.credit_entries set debt_credits = debt_credits + 1 where key = 'a'",
  "an entry asks for another amount": "update public.credit_entries set requested = requested + 1 where key = 'a'",
  "a spending is said to come from another grant":
    "update public.credit_entries set grant_ids = (select array[id] from public.credit_grants where source_id = 'more') where key = 'a'",
  "a spending is deleted": "delete from public.credit_entries where key = 'a'",
  "a grant's entry is deleted": "delete from public.credit_entries where operation = 'grant' and key like '%more'",
  "a canceled grant's loss is forgotten": "delete from public.credit_forfeits",
  "the books have another sum for a grant": "update public.finance_grant_months set gone_credits = gone_credits + 1",
  "the books have another opening sum":
    "update public.finance_months set opening_cents = opening_cents + 1, closing_cents = closing_cents + 1",
  "the money of a grant is changed":
    "update public.credit_grants set paid_cents = paid_cents + 100 where source_id = 'pack'",
  "a reservation grows": "update public.credit_reservations set amount = amount + 1 where state = 'open'",
  "a settlement is changed":
    "update public.credit_reservations set settled_amount = settled_amount + 1 where state = 'settled'",
  "an open reservation is closed by hand":
    "update public.credit_reservations set state = 'released', closed_at = now() where state = 'open'",
  "a usage event becomes cheaper": "update public.usage_events set credits = credits - 1 where credits = 20",
  "tokens of a usage event are changed":
    "update public.usage_events set output_tokens = output_tokens + 1 where credits = 20",
  "a usage event is deleted": "delete from public.usage_events where credits = 20",
  "a day's sum is changed": "update public.usage_daily set credits = credits + 1 where feature = 'summary'",
  "a day is deleted": "delete from public.usage_daily where feature = 'assistant'",
};

describe("the check notices when", () => {
  test.each(Object.entries(tamperings))("%s", async (_, statement) => {
    const undo = new Error("undo");
    let found = 0;
    await admin
      .begin(async (sql) => {
        await sql`select set_config('session_replication_role', 'replica', true)`;
        await sql.unsafe(`alter table public.credit_balances drop constraint nothing_is_available_while_there_is_debt,
          drop constraint ending_credits_are_covered_by_reservations; alter table public.credit_reservations drop constraint closed_exactly_when_not_open`);
        expect((await sql.unsafe(statement)).count).toBeGreaterThan(0);
        // The snapshot has to see the change, so the check runs inside of it.
        const inside = Object.assign(sql, {
          begin: async (__: string, act: (s: typeof sql) => Promise<unknown>) => act(sql),
        });
        found = (await checkLedger(inside as unknown as postgres.Sql)).length;
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
    expect(found).toBeGreaterThan(0);
  });
});

test("the command ends with 0 when all is right, and with 1 and a diff when it is not", async () => {
  const run = () =>
    spawnSync("npx", ["tsx", "lib/credits/check.ts"], {
      encoding: "utf8",
      env: { ...process.env, DATABASE_URL: database.url },
    });
  expect(run()).toMatchObject({ status: 0, stdout: expect.stringContaining("follows from its entries") });
  await database.sql`update public.credit_entries set credits = credits + 1 where key = 'a'`;
  const answer = run();
  expect(answer.status).toBe(1);
  expect(answer.stdout).toContain(`account ${account.id}, spend a\n  - stored  -29\n  + derived -30`);
});
