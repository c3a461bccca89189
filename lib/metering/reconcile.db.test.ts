import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { outboxOf, type Payer, payAsYouGo, spend } from "@/e2e/database/usage";
import { now } from "@/lib/clock";
import { expireCredits } from "@/lib/credits/expiry";
import { stripe } from "@/lib/stripe/client";
import { describeDifferences, reconcileUsage } from "./comparisons";
import { flushUsage, reportUsage } from "./report";
import { usageSink } from "./sink";

let scene: BillingScene;
let payer: Payer;
const HOUR = 3600;
const sql = () => scene.database.sql;
const reconcile = () => reconcileUsage(sql(), usageSink());

/** A month with overage, invoiced, and some of the next. */
beforeAll(async () => {
  scene = await openBillingScene();
  payer = await payAsYouGo(scene);
  await spend(payer, 1000);
  await flushUsage(payer.account, now());
  await scene.advance(31 * 24 * HOUR + 2 * HOUR);
  await scene.settle();
  await expireCredits({ limit: 1000 });
  await spend(payer, 500);
  await flushUsage(payer.account, now());
  await scene.advance(3 * HOUR);
  await reportUsage();
});
afterAll(() => scene.close());

test("after a month and its invoice everything agrees", async () => {
  expect((await outboxOf(scene, payer)).map(({ state }) => state)).toEqual(["billed", "confirmed"]);
  expect(await reconcile()).toEqual([]);
});

test("a window that holds too little is found against usage, ledger, invoice and Stripe", async () => {
  await sql()`update public.meter_outbox set value = value - 1 where account_id = ${payer.account} and state = 'billed'`;
  const differences = await reconcile();
  expect(differences.map(({ rule, ours, theirs }) => [rule, ours, theirs])).toEqual([
    ["usage equals the outbox", 1499, 1500],
    ["the ledger equals the outbox", 1499, 1500],
    ["the outbox equals the invoice", 999, 1000],
    ["the outbox equals Stripe's sum", 999, 1000],
  ]);
  expect(describeDifferences(differences)).toContain("- here    999\n  + there   1000");
  await sql()`update public.meter_outbox set value = value + 1 where account_id = ${payer.account} and state = 'billed'`;
});

test("an event that Stripe counts and we never sent is found", async () => {
  const identifier = randomUUID();
  const [, running] = await outboxOf(scene, payer);
  await stripe().billing.meterEvents.create({
    event_name: "token_usage",
    identifier,
    timestamp: Math.floor((running?.event_at.getTime() ?? 0) / 1000),
    payload: { stripe_customer_id: payer.customer, value: "3" },
  });
  expect(await reconcile()).toMatchObject([{ rule: "the outbox equals Stripe's sum", ours: 500, theirs: 503 }]);
  await stripe().billing.meterEventAdjustments.create({
    event_name: "token_usage",
    type: "cancel",
    cancel: { identifier },
  });
  expect(await reconcile()).toEqual([]);
});

test("a row that only a person can move on is named", async () => {
  const [, running] = await outboxOf(scene, payer);
  await sql()`update public.meter_outbox set state = 'review', last_error = 'it does not add up' where id = ${running?.id ?? ""}`;
  const differences = await reconcile();
  expect(differences[0]).toMatchObject({ rule: "no row waits for a person", ours: 500 });
  await sql()`update public.meter_outbox set state = 'confirmed', last_error = null where id = ${running?.id ?? ""}`;
});

test("more accounts than an answer holds are all compared", async () => {
  const people = Array.from({ length: 1001 }, () => ({ id: randomUUID(), email: `${randomUUID()}@example.test` }));
  await sql()`insert into public.accounts ${sql()(people.map(({ id }) => ({ id, kind: "team", name: "Team" })))}`;
  await sql()`insert into public.meter_outbox ${sql()(
    people.map(({ id }) => ({
      account_id: id,
      window_start_at: now(),
      window_end_at: new Date(now().getTime() + 60_000),
      value: 1,
      event_at: new Date(Math.floor(now().getTime() / 1000) * 1000),
      recorded_at: now(),
    })),
  )}`;
  const differences = await reconcileUsage(sql(), null);
  expect(differences.filter(({ rule }) => rule === "usage equals the outbox")).toHaveLength(1001);
  await sql()`delete from public.meter_outbox where account_id = any (${people.map(({ id }) => id)})`;
});
