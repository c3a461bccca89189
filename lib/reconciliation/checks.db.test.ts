import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { subscribersOf } from "@/e2e/database/subscribers";
import { packOf, planOf } from "@/lib/billing/offers";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { compareEverything, isInOrder, writeReport } from "./everything";

let scene: BillingScene;
const { subscribe, settle, total } = subscribersOf(() => scene);
const sql = () => scene.database.sql;
const { credits } = packOf("small");
let packBuyer: Buyer & { session: string; payment: string; customer: string };

async function buyPack() {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.control("settle");
  return { ...buyer, session: session.id, payment: String(session.payment_intent), customer: String(session.customer) };
}

beforeAll(async () => {
  scene = await openBillingScene();
  await subscribe("starter");
  packBuyer = await buyPack();
  await settle();
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.deliver = true;
});

const compare = (only?: string[]) => compareEverything({ fix: false, ...(only ? { only } : {}) });
const mend = (only: string[]) => compareEverything({ fix: true, only });
const keysOf = (results: Awaited<ReturnType<typeof compare>>) =>
  results.flatMap(({ findings }) => findings.map(({ rule, key }) => [rule, key]));

test("after a plan and a pack everything here is as it is at Stripe", async () => {
  const results = await compare();
  expect(keysOf(results)).toEqual([]);
  expect(results.map(({ error }) => error).filter(Boolean)).toEqual([]);
  expect(isInOrder(results)).toBe(true);
  expect(writeReport(results, false)).toMatch(/Everything agrees\.$/);
});

describe("what nobody told us of is found, and mended from Stripe", () => {
  test("a subscription that was never heard of, with its invoice and its credits", async () => {
    scene.deliver = false;
    const buyer = await scene.buyer();
    const answer = await startCheckout(buyer, { plan: "starter", interval: "monthly" });
    if (!answer.ok) throw new Error(answer.message);
    const session = await scene.pay(answer.url);
    await scene.control("settle");
    const before = await compare(["subscriptions", "invoices"]);
    expect(keysOf(before)).toContainEqual(["Every subscription is here as it is at Stripe", session.subscription]);
    expect(keysOf(before)).toHaveLength(2);
    expect(writeReport(before, false)).toContain("2 differences can be mended: npm run stripe:reconcile -- --fix");
    expect(await total(buyer), "comparing writes nothing").toBe(0);
    const after = await mend(["subscriptions", "invoices"]);
    expect(isInOrder(after)).toBe(true);
    expect(await total(buyer)).toBeGreaterThanOrEqual(planOf("starter").monthlyAllowance);
    expect(keysOf(await compare(["subscriptions", "invoices"]))).toEqual([]);
  });

  test("a cancellation in Stripe's Dashboard", async () => {
    const plan = await subscribe("starter");
    scene.deliver = false;
    await stripe().subscriptions.cancel(plan.subscription, { prorate: false, invoice_now: false });
    await scene.control("settle");
    const [found] = (await compare(["subscriptions"])).flatMap(({ findings }) => findings);
    expect(found).toMatchObject({ key: plan.subscription, account: plan.account });
    expect(found?.ours).toMatch(/^active/);
    expect(found?.theirs).toMatch(/^canceled/);
    expect(isInOrder(await mend(["subscriptions"]))).toBe(true);
  });

  test("a pack that was paid", async () => {
    scene.deliver = false;
    const buyer = await buyPack();
    expect(keysOf(await compare(["grants"]))).toEqual([["Every pack that was paid is here", buyer.session]]);
    await scene.control("faults", { method: "GET", path: "/v1/checkout/sessions/*", status: 500, times: 3 });
    expect(isInOrder(await mend(["grants"])), "what could not be asked about is not called mended").toBe(false);
    expect(isInOrder(await mend(["grants"]))).toBe(true);
    expect(await total(buyer)).toBe(credits);
  });

  test("a refund, whose credits are taken back once", async () => {
    const buyer = await buyPack();
    await settle();
    scene.deliver = false;
    await stripe().refunds.create({ payment_intent: buyer.payment });
    await scene.control("settle");
    const [found] = (await compare(["returns"])).flatMap(({ findings }) => findings);
    expect(found).toMatchObject({ key: buyer.payment, ours: "0" });
    expect(isInOrder(await mend(["returns"]))).toBe(true);
    expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
    expect(isInOrder(await mend(["returns"]))).toBe(true);
    expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
  });

  test("a pack that is known to be paid and has brought no credits", async () => {
    scene.deliver = false;
    const buyer = await buyPack();
    await sql()`insert into public.purchases select (jsonb_populate_record(p, jsonb_build_object('session_id', ${buyer.session}::text,
      'payment_intent_id', ${buyer.payment}::text, 'account_id', ${buyer.account}::text, 'customer_id', ${buyer.customer}::text))).*
      from public.purchases p where p.session_id = ${packBuyer.session}`;
    expect(keysOf(await compare(["grants"]))).toEqual([
      ["Every paid pack has brought its credits, and nothing else has", buyer.session],
    ]);
    expect(isInOrder(await mend(["grants"]))).toBe(true);
    expect(await total(buyer)).toBe(credits);
    expect(isInOrder(await mend(["grants"])), "and once").toBe(true);
    expect(await total(buyer)).toBe(credits);
  });

  test("a paid period whose credits never came", async () => {
    const plan = await subscribe("starter");
    const { latest_invoice: invoice } = await stripe().subscriptions.retrieve(plan.subscription);
    await sql()`update public.credit_grants set source_id = source_id || ':lost' where account_id = ${plan.account} and source = 'alw_rest'`;
    expect(keysOf(await compare(["grants"]))).toEqual([["Every paid period has brought its allowance", invoice]]);
    expect(isInOrder(await mend(["grants"]))).toBe(true);
    const rests = (await scene.grants(plan)).filter(({ source }) => source === "alw_rest");
    expect(rests).toHaveLength(2);
  });

  test("a customer that was deleted", async () => {
    const plan = await subscribe("starter");
    scene.deliver = false;
    await stripe().customers.del(plan.customer);
    await scene.control("settle");
    const before = await compare(["customers"]);
    expect(keysOf(before)).toEqual([["Every customer known here exists at Stripe", plan.customer]]);
    expect(isInOrder(await mend(["customers"]))).toBe(true);
    const [row] = await sql()`select deleted_at from public.stripe_customers where customer_id = ${plan.customer}`;
    expect(row?.deleted_at).not.toBeNull();
  });
});

describe("what only a person can decide is named", () => {
  test("credits of a pack that nobody has paid", async () => {
    const source = `cs_test_${randomUUID()}`;
    await rpc("grant_credits", {
      account_id: packBuyer.account,
      source: "pack",
      source_id: source,
      amount: 5,
      category: "paid",
      priority: 20,
      at: now(),
    });
    const results = await mend(["grants"]);
    expect(keysOf(results)).toEqual([["Every paid pack has brought its credits, and nothing else has", source]]);
    expect(isInOrder(results)).toBe(false);
    expect(writeReport(results, true)).toContain("A person must look at it.");
    await rpc("void_grant", {
      account_id: packBuyer.account,
      source: "pack",
      source_id: source,
      key: "test",
      at: now(),
    });
    await sql()`insert into public.purchases select (jsonb_populate_record(p, jsonb_build_object(
      'session_id', ${source}::text, 'payment_intent_id', null))).* from public.purchases p where p.session_id = ${packBuyer.session}`;
    expect(keysOf(await compare(["grants"]))).toEqual([]);
  });

  test("a month of the books that does not go on from the one before", async () => {
    const none = { opening_credits: 0, granted_credits: 0, used_credits: 0, expired_credits: 0, clawed_credits: 0 };
    const still = {
      packs_cents: 0,
      plans_cents: 0,
      imports_cents: 0,
      reinstated_cents: 0,
      used_cents: 0,
      expired_cents: 0,
    };
    const rest = { clawed_cents: 0, closing_credits: 0, overage_cents: 0, other_cents: 0, returned_cents: 0 };
    const month = { livemode: false, currency: "usd", month: "2020-01-01", opening_cents: 7, closing_cents: 7 };
    await sql()`insert into public.finance_months ${sql()({ ...month, ...none, ...still, ...rest })}`;
    const found = keysOf(await compare(["ledger"]));
    await sql()`delete from public.finance_months where month = '2020-01-01'`;
    expect(found).toContainEqual(["A month goes on from the month before", "all 2020-01-01 usd test"]);
    expect(keysOf(await compare(["ledger"]))).toEqual([]);
  });

  test("a row of use that waits for a decision, and none of Stripe's other mode", async () => {
    const row = { account_id: packBuyer.account, state: "rejected", value: 5, corrected: -5, livemode: false };
    const at = new Date(Math.floor(now().getTime() / 1000) * 1000);
    const ends = new Date(at.getTime() + 60_000);
    const times = { window_start_at: at, window_end_at: ends, event_at: at, recorded_at: at };
    const sent = { identifier: "r-1", customer_id: packBuyer.customer, meter: "m", revision: 0 };
    await sql()`insert into public.meter_outbox ${sql()({ ...row, ...times, ...sent })}`;
    const own = keysOf(await compare(["usage"]));
    await sql()`update public.meter_outbox set livemode = true where identifier = 'r-1'`;
    const other = keysOf(await compare(["usage"]));
    await sql()`delete from public.meter_outbox where identifier = 'r-1'`;
    expect(own.map(([rule]) => rule)).toContain("No row waits for a person");
    expect(other).toEqual([]);
  });

  test("a balance that its entries do not explain", async () => {
    await sql()`update public.credit_balances set total = total + 1 where account_id = ${packBuyer.account}`;
    const rules = keysOf(await compare(["ledger"]));
    await sql()`update public.credit_balances set total = total - 1 where account_id = ${packBuyer.account}`;
    expect(rules.map(([rule]) => rule)).toContain("A balance is the sum of its entries");
    expect(keysOf(await compare(["ledger"]))).toEqual([]);
  });
});

test("a Stripe that fails in the middle of mending ends one check only, and the next run does the rest once", async () => {
  scene.deliver = false;
  const buyer = await buyPack();
  await scene.control("faults", { method: "GET", path: "/v1/invoices", status: 500, times: 3 });
  await scene.control("faults", { method: "GET", path: "/v1/charges", status: 429, times: 1 });
  const first = await compareEverything({ fix: true });
  expect(first.filter(({ error }) => error).map(({ check }) => check.key)).toEqual(["invoices", "returns"]);
  expect(isInOrder(first)).toBe(false);
  expect(writeReport(first, true)).toContain("It could not be ended: ");
  expect(await total(buyer)).toBe(credits);
  expect(isInOrder(await compareEverything({ fix: true }))).toBe(true);
  expect(await total(buyer)).toBe(credits);
});

test("more objects than ten pages hold are all compared", async () => {
  const customers = Array.from({ length: 1001 }, (_, at) => `cus_many_${String(at).padStart(4, "0")}`);
  const people = customers.map((customer) => ({ id: randomUUID(), customer }));
  await sql()`insert into public.accounts ${sql()(people.map(({ id }) => ({ id, kind: "team", name: "Team" })))}`;
  await sql()`insert into public.stripe_customers ${sql()(
    people.map(({ id, customer }) => ({
      customer_id: customer,
      account_id: id,
      livemode: false,
      created_at: new Date(now().getTime() - 1000),
    })),
  )}`;
  const [result] = await compare(["customers"]);
  await sql()`delete from public.stripe_customers where customer_id = any (${customers})`;
  expect(result?.findings).toHaveLength(1001);
});
