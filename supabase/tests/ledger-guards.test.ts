import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { checkLedger, describeDiscrepancies } from "@/lib/credits/check";
import { callDirectly } from "@/lib/supabase/rpc";
import { type ClonedDatabase, cloneDatabase } from "../../e2e/database/clone.ts";
import { Account } from "./ledger.ts";

let database: ClonedDatabase;
let account: Account;
beforeAll(async () => {
  database = await cloneDatabase({ connections: 50 });
});
afterAll(async () => {
  expect(describeDiscrepancies(await checkLedger(database.sql))).toBe("");
  await database.drop();
});
beforeEach(async () => {
  account = await Account.open(database.sql);
});

const FIFTY = Array.from({ length: 50 }, (_, n) => n);
const count = (answers: Array<{ code: string }>, code: string) =>
  answers.filter((answer) => answer.code === code).length;
const MAX = Number.MAX_SAFE_INTEGER;

describe("fifty at once", () => {
  test("deductions on one account never spend more than there is", async () => {
    for (const amount of [100, 150, 150]) await account.grant(amount);
    const answers = await Promise.all(FIFTY.map(() => account.deduct(10)));
    expect(count(answers, "deducted")).toBe(40);
    expect(count(answers, "insufficient_credits")).toBe(10);
    expect(new Set(answers.filter(({ ok }) => ok).map(({ available }) => available)).size).toBe(40);
    expect(await account.balance()).toMatchObject({ total: 0, debt: 0 });
  });

  test("reservations on one account never hold more than there is", async () => {
    await account.grant(405);
    const answers = await Promise.all(FIFTY.map((n) => account.reserve(`r${n}`, 10)));
    expect(count(answers, "reserved")).toBe(40);
    expect(await account.balance()).toMatchObject({ total: 405, reserved: 400 });
    const closed = await Promise.all(FIFTY.map((n) => (n % 2 ? account.settle(`r${n}`, 7) : account.release(`r${n}`))));
    expect(closed.filter(({ ok }) => ok)).toHaveLength(40);
    expect(await account.balance()).toMatchObject({ reserved: 0 });
  });

  test("the same key deducts once and answers alike", async () => {
    await account.grant(1000);
    const answers = await Promise.all(FIFTY.map(() => account.deduct(10, { key: "once" })));
    expect(count(answers, "deducted")).toBe(1);
    expect(count(answers, "duplicate")).toBe(49);
    expect(new Set(answers.map(({ available }) => available))).toEqual(new Set([990]));
  });

  test("the same source grants once, and the same reservation settles once", async () => {
    const source_id = randomUUID();
    const grants = await Promise.all(FIFTY.map(() => account.grant(100, { source_id })));
    expect(count(grants, "granted")).toBe(1);
    expect(new Set(grants.map(({ grant_id }) => grant_id)).size).toBe(1);
    await account.reserve("r", 50);
    const settled = await Promise.all(FIFTY.map(() => account.settle("r", 20)));
    expect(count(settled, "settled")).toBe(1);
    expect(count(settled, "duplicate")).toBe(49);
    expect(await account.balance()).toMatchObject({ total: 80, reserved: 0 });
  });

  test("a source asked for by two accounts at once is granted to one of them", async () => {
    const source_id = randomUUID();
    const other = await Account.open(database.sql);
    const answers = await Promise.all(FIFTY.map((n) => (n % 2 ? account : other).grant(100, { source_id })));
    expect(count(answers, "granted")).toBe(1);
    expect(count(answers, "duplicate")).toBe(24);
    expect(count(answers, "idempotency_conflict")).toBe(25);
  });
});

describe("idempotency", () => {
  test("a key with other arguments is a conflict, in every operation that has keys", async () => {
    const source_id = randomUUID();
    await account.grant(500, { source_id });
    expect(await account.grant(501, { source_id })).toEqual({ ok: false, code: "idempotency_conflict" });
    await account.deduct(5, { key: "d" });
    expect(await account.deduct(6, { key: "d" })).toEqual({ ok: false, code: "idempotency_conflict" });
    expect(await account.deduct(5, { key: "d", feature: "other" })).toEqual({
      ok: false,
      code: "idempotency_conflict",
    });
    await account.reserve("r", 5);
    expect(await account.reserve("r", 6)).toEqual({ ok: false, code: "idempotency_conflict" });
    await account.call("freeze_credits", { frozen: true, key: "f" });
    expect(await account.call("freeze_credits", { frozen: false, key: "f" })).toMatchObject({
      code: "idempotency_conflict",
    });
    const share = { source: "pack", source_id, charged_cents: 100, key: "c" };
    await account.call("claw_back", { ...share, taken_back_cents: 10 });
    expect(await account.call("claw_back", { ...share, taken_back_cents: 20 })).toMatchObject({
      code: "idempotency_conflict",
    });
  });

  test("time is no argument, and a refusal is not remembered", async () => {
    expect(await account.deduct(5, { key: "d" })).toMatchObject({ code: "insufficient_credits" });
    await account.grant(100);
    const first = await account.deduct(5, { key: "d" });
    account.wait(86_400_000);
    await account.deduct(10);
    expect(await account.deduct(5, { key: "d" })).toEqual({ ...first, code: "duplicate" });
  });

  test("deducting and reserving under one key are two operations", async () => {
    await account.grant(100);
    expect(await account.deduct(5, { key: "same" })).toMatchObject({ code: "deducted" });
    expect(await account.reserve("same", 7)).toMatchObject({ code: "reserved" });
    expect(await account.settle("same", 7)).toMatchObject({ code: "settled" });
    expect(await account.balance()).toMatchObject({ total: 88 });
  });

  test("a time-ordered key gives an entry an id of the same order", async () => {
    await account.grant(100);
    const key = "0193524f-7c00-7abc-8def-0123456789ab";
    await account.deduct(5, { key });
    const [entry] =
      await database.sql`select id::text as id from public.credit_entries where account_id = ${account.id} and key = ${key}`;
    expect(entry?.id).toMatch(/^0193524f-7c00-/);
  });
});

describe("wrong calls are answered with a code and change nothing", () => {
  const nobody = "00000000-0000-4000-8000-000000000000";
  type Do = (account: Account) => Promise<{ code: string }>;
  const wrong: Array<[string, string, Do]> = [
    ["granting 0", "invalid_amount", (a) => a.grant(0)],
    ["granting a negative amount", "invalid_amount", (a) => a.grant(-5)],
    ["granting 2^53", "invalid_amount", (a) => a.grant(MAX + 1)],
    ["granting more than a balance can hold", "invalid_amount", (a) => a.grant(MAX)],
    [
      "granting what ends before it begins",
      "invalid_grant",
      (a) => a.grant(5, { effective_at: a.later(9), expires_at: a.later(9) }),
    ],
    ["granting of an unknown kind", "invalid_grant", (a) => a.grant(5, { category: "gift" })],
    ["granting for money without a currency", "invalid_grant", (a) => a.grant(5, { paid_cents: 5 })],
    ["deducting 0", "invalid_amount", (a) => a.deduct(0)],
    ["deducting a negative amount", "invalid_amount", (a) => a.deduct(-1)],
    ["deducting 2^53", "invalid_amount", (a) => a.deduct(MAX + 1)],
    ["deducting for no feature", "invalid_usage", (a) => a.deduct(1, { feature: "" })],
    ["deducting without a key", "invalid_key", (a) => a.deduct(1, { key: "" })],
    ["deducting too much", "insufficient_credits", (a) => a.deduct(101)],
    ["reserving 0", "invalid_amount", (a) => a.reserve("x", 0)],
    ["reserving a negative amount", "invalid_amount", (a) => a.reserve("x", -1)],
    ["reserving 2^53", "invalid_amount", (a) => a.reserve("x", MAX + 1)],
    ["reserving for no time", "invalid_amount", (a) => a.reserve("x", 1, { time_to_live_seconds: 0 })],
    ["reserving too much", "insufficient_credits", (a) => a.reserve("x", 101)],
    ["settling a negative amount", "invalid_amount", (a) => a.settle("open", -1)],
    ["settling 2^53", "invalid_amount", (a) => a.settle("open", MAX + 1)],
    ["settling without a time", "invalid_usage", (a) => a.settle("open", 1, { usage: { feature: "x" } })],
    [
      "settling usage of the future",
      "invalid_usage",
      (a) => a.settle("open", 1, { usage: { feature: "x", occurred_at: a.later(61_000) } }),
    ],
    ["settling what was never reserved", "unknown_reservation", (a) => a.settle("nothing", 1)],
    ["settling what was released", "reservation_closed", (a) => a.settle("released", 1)],
    ["settling what was settled otherwise", "reservation_closed", (a) => a.settle("settled", 9)],
    ["releasing what was settled", "reservation_closed", (a) => a.release("settled")],
    ["releasing what was never reserved", "unknown_reservation", (a) => a.release("nothing")],
    [
      "voiding an unknown grant",
      "unknown_grant",
      (a) => a.call("void_grant", { source: "pack", source_id: "no", key: "v" }),
    ],
    [
      "taking back a share of nothing",
      "invalid_share",
      (a) => a.call("claw_back", { source: "p", source_id: "n", taken_back_cents: 1, charged_cents: 0, key: "c" }),
    ],
    [
      "a period that ends before it begins",
      "invalid_period",
      (a) => a.call("set_overage", { period_starts_at: a.later(1), period_ends_at: a.now }),
    ],
    ["a negative cap", "invalid_amount", (a) => a.call("set_overage", { cap: -1 })],
    ["an empty batch", "invalid_item", (a) => a.record([])],
    ["a batch of 1,001", "invalid_item", (a) => a.record(Array.from({ length: 1001 }, () => 1))],
  ];

  test.each(wrong)("%s is %s", async (_, code, act) => {
    await account.grant(130);
    await account.reserve("open", 10);
    await account.reserve("released", 5);
    await account.release("released");
    await account.reserve("settled", 20);
    await account.settle("settled", 20);
    const before = await account.snapshot();
    expect((await act(account)).code).toBe(code);
    expect(await account.snapshot()).toBe(before);
  });

  test("an unknown account is named so by every operation", async () => {
    const item = { key: "k", amount: 1, feature: "x", usage: { feature: "x", occurred_at: account.now } };
    const calls: Array<[string, Record<string, unknown>]> = [
      ["grant_credits", { source: "x", source_id: randomUUID(), amount: 1, category: "paid", priority: 20 }],
      ["void_grant", { source: "x", source_id: "y", key: "k" }],
      ["reserve_credits", { key: "k", amount: 1, time_to_live_seconds: 1 }],
      ["heartbeat_reservation", { key: "k", used_so_far: 1, time_to_live_seconds: 1 }],
      ["settle_reservation", { key: "k", amount: 1, usage: item.usage }],
      ["release_reservation", { key: "k" }],
      ["deduct_credits", { key: "k", amount: 1, feature: "x" }],
      ["deduct_many", { items: [item] }],
      ["record_usage", { items: [item] }],
      ["claw_back", { source: "x", source_id: "y", taken_back_cents: 1, charged_cents: 1, key: "k" }],
      ["reinstate", { source: "x", source_id: "y", taken_back_cents: 1, charged_cents: 1, key: "k" }],
      ["freeze_credits", { frozen: true, key: "k" }],
      ["set_overage", { cap: 1 }],
      ["credit_summary", {}],
    ];
    for (const [name, args] of calls) {
      expect(await account.call(name, { ...args, account_id: nobody }), name).toMatchObject({
        ok: false,
        code: "unknown_account",
      });
    }
  });

  test("the table itself refuses what no function would write", async () => {
    const { sql } = database;
    await account.grant(100);
    for (const change of ["total = -1", "reserved = 101", "debt = 5", "total = 9007199254740992"]) {
      const write = sql.unsafe(`update public.credit_balances set ${change} where account_id = '${account.id}'`);
      await expect(write, change).rejects.toThrow(/constraint/);
    }
  });

  test("an account with a history cannot be deleted, one without can", async () => {
    const unused = await Account.open(database.sql);
    await account.grant(5);
    await expect(database.sql`delete from public.accounts where id = ${account.id}`).rejects.toThrow();
    await account.record([7]);
    const { sql } = database;
    await expect(sql`delete from public.credit_balances where account_id = ${account.id}`).rejects.toThrow("history");
    await database.sql`delete from public.accounts where id = ${unused.id}`;
  });

  test("the most that JSON can carry is granted, spent and owed exactly", async () => {
    await account.grant(MAX);
    expect(await account.deduct(MAX)).toMatchObject({ amount: MAX, available: 0 });
    expect(await account.record([MAX])).toMatchObject({ ok: true, balance: { debt: MAX } });
    expect(await account.record([1])).toMatchObject({ ok: false, code: "invalid_item", index: 0 });
  });
});

describe("batches", () => {
  const item = (key: string, amount: number, feature = "image") => ({ key, amount, feature });

  test("each item of a batch has its own answer, and a smaller one may pass after one that did not", async () => {
    await account.grant(100);
    await account.deduct(10, { key: "known", feature: "image" });
    const items = [item("a", 50), item("b", 60), item("known", 10), item("a", 50), item("c", 40)];
    expect(await account.call("deduct_many", { items })).toMatchObject({
      ok: true,
      results: ["ok", "insufficient_credits", "duplicate", "duplicate", "ok"].map((code) => ({ code })),
      balance: { total: 0 },
    });
  });

  test.each([
    ["an amount of 0", item("x", 0), "invalid_item"],
    ["half a credit", item("x", 0.5), "invalid_item"],
    ["no key", { amount: 1, feature: "x" }, "invalid_item"],
    ["no feature", { key: "x", amount: 1 }, "invalid_item"],
    ["something else", "x", "invalid_item"],
    ["a key with other arguments", item("known", 11), "idempotency_conflict"],
    ["a key twice with other arguments", item("first", 2), "idempotency_conflict"],
  ])("%s rejects the whole batch with its index", async (_, bad, code) => {
    await account.grant(100);
    await account.deduct(10, { key: "known", feature: "image" });
    const before = await account.snapshot();
    const items = [item("first", 1), bad, item("z", 1)];
    expect(await account.call("deduct_many", { items })).toMatchObject({ ok: false, code, index: 1 });
    expect(await account.snapshot()).toBe(before);
  });

  test("usage reported again after the rates have changed is the same usage, but not with other tokens or credits", async () => {
    await account.grant(1000);
    const report = (amount: number, more: object) => {
      const usage = { feature: "api", occurred_at: account.now.toISOString(), ...more };
      return account.call("record_usage", { items: [{ key: "report", amount, usage }] });
    };
    const tokens = { model: "m", input_tokens: 500, rate_card_version: "1" };
    expect(await report(10, tokens)).toMatchObject({ results: [{ code: "ok" }] });
    expect(await report(12, { ...tokens, rate_card_version: "2" })).toMatchObject({ results: [{ code: "duplicate" }] });
    expect(await report(10, { ...tokens, input_tokens: 501 })).toMatchObject({ code: "idempotency_conflict" });
    expect(await report(10, { rate_card_version: "1" })).toMatchObject({ code: "idempotency_conflict" });
    expect(await account.balance()).toMatchObject({ total: 990 });

    const fixed = (amount: number) =>
      account.call("record_usage", {
        items: [{ key: "fixed", amount, usage: { feature: "api", occurred_at: account.now.toISOString() } }],
      });
    await fixed(5);
    expect(await fixed(6)).toMatchObject({ code: "idempotency_conflict" });
  });

  test("a thousand usage events are booked once, however often they are sent", async () => {
    await account.grant(100_000);
    const usage = (n: number) => ({
      feature: "api",
      model: `m${n % 3}`,
      input_tokens: n,
      cost_micros: n,
      occurred_at: new Date(Date.UTC(2026, 10, 20 + (n % 2), 23, 59, 59)),
    });
    const items = Array.from({ length: 1000 }, (_, n) => ({ key: `e${n}`, amount: n % 7, usage: usage(n) }));
    const first = await account.call("record_usage", { items });
    expect(first).toMatchObject({ ok: true, over_limit: false });
    const again = await account.call("record_usage", { items });
    expect((again.results as Array<{ code: string }>).every(({ code }) => code === "duplicate")).toBe(true);
    expect(again.balance).toEqual(first.balance);
    const days = await database.sql`
      select day::text, model, events::int from public.usage_daily where account_id = ${account.id} order by 1, 2`;
    expect(days.map(({ day, model, events }) => `${day} ${model} ${events}`)).toEqual([
      "2026-11-20 m0 167",
      "2026-11-20 m1 166",
      "2026-11-20 m2 167",
      "2026-11-21 m0 167",
      "2026-11-21 m1 167",
      "2026-11-21 m2 166",
    ]);
    const [costs] =
      await database.sql`select sum(cost_micros)::int as sum from public.usage_costs where account_id = ${account.id}`;
    expect(costs?.sum).toBe(499_500);
  });

  test("usage counts on the UTC day it occurred, in whatever zone it is told", async () => {
    await account.grant(100);
    const usage = { feature: "api", occurred_at: "2026-11-21T00:30:00+02:00" };
    await account.call("record_usage", { items: [{ key: "k", amount: 1, usage }] });
    await account.reserve("r", 1);
    await account.settle("r", 1, { usage });
    await account.reserve("q", 1);
    await account.settle("q", 1, { usage: { ...usage, occurred_at: "2026-11-20T00:30:00Z" } });
    const days =
      await database.sql`select day::text, events::int from public.usage_daily where account_id = ${account.id}`;
    expect([...days]).toEqual([{ day: "2026-11-20", events: 3 }]);
  });

  test("a fixed price is added to its feature's day without any tokens", async () => {
    await account.grant(100);
    await account.deduct(7, { feature: "summary" });
    await account.deduct(8, { feature: "summary" });
    const [day] =
      await database.sql`select feature, events::int, credits::int from public.usage_daily where account_id = ${account.id}`;
    expect(day).toEqual({ feature: "summary", events: 2, credits: 15 });
  });
});

describe("clocks", () => {
  test("outside local mode a server whose clock is 90 seconds off is refused, and nothing expires", async () => {
    const { sql } = database;
    const [time] = await sql<{ now: Date }[]>`select now()`;
    const now = time?.now ?? new Date();
    account.now = now;
    await account.grant(100, { expires_at: account.later(80_000) });
    const strict = postgres(database.url, {
      max: 1,
      onnotice: () => undefined,
      connection: { "ledgerline.movable_clock": "off" } as Record<string, string>,
    });
    const deduct = (seconds: number) =>
      callDirectly(strict, "deduct_credits", {
        account_id: account.id,
        key: randomUUID(),
        amount: 1,
        feature: "x",
        at: new Date(Date.now() + seconds * 1000),
      });
    await expect(deduct(90)).rejects.toThrow("more than 60 seconds");
    await expect(deduct(-90)).rejects.toThrow("more than 60 seconds");
    expect(await deduct(0)).toMatchObject({ ok: true, available: 99 });
    await strict.end();
  });
});

test("a list longer than 1,000 rows is read whole only page by page", async () => {
  await account.grant(100_000);
  const items = (from: number) =>
    Array.from({ length: 500 }, (_, n) => ({ key: `p${from + n}`, amount: 1, feature: "x" }));
  for (const from of [0, 500, 1000]) await account.call("deduct_many", { items: items(from) });
  const page = async (after: number) => {
    const query = `account_id=eq.${account.id}&seq=gt.${after}&order=seq&select=seq`;
    const answer = await database.rest(`http://supabase.test/rest/v1/credit_entries?${query}`, {
      headers: { apikey: database.keys.secret },
    });
    return (await answer.json()) as Array<{ seq: number }>;
  };
  const first = await page(0);
  expect(first).toHaveLength(1000);
  expect(await page(first.at(-1)?.seq ?? 0)).toHaveLength(501);
});
