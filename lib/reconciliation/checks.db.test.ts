import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { subscribersOf } from "@/e2e/database/subscribers";
import { readAlerts } from "@/lib/alerts";
import { packOf, planOf } from "@/lib/billing/offers";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { compareEverything, isInOrder, writeReport } from "./everything";
import { readChecks, readFindings } from "./results";
import { startChecks, stepChecks } from "./runs";

let scene: BillingScene;
const { subscribe, settle, total } = subscribersOf(() => scene);
const sql = () => scene.database.sql;
const { credits } = packOf("small");
let packBuyer: Buyer & { session: string; payment: string };

async function buyPack() {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.control("settle");
  return { ...buyer, session: session.id, payment: String(session.payment_intent) };
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

  test("a balance that its entries do not explain", async () => {
    await sql()`update public.credit_balances set total = total + 1 where account_id = ${packBuyer.account}`;
    const rules = keysOf(await compare(["ledger"]));
    await sql()`update public.credit_balances set total = total - 1 where account_id = ${packBuyer.account}`;
    expect(rules.map(([rule]) => rule)).toContain("A balance is the sum of its entries");
    expect(keysOf(await compare(["ledger"]))).toEqual([]);
  });
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

describe("once a day by itself", () => {
  const clear = () =>
    sql()`truncate public.reconciliation_runs, public.reconciliation_findings, public.reconciliation_seen`;
  const untilDone = async () => {
    await stepChecks({ seconds: 60 });
    return readChecks();
  };

  test("every check runs, is kept, and runs again only after a day or when an admin asks", async () => {
    await clear();
    const checks = await untilDone();
    expect(checks.map(({ key, open }) => [key, open])).toEqual(checks.map(({ key }) => [key, 0]));
    expect(checks.map(({ last }) => last?.outcome)).toEqual(checks.map(() => "agrees"));
    expect(await stepChecks()).toBe(0);
    await startChecks();
    await startChecks();
    expect((await readChecks()).every(({ running }) => running?.askedBy === "admin")).toBe(true);
    expect(await stepChecks({ seconds: 60 })).toBe(checks.length);
    await scene.advance(86_401);
    await settle();
    expect(await stepChecks({ seconds: 60 })).toBe(checks.length);
  });

  test("what can be asked about again is mended, and shows as such; nobody is woken for it", async () => {
    await clear();
    scene.deliver = false;
    const buyer = await buyPack();
    const checks = await untilDone();
    expect(checks.find(({ key }) => key === "grants")).toMatchObject({
      open: 0,
      last: { outcome: "agrees", mended: 1 },
    });
    expect(await readFindings({ check: "grants", most: 10 })).toMatchObject([
      { key: buyer.session, isMended: true, isOpen: false },
    ]);
    expect(await total(buyer)).toBe(credits);
    expect((await readAlerts()).filter(({ kind }) => kind === "sums_differ")).toEqual([]);
  });

  test("what still differs is told once, seen again by each run, and closes itself when it is gone", async () => {
    await clear();
    await sql()`update public.credit_balances set total = total + 1 where account_id = ${packBuyer.account}`;
    await untilDone();
    const first = await readFindings({ check: "ledger", most: 50 });
    expect(first.length).toBeGreaterThan(0);
    await scene.advance(86_401);
    await settle();
    await untilDone();
    const second = await readFindings({ check: "ledger", most: 50 });
    expect(second.map(({ id }) => id).sort()).toEqual(first.map(({ id }) => id).sort());
    const told = (await readAlerts()).filter(({ kind }) => kind === "ledger_differs");
    expect(told).toMatchObject([{ key: "ledger", data: { count: first.length } }]);
    await sql()`update public.credit_balances set total = total - 1 where account_id = ${packBuyer.account}`;
    await startChecks();
    await untilDone();
    expect((await readFindings({ check: "ledger", most: 50 })).some(({ isOpen }) => isOpen)).toBe(false);
    expect((await readAlerts()).filter(({ kind }) => kind === "ledger_differs")).toEqual([]);
  });

  test("a step takes one page when there is no time, and a worker that dies loses no more than that", async () => {
    await clear();
    await stepChecks({ seconds: 0 });
    await stepChecks({ seconds: 0 });
    const half = (await readChecks()).find(({ running }) => running !== null);
    expect(half).toMatchObject({ key: "customers", last: null });
    const looked = half?.running?.checked ?? 0;
    expect(looked).toBeGreaterThan(0);
    const [run] =
      await sql()`update public.reconciliation_runs set claimed_by = ${randomUUID()}, claimed_until = ${new Date(
        now().getTime() + 120_000,
      )} where finished_at is null returning id`;
    expect(await stepChecks(), "another worker has it").toBe(0);
    await scene.advance(121);
    const checks = await untilDone();
    expect(checks.find(({ key }) => key === "customers")?.last).toMatchObject({ outcome: "agrees" });
    expect(checks.every(({ last }) => last?.outcome === "agrees")).toBe(true);
    const [ended] = await sql()`select id from public.reconciliation_runs where check_key = 'customers'`;
    expect(ended?.id).toBe(run?.id);
  });

  test("a Stripe that does not answer ends no run, closes nothing, and is asked again a minute later", async () => {
    await clear();
    await startChecks();
    await scene.control("faults", { method: "GET", path: "/v1/customers", status: 500, times: 3 });
    await expect(stepChecks({ seconds: 60 })).rejects.toThrow("A fault that was asked for");
    expect((await readChecks()).find(({ key }) => key === "customers")?.running?.error).toContain("A fault");
    expect(await stepChecks()).toBe(0);
    await scene.advance(61);
    await settle();
    expect((await untilDone()).every(({ last }) => last?.outcome === "agrees")).toBe(true);
  });
});
