import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { subscribersOf } from "@/e2e/database/subscribers";
import { readAlerts } from "@/lib/alerts";
import { packOf } from "@/lib/billing/offers";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { readChecks, readFindings } from "./results";
import { startChecks, stepChecks } from "./runs";

let scene: BillingScene;
const { subscribe, settle, total } = subscribersOf(() => scene);
const sql = () => scene.database.sql;
const { credits } = packOf("small");
let packBuyer: Buyer & { session: string };

async function buyPack() {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.control("settle");
  return { ...buyer, session: session.id, customer: String(session.customer) };
}

beforeAll(async () => {
  scene = await openBillingScene();
  await subscribe("starter");
  packBuyer = await buyPack();
  await settle();
});
afterAll(() => scene.close());
beforeEach(async () => {
  scene.deliver = true;
  await sql()`truncate public.reconciliation_runs, public.reconciliation_findings, public.reconciliation_seen, public.alerts cascade`;
});

const untilDone = async () => {
  await stepChecks({ seconds: 60 });
  return readChecks();
};
const opened = async (kind: string) => (await readAlerts()).filter((alert) => alert.kind === kind);

/** A minute of real time, which no local clock stands for. */
const letAMinuteReallyPass = () =>
  sql()`update public.reconciliation_runs set really_started_at = really_started_at - interval '61 seconds'`;

async function letADayPass(): Promise<void> {
  await scene.advance(86_401);
  await settle();
  await letAMinuteReallyPass();
}

test("every check runs, is kept, and runs again only after a day or when an admin asks", async () => {
  const checks = await untilDone();
  expect(checks.map(({ key, open }) => [key, open])).toEqual(checks.map(({ key }) => [key, 0]));
  expect(checks.map(({ last }) => last?.outcome)).toEqual(checks.map(() => "agrees"));
  expect(await stepChecks()).toBe(0);
  await startChecks();
  await startChecks();
  expect((await readChecks()).every(({ running }) => running?.askedBy === "admin")).toBe(true);
  expect(await stepChecks({ seconds: 60 })).toBe(checks.length);
  await letADayPass();
  expect(await stepChecks({ seconds: 60 })).toBe(checks.length);
});

test("what can be asked about again is mended, and shows as such; nobody is woken for it", async () => {
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
  expect(await opened("sums_differ")).toEqual([]);
});

test("what still differs is told once, seen again by each run, and closes itself when it is gone", async () => {
  await sql()`update public.credit_balances set total = total + 1 where account_id = ${packBuyer.account}`;
  await untilDone();
  const first = await readFindings({ check: "ledger", most: 50 });
  expect(first.length).toBeGreaterThan(0);
  await letADayPass();
  await untilDone();
  const second = await readFindings({ check: "ledger", most: 50 });
  expect(second.map(({ id }) => id).sort()).toEqual(first.map(({ id }) => id).sort());
  const told = await opened("ledger_differs");
  expect(told).toMatchObject([{ key: "ledger", data: { count: first.length } }]);
  await sql()`update public.credit_balances set total = total - 1 where account_id = ${packBuyer.account}`;
  await startChecks();
  await untilDone();
  expect((await readFindings({ check: "ledger", most: 50 })).some(({ isOpen }) => isOpen)).toBe(false);
  expect(await opened("ledger_differs")).toEqual([]);
});

test("a step takes one page when there is no time, and a worker that dies loses no more than that", async () => {
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
  await startChecks();
  await scene.control("faults", { method: "GET", path: "/v1/customers", status: 500, times: 3 });
  await expect(stepChecks({ seconds: 60 })).rejects.toThrow("A fault that was asked for");
  expect((await readChecks()).find(({ key }) => key === "customers")?.running?.error).toContain("A fault");
  expect(await stepChecks()).toBe(0);
  await scene.advance(61);
  await settle();
  expect((await untilDone()).every(({ last }) => last?.outcome === "agrees")).toBe(true);
});

test("weeks that a local clock goes through in a moment bring one run, not one a day", async () => {
  await untilDone();
  const runs = async () => (await sql()`select count(*)::integer as runs from public.reconciliation_runs`)[0]?.runs;
  const before = await runs();
  for (let day = 0; day < 3; day++) {
    await scene.advance(86_401);
    expect(await stepChecks({ seconds: 60 })).toBe(0);
  }
  await settle();
  await letAMinuteReallyPass();
  await untilDone();
  expect(await runs()).toBe(before * 2);
});

test("use that is on no bill is told, and settled when it is", async () => {
  await sql()`update public.credit_balances set overage_before = overage_before + 5 where account_id = ${packBuyer.account}`;
  await untilDone();
  expect(await readFindings({ check: "usage", most: 10 })).toMatchObject([
    { rule: "The ledger equals the outbox", account: packBuyer.account, ours: "0", theirs: "5", canBeMended: false },
  ]);
  expect(await opened("sums_differ")).toMatchObject([{ key: "usage", data: { count: 1 } }]);
  await sql()`update public.credit_balances set overage_before = overage_before - 5 where account_id = ${packBuyer.account}`;
  await startChecks();
  await untilDone();
  expect(await opened("sums_differ")).toEqual([]);
});

test("a check that cannot be ended is told, whether it fails or its worker dies, and settled by one that ends", async () => {
  await startChecks();
  await sql()`update public.reconciliation_runs set attempts = 9`;
  await sql()`update public.reconciliation_runs set claimed_by = ${randomUUID()}, claimed_until = ${now()} where check_key = 'events'`;
  expect(await stepChecks({ seconds: 0 }), "its worker has died ten times").toBe(0);
  await scene.control("faults", { method: "GET", path: "/v1/customers", status: 429, times: 1 });
  await expect(stepChecks({ seconds: 60 })).rejects.toThrow("A fault that was asked for");
  expect((await opened("tick_failed")).map(({ key }) => key).sort()).toEqual(["check customers", "check events"]);
  expect((await readChecks()).filter(({ last }) => last?.outcome === "failed").map(({ key }) => key)).toEqual([
    "events",
    "customers",
  ]);
  await startChecks();
  await untilDone();
  expect(await opened("tick_failed")).toEqual([]);
});

test("seven differences that cannot be mended keep one behind them from it no longer than a run", async () => {
  scene.deliver = false;
  const buyer = await buyPack();
  const gone = Array.from({ length: 7 }, (_, at) => `cs_test_0gone${at}`);
  for (const session of [...gone, buyer.session])
    await sql()`insert into public.purchases select (jsonb_populate_record(p, jsonb_build_object('session_id', ${session}::text,
      'payment_intent_id', null, 'account_id', ${buyer.account}::text, 'customer_id', ${buyer.customer}::text))).*
      from public.purchases p where p.session_id = ${packBuyer.session}`;
  const [checked] = (await untilDone()).filter(({ key }) => key === "grants");
  await sql()`delete from public.purchases where session_id = any (${gone})`;
  expect(await total(buyer)).toBe(credits);
  expect(checked).toMatchObject({ open: 7, last: { outcome: "differs", mended: 1 } });
});
