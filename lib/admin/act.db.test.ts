import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson, createTeam, type Person } from "@/e2e/database/people";
import { accountId, userId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { closeDatabase } from "@/lib/supabase/direct";
import { rpc } from "@/lib/supabase/rpc";
import { readAdminAccount } from "./account";
import { findAccounts } from "./accounts";
import { actAsAdmin } from "./act";
import { readAdminAction, readAdminActions } from "./actions";
import { requireAdmin } from "./guard";
import { holdAccount, releaseAccount } from "./holds";
import { readTrouble } from "./trouble";

vi.mock("./guard", () => ({ requireAdmin: vi.fn() }));
vi.mock("@/lib/stripe/client", () => ({ isLivemode: vi.fn(() => false) }));

let database: ClonedDatabase;
let founder: Person;
let customer: Person;
const REASON = "Asked for it by phone";

beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
  founder = await createPerson(database.sql);
  customer = await createPerson(database.sql, { email: `anna_${randomUUID()}@shop.test`, name: "Anna Berg" });
  await database.sql`insert into public.platform_admins (user_id) values (${founder.userId})`;
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});
beforeEach(() => signIn(founder));
afterEach(() => vi.mocked(isLivemode).mockReturnValue(false));

const signIn = (person: Person) =>
  vi.mocked(requireAdmin).mockResolvedValue({ id: userId(person.userId), email: person.email });
const account = () => accountId(customer.accountId);

function act<T extends object>(run: () => Promise<T>, requestId: string = randomUUID(), more: object = {}) {
  const asked = { requestId, verb: "gift", account: account(), reason: REASON, arguments: { credits: 500 }, run };
  return actAsAdmin({ ...asked, ...more });
}

describe("an act of an admin", () => {
  test("stands in the audit with who, what, of whom, why and how it ended", async () => {
    const id = randomUUID();
    expect(await act(async () => ({ ok: true, code: "granted" }), id)).toEqual({ ok: true, code: "granted" });
    expect(await readAdminAction(id)).toMatchObject({
      admin: founder.email,
      verb: "gift",
      account: customer.accountId,
      accountName: "Anna Berg",
      arguments: { credits: 500 },
      reason: REASON,
      answer: { ok: true, code: "granted" },
    });
  });

  test("is done once, however often the form is sent", async () => {
    const id = randomUUID();
    const run = vi.fn(async () => ({ ok: true, given: 500 }));
    for (const _ of [1, 2, 3]) expect(await act(run, id)).toEqual({ ok: true, given: 500 });
    expect(run).toHaveBeenCalledTimes(1);
  });

  test("that was refused may be tried again, and the last answer stands", async () => {
    const id = randomUUID();
    expect(await act(async () => ({ ok: false, code: "disputed" }), id)).toMatchObject({ code: "disputed" });
    expect(await act(async () => ({ ok: true, code: "refunded" }), id)).toMatchObject({ code: "refunded" });
    expect((await readAdminAction(id))?.answer).toEqual({ ok: true, code: "refunded" });
  });

  test("that failed half-way is in the audit as unfinished, and is finished under the same id", async () => {
    const id = randomUUID();
    await expect(act(async () => Promise.reject(new Error("Stripe is away")), id)).rejects.toThrow("Stripe is away");
    expect((await readAdminAction(id))?.answer).toMatchObject({ code: "unfinished", message: "Stripe is away" });
    expect(await act(async () => ({ ok: true }), id)).toEqual({ ok: true });
  });

  test("is written down before it is done", async () => {
    const id = randomUUID();
    await act(async () => {
      expect(await readAdminAction(id)).toMatchObject({ reason: REASON, answer: null, answeredAt: null });
      return { ok: true };
    }, id);
  });

  test("does not pass for another under the same id", async () => {
    const id = randomUUID();
    await act(async () => ({ ok: true }), id);
    const run = vi.fn(async () => ({ ok: true }));
    for (const other of [{ arguments: { credits: 5000 } }, { verb: "hold" }, { account: accountId(founder.accountId) }])
      expect(await act(run, id, other)).toMatchObject({ ok: false, code: "another_act" });
    expect(run).not.toHaveBeenCalled();
  });

  test("needs a reason", async () => {
    const run = vi.fn(async () => ({ ok: true }));
    expect(await act(run, randomUUID(), { reason: "  " })).toMatchObject({ ok: false, code: "no_reason" });
    expect(run).not.toHaveBeenCalled();
  });

  test("is refused by the database to whoever is no admin, and nothing is done", async () => {
    signIn(customer);
    const run = vi.fn(async () => ({ ok: true }));
    const id = randomUUID();
    expect(await act(run, id)).toMatchObject({ ok: false, code: "not_an_admin" });
    expect(run).not.toHaveBeenCalled();
    expect(await readAdminAction(id)).toBeNull();
  });

  test("cannot be changed or deleted by the service itself", async () => {
    for (const write of ["update public.admin_actions set reason = 'x'", "delete from public.admin_actions"])
      await expect(
        database.sql.begin(async (sql) => [await sql`set local role service_role`, await sql.unsafe(write)]),
      ).rejects.toThrow(/permission denied/);
  });
});

test("the audit is read in pages, newest first, each act once", async () => {
  const team = accountId(await createTeam(database.sql, [{ userId: customer.userId, role: "owner" }]));
  const ids = Array.from({ length: 5 }, () => randomUUID());
  for (const id of ids) await act(async () => ({ ok: true }), id, { account: team });
  const first = await readAdminActions({ account: team, most: 3 });
  const second = await readAdminActions({ account: team, most: 3, before: first.at(-1)?.id });
  expect([...first, ...second].map(({ id }) => id).sort()).toEqual([...ids].sort());
});

const frozen = async () =>
  (await database.sql`select frozen_at from public.credit_balances where account_id = ${customer.accountId}`)[0]
    ?.frozen_at !== null;
const grant = (key: string) =>
  rpc("grant_credits", {
    account_id: customer.accountId,
    source: "gift",
    source_id: key,
    amount: 100,
    category: "promotional",
    priority: 10,
    at: now(),
  });
const spend = () =>
  rpc<{ ok: boolean; code?: string }>("deduct_credits", {
    account_id: customer.accountId,
    key: randomUUID(),
    amount: 1,
    feature: "test",
    at: now(),
  });

test("a held account can spend nothing at once, and everything again once it is released, however often", async () => {
  await grant(randomUUID());
  expect(await spend()).toMatchObject({ ok: true });
  for (const _ of [1, 2]) {
    expect(await holdAccount(account(), "Looks like a stolen card")).toEqual({ ok: true, code: "held" });
    expect(await holdAccount(account(), "again")).toEqual({ ok: true, code: "unchanged" });
    expect(await frozen()).toBe(true);
    expect(await spend()).toMatchObject({ ok: false });
    expect((await readAdminAccount(account()))?.hold).toMatchObject({
      reason: "admin",
      note: "Looks like a stolen card",
    });
    expect(await releaseAccount(account())).toEqual({ ok: true, code: "released" });
    expect(await releaseAccount(account())).toEqual({ ok: true, code: "unchanged" });
    expect(await spend()).toMatchObject({ ok: true });
  }
});

test("an admin's hold takes the place of one for fraud, and so outlives it", async () => {
  await database.sql`insert into public.account_holds (account_id, reason, held_at) values (${customer.accountId}, 'fraud', now())`;
  expect(await holdAccount(account(), "To be sure")).toMatchObject({ code: "held" });
  expect((await readAdminAccount(account()))?.hold?.reason).toBe("admin");
  await releaseAccount(account());
});

test("an account that is not there is neither held nor released", async () => {
  const nobody = accountId(randomUUID());
  expect(await holdAccount(nobody, "why")).toMatchObject({ ok: false, code: "unknown_account" });
  expect(await releaseAccount(nobody)).toMatchObject({ ok: false, code: "unknown_account" });
  expect(await readAdminAccount(nobody)).toBeNull();
});

describe("an account is found", () => {
  const cus = `cus_${randomUUID().slice(0, 8)}`;
  beforeAll(async () => {
    const { sql } = database;
    const at = new Date();
    await sql`insert into public.stripe_customers (customer_id, account_id, livemode, created_at) values (${cus}, ${customer.accountId}, false, ${at})`;
    await sql`insert into public.invoices (id, account_id, customer_id, livemode, status, purpose, number, collection_method, total_cents, due_cents, currency, attempt_count, created_at, synced_at)
      values (${`in_${cus}`}, ${customer.accountId}, ${cus}, false, 'open', 'plan', ${`${cus}-0001`}, 'charge_automatically', 2900, 2900, 'usd', 1, ${at}, ${at})`;
    await sql`insert into public.subscriptions (id, account_id, customer_id, livemode, status, stripe_status, is_mirrored, items, period_start_at, period_end_at, collection_paused, has_metered_item, ever_paid, created_at, synced_at)
      values (${`sub_${cus}`}, ${customer.accountId}, ${cus}, false, 'past_due', 'past_due', true, '[]', ${at}, ${new Date(at.getTime() + 1e9)}, false, true, true, ${at}, ${at})`;
    await sql`insert into public.payments (payment_intent_id, account_id, customer_id, livemode, kind, currency, charged_cents, returned_cents, is_disputed, paid_at, synced_at)
      values (${`pi_${cus}`}, ${customer.accountId}, ${cus}, false, 'other', 'usd', 1000, 1000, true, ${at}, ${at})`;
    await sql`insert into public.stripe_events (id, type, livemode, customer_id, payload, status, created_at, received_at, finished_at, last_error)
      values (${`evt_${cus}`}, 'invoice.paid', false, ${cus}, '{}', 'dead', ${at}, ${at}, ${at}, 'out of order')`;
    await sql`insert into public.dunning_cases (account_id, customer_id, livemode, stage, opened_at, asked_at, ask_at) values (${customer.accountId}, ${cus}, false, 'warned', ${at}, ${at}, ${at})`;
    await sql`insert into public.dunning_invoices (invoice_id, case_id, attempts, action_required) select ${`in_${cus}`}, id, 2, false from public.dunning_cases where customer_id = ${cus}`;
  });

  test.each([
    ["the address of a member", () => customer.email.slice(0, 20).toUpperCase()],
    ["a part of its name", () => "nna ber"],
    ["its id", () => customer.accountId],
    ["the id of a member", () => customer.userId],
    ["its customer", () => cus],
    ["its subscription", () => `sub_${cus}`],
    ["an invoice", () => `in_${cus}`],
    ["the number of an invoice", () => `${cus}-0001`],
    ["a payment", () => `pi_${cus}`],
    ["an event", () => `evt_${cus}`],
  ])("by %s", async (_name, query) => {
    const found = await findAccounts({ query: `  ${query()} ` });
    expect(found.map(({ id }) => id)).toContain(customer.accountId);
    expect(found.map(({ id }) => id)).not.toContain(founder.accountId);
  });

  test("with its owners, plan, stage and dispute", async () => {
    const [found] = await findAccounts({ query: cus });
    expect(found).toMatchObject({ owners: [customer.email], status: "past_due", stage: "warned", isDisputed: true });
  });

  test("by what was typed, and not by what it would mean to a database", async () => {
    for (const query of ["%", "A_na Berg", "\\", "'; drop table x; --"])
      expect(await findAccounts({ query })).toEqual([]);
  });

  test("on one page only, the newest first", async () => {
    const pages: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page = await findAccounts({ most: 2, after });
      pages.push(...page.map(({ id }) => id));
      after = page.at(-1)?.id;
      more = page.length === 2;
    }
    const all = await database.sql`select id from public.accounts order by created_at desc, id desc`;
    expect(pages).toEqual(all.map(({ id }) => id));
  });

  test("with all that waits for a person, of the mode of our key alone", async () => {
    expect(await readAdminAccount(account())).toMatchObject({
      customers: [{ id: cus }],
      subscriptions: [{ id: `sub_${cus}`, counts: true }],
      cases: [{ stage: "warned", invoices: [{ id: `in_${cus}`, attempts: 2 }] }],
      deadEvents: [{ id: `evt_${cus}`, error: "out of order" }],
    });
    expect(await readTrouble()).toMatchObject({
      cases: [{ account_id: customer.accountId, due_cents: 2900 }],
      stages: { warned: 1 },
      disputes: [{ payment_intent_id: `pi_${cus}` }],
      dead_events: [{ id: `evt_${cus}`, account_name: "Anna Berg" }],
    });
    vi.mocked(isLivemode).mockReturnValue(true);
    expect(await readAdminAccount(account())).toMatchObject({
      customers: [],
      subscriptions: [],
      cases: [],
      deadEvents: [],
    });
    expect(await readTrouble()).toMatchObject({ cases: [], stages: {}, disputes: [], dead_events: [] });
  });
});
