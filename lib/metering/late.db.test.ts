import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { countedByStripe, outboxOf, overageOf, type Payer, payAsYouGo, spend } from "@/e2e/database/usage";
import { startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { expireCredits } from "@/lib/credits/expiry";
import { reconcileSubscriptions } from "@/lib/events/reconcile";
import { stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { correctUsage } from "./correct";
import { billRemainder, usageIsVisible } from "./remainder";
import { flushUsage, reportUsage } from "./report";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVENTS = "/v1/billing/meter_events";

const states = async (payer: Payer) => (await outboxOf(scene, payer)).map(({ state }) => state);
const secondsNow = () => Math.floor(now().getTime() / 1000);

async function periodEnd({ subscription }: Payer): Promise<number> {
  const { items } = await stripe().subscriptions.retrieve(subscription);
  return Math.max(...items.data.map((item) => item.current_period_end));
}

/** Moves to so many seconds from the end of the running period, with webhooks and the roll by our own clock. */
async function moveTo(payer: Payer, secondsFromEnd: number): Promise<number> {
  const end = await periodEnd(payer);
  await scene.advance(end + secondsFromEnd - secondsNow());
  return end;
}

async function hearOfIt(): Promise<void> {
  await scene.settle();
  await reconcileSubscriptions();
  await expireCredits({ limit: 1000 });
}

/** What invoices have charged of the meter, period by period, oldest first; drafts are left out. */
async function charged({ subscription }: Payer): Promise<number[]> {
  const { data } = await stripe().invoices.list({ subscription, limit: 20 });
  return data
    .filter(({ status }) => status !== "draft")
    .reverse()
    .flatMap(({ lines }) => lines.data)
    .filter(({ pricing }) => pricing?.unit_amount_decimal?.toString() === "0.012")
    .map(({ quantity }) => quantity ?? 0);
}

/** Keeps Stripe from taking meter events, or lets it again. */
async function block(): Promise<void> {
  await scene.control("faults", { method: "POST", path: EVENTS, status: 429, times: 10_000 });
}
async function unblock(): Promise<void> {
  await fetch(`${scene.double.url}/_double/faults`, { method: "DELETE" });
}

describe("at the end of a period", () => {
  test("usage goes to the period in which the ledger billed it, to the second", async () => {
    const payer = await payAsYouGo(scene);
    const end = await moveTo(payer, -1);
    await spend(payer, 5);
    await scene.advance(1);
    await spend(payer, 7);
    await reportUsage();
    const [before, after] = await outboxOf(scene, payer);
    expect([before?.value, after?.value]).toEqual([5, 7]);
    expect(before?.window_end_at.getTime()).toBe(end * 1000);
    expect(after?.window_start_at.getTime()).toBe(end * 1000);
    expect([before?.state, after?.state]).toEqual(["accepted", "open"]);
    await hearOfIt();
    await scene.advance(2 * HOUR);
    await hearOfIt();
    expect((await charged(payer)).filter((quantity) => quantity > 0)).toEqual([5]);
    await reportUsage();
    expect((await outboxOf(scene, payer))[0]).toMatchObject({
      state: "billed",
      invoice_id: expect.stringMatching(/^in_/),
    });
  });

  test("what Stripe did not take in time is sent when the draft is made", async () => {
    const payer = await payAsYouGo(scene);
    await moveTo(payer, -10 * MINUTE);
    await spend(payer, 30);
    await block();
    await scene.advance(8 * MINUTE);
    await reportUsage();
    expect(await states(payer)).toEqual(["closed"]);
    await moveTo(payer, 0);
    await unblock();
    await scene.advance(6 * MINUTE);
    await scene.settle();
    expect(await states(payer)).toEqual(["accepted"]);
    await scene.advance(HOUR);
    expect((await charged(payer)).filter((quantity) => quantity > 0)).toEqual([30]);
  });

  test("the draft waits a day, once, while Stripe does not take what belongs on it", async () => {
    const payer = await payAsYouGo(scene);
    await moveTo(payer, -10 * MINUTE);
    await spend(payer, 40);
    await block();
    await moveTo(payer, 0);
    await hearOfIt();
    await scene.advance(51 * MINUTE);
    await reportUsage();
    const [draft] = (await stripe().invoices.list({ subscription: payer.subscription, status: "draft" })).data;
    expect((draft?.automatically_finalizes_at ?? 0) - secondsNow()).toBeGreaterThan(23 * HOUR);
    await scene.advance(HOUR);
    await unblock();
    await scene.advance(6 * MINUTE);
    await reportUsage();
    await scene.advance(DAY);
    expect((await charged(payer)).filter((quantity) => quantity > 0)).toEqual([40]);
  });

  test("what comes after the invoice is final is billed in the running period, and never lost", async () => {
    const payer = await payAsYouGo(scene);
    await moveTo(payer, -10 * MINUTE);
    await spend(payer, 50);
    await block();
    await moveTo(payer, 0);
    await hearOfIt();
    await scene.advance(3 * DAY);
    await hearOfIt();
    await unblock();
    await scene.advance(10 * MINUTE);
    await reportUsage();
    const [row] = await outboxOf(scene, payer);
    expect(row).toMatchObject({ state: "accepted", is_rebased: true, revision: 1 });
    expect(await overageOf(scene, payer)).toBe(50);
    await moveTo(payer, 2 * HOUR);
    expect((await charged(payer)).filter((quantity) => quantity > 0)).toEqual([50]);
  });
});

test("usage that could not be sent for 36 days is billed in the running period", async () => {
  const payer = await payAsYouGo(scene);
  await spend(payer, 60);
  await block();
  for (let day = 0; day < 36; day += 4) {
    await scene.advance(4 * DAY);
    await hearOfIt();
  }
  await unblock();
  await scene.advance(10 * MINUTE);
  await reportUsage();
  expect((await outboxOf(scene, payer))[0]).toMatchObject({ state: "accepted", is_rebased: true });
  expect(await countedByStripe(payer)).toBe(60);
});

test("an expired reservation bills its overage into the period in which it fell silent", async () => {
  const payer = await payAsYouGo(scene);
  await moveTo(payer, -2 * MINUTE);
  const call = { account_id: payer.account, key: "silent", at: now() };
  await rpc("reserve_credits", { ...call, amount: 500, time_to_live_seconds: 60, overage_permitted: 5_000_000 });
  await rpc("heartbeat_reservation", { ...call, used_so_far: 200, time_to_live_seconds: 60 });
  await moveTo(payer, 5 * MINUTE);
  await expireCredits({ limit: 1000 });
  const [row] = await outboxOf(scene, payer);
  expect(row?.value).toBe(200);
  await reportUsage();
  await scene.advance(2 * HOUR);
  expect((await charged(payer)).filter((quantity) => quantity > 0)).toEqual([200]);
});

describe("a plan that ends", () => {
  test("bills by invoice item what Stripe's meter never showed, on its last invoice", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 10_000);
    await flushUsage(payer.account, now());
    await scene.advance(2 * MINUTE);
    await spend(payer, 20_000);
    await block();
    await flushUsage(payer.account, now());
    await billRemainder(payer.account);
    await billRemainder(payer.account);
    await unblock();
    const rows = await outboxOf(scene, payer);
    expect(rows.map(({ state }) => state)).toEqual(["accepted", "billed"]);
    const ended = await stripe().subscriptions.cancel(payer.subscription, { invoice_now: true, prorate: false });
    const { lines } = await stripe().invoices.retrieve(String(ended.latest_invoice));
    expect(
      lines.data
        .map(({ amount }) => amount)
        .filter((amount) => amount > 0)
        .sort((a, b) => a - b),
    ).toEqual([120, 240]);
  });

  test("bills by invoice item what Stripe took and has not counted when patience ends", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 10_000);
    await flushUsage(payer.account, now());
    await scene.advance(10 * MINUTE);
    await scene.control("settings", { meterLagSeconds: 600 });
    await spend(payer, 20_000);
    await flushUsage(payer.account, now());
    expect(await usageIsVisible(payer.account)).toBe(false);
    await scene.advance(5 * MINUTE);
    await billRemainder(payer.account);
    expect(await states(payer)).toEqual(["accepted", "billed"]);
    await scene.control("settings", { meterLagSeconds: 0 });
    const ended = await stripe().subscriptions.cancel(payer.subscription, { invoice_now: true, prorate: false });
    expect((await stripe().invoices.retrieve(String(ended.latest_invoice))).total).toBe(360);
  });

  test("without a last invoice, as in the Dashboard, is billed for what Stripe counted all the same, once", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 30_000);
    await flushUsage(payer.account, now());
    await stripe().subscriptions.cancel(payer.subscription);
    await hearOfIt();
    for (let round = 0; round < 4; round += 1) {
      await scene.advance(HOUR);
      await reportUsage();
    }
    expect(await states(payer)).toEqual(["billed"]);
    const { data } = await stripe().invoices.list({ customer: payer.customer });
    expect(data.map(({ total }) => total).filter((total) => total > 0)).toEqual([360]);
  });

  test("gets an invoice of its own for usage that comes after, and nothing for less than an invoice is worth", async () => {
    const [payer, small] = [await payAsYouGo(scene), await payAsYouGo(scene)];
    await block();
    await spend(payer, 30_000);
    await spend(small, 100);
    await rpc("cut_meter_windows", { account_id: payer.account, at: now() });
    await rpc("cut_meter_windows", { account_id: small.account, at: now() });
    for (const { subscription } of [payer, small]) await stripe().subscriptions.cancel(subscription);
    await hearOfIt();
    await unblock();
    await scene.advance(10 * MINUTE);
    await reportUsage();
    expect(await states(payer)).toEqual(["billed"]);
    const [own] = (await stripe().invoices.list({ customer: payer.customer, limit: 1 })).data;
    expect(own).toMatchObject({ total: 360, billing_reason: "manual" });
    expect(await states(small)).toEqual(["written_off"]);
  });
});

test("what Stripe counted for a plan that ended without a last invoice is billed though another plan has begun", async () => {
  const payer = await payAsYouGo(scene);
  await spend(payer, 30_000);
  await flushUsage(payer.account, now());
  await stripe().subscriptions.cancel(payer.subscription);
  await hearOfIt();
  const answer = await startCheckout(payer, { plan: "payg", interval: "monthly" });
  if (!answer.ok) throw new Error(answer.message);
  await scene.advance(MINUTE);
  await scene.pay(answer.url);
  await hearOfIt();
  for (let round = 0; round < 4; round += 1) {
    await scene.advance(HOUR);
    await reportUsage();
  }
  expect(await states(payer)).toEqual(["billed"]);
  const { data } = await stripe().invoices.list({ customer: payer.customer });
  expect(data.map(({ total }) => total).filter((total) => total > 0)).toEqual([360]);
});

test("use of a plan that was ended for fraud is charged to nobody's card while that is open", async () => {
  const payer = await payAsYouGo(scene);
  await spend(payer, 30_000);
  await flushUsage(payer.account, now());
  await block();
  await spend(payer, 40_000);
  await scene.database
    .sql`insert into public.account_holds (account_id, reason, held_at) values (${payer.account}, 'fraud', now())`;
  await stripe().subscriptions.cancel(payer.subscription);
  await hearOfIt();
  await unblock();
  for (let round = 0; round < 4; round += 1) {
    await scene.advance(HOUR);
    await reportUsage();
  }
  const { data } = await stripe().invoices.list({ customer: payer.customer });
  expect(data.map(({ total }) => total)).toEqual([0]);
  expect((await states(payer)).sort()).toEqual(["confirmed", "stale"]);
});

test("an account that cannot be billed does not hold up the others", async () => {
  const [stuck, other] = [await payAsYouGo(scene), await payAsYouGo(scene)];
  await spend(other, 100);
  await flushUsage(other.account, now());
  await block();
  await spend(stuck, 30_000);
  await stripe().subscriptions.cancel(stuck.subscription);
  await hearOfIt();
  await unblock();
  await scene.control("faults", {
    method: "GET",
    path: `/v1/subscriptions/${stuck.subscription}`,
    status: 500,
    times: 100,
  });
  await scene.advance(2 * HOUR);
  await expect(reportUsage()).rejects.toThrow();
  expect([await states(stuck), await states(other)]).toEqual([["stale"], ["confirmed"]]);
  expect(await rpc("read_stuck_usage", { at: now() })).toMatchObject({ unbillable: 1 });
  await unblock();
  await scene.advance(10 * MINUTE);
  await reportUsage();
  expect(await states(stuck)).toEqual(["billed"]);
});

test("what was used for play money is never charged once the key is live", async () => {
  const payer = await payAsYouGo(scene);
  await spend(payer, 30_000);
  await rpc("cut_meter_windows", { account_id: payer.account, at: now() });
  await rpc("prepare_meter_rows", { livemode: true, meter: "overage", most: 500, at: now() });
  expect(await states(payer)).toEqual(["written_off"]);
});

test("what one plan left unsent is billed by the next one of the account, and not dated to before it began", async () => {
  const payer = await payAsYouGo(scene);
  await spend(payer, 30_000);
  await stripe().subscriptions.cancel(payer.subscription, { invoice_now: true, prorate: false });
  await hearOfIt();
  const answer = await startCheckout(payer, { plan: "payg", interval: "monthly" });
  if (!answer.ok) throw new Error(answer.message);
  await scene.advance(MINUTE);
  const subscription = String((await scene.pay(answer.url)).subscription);
  await hearOfIt();
  await scene.advance(10 * MINUTE);
  await reportUsage();
  const next = { ...payer, subscription };
  expect(await outboxOf(scene, next)).toMatchObject([{ state: "accepted", is_rebased: true }]);
  await moveTo(next, 0);
  await hearOfIt();
  await scene.advance(2 * HOUR);
  expect((await charged(next)).filter((quantity) => quantity > 0)).toEqual([30_000]);
});

describe("a correction downwards", () => {
  test("of what was sent today takes the event back and says the right value", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 90);
    await flushUsage(payer.account, now());
    const [row] = await outboxOf(scene, payer);
    expect(await correctUsage({ account: payer.account, row: row?.id ?? "", rightValue: 60 })).toEqual({
      ok: true,
      code: "cancel",
    });
    await reportUsage();
    expect((await outboxOf(scene, payer)).map(({ state, value, corrected }) => [state, value, corrected])).toEqual([
      ["canceled", 90, 0],
      ["accepted", 60, 30],
    ]);
    expect(await countedByStripe(payer)).toBe(60);
  });

  test("of what was sent yesterday is offset by a negative revision", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 90);
    await flushUsage(payer.account, now());
    await scene.advance(DAY);
    await reportUsage();
    const [row] = await outboxOf(scene, payer);
    expect(await correctUsage({ account: payer.account, row: row?.id ?? "", rightValue: 60 })).toEqual({
      ok: true,
      code: "offset",
    });
    await reportUsage();
    expect(await countedByStripe(payer)).toBe(60);
  });

  test("of a period whose invoice is final needs a credit note", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 90);
    await flushUsage(payer.account, now());
    await moveTo(payer, 2 * HOUR);
    await hearOfIt();
    const [row] = await outboxOf(scene, payer);
    expect(await correctUsage({ account: payer.account, row: row?.id ?? "", rightValue: 60 })).toMatchObject({
      ok: false,
      code: "needs_credit_note",
    });
  });
});
