import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { GET } from "@/app/api/health/route";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { countedByStripe, outboxOf, overageOf, type Payer, payAsYouGo, spend } from "@/e2e/database/usage";
import { now } from "@/lib/clock";
import { METER_EVENT } from "@/lib/stripe/catalogue";
import { stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { usageIsVisible } from "./remainder";
import { flushUsage, reportUsage } from "./report";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
afterEach(async () => {
  await fetch(`${scene.double.url}/_double/faults`, { method: "DELETE" });
  await scene.control("settings", { meterLagSeconds: 0 });
});

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVENTS = "/v1/billing/meter_events";

const fault = (what: object, times = 1) => scene.control("faults", { method: "POST", path: EVENTS, times, ...what });
const states = async (payer: Payer) => (await outboxOf(scene, payer)).map(({ state }) => state);
const sent = async () => {
  const answer = await fetch(`${scene.double.url}/_double/requests`);
  const { requests } = (await answer.json()) as { requests: Array<{ path: string; method: string }> };
  return requests.filter(({ path, method }) => path === EVENTS && method === "POST").length;
};

/** Lets the window end and the job run. */
async function report(seconds = 7 * MINUTE): Promise<void> {
  await scene.advance(seconds);
  await reportUsage();
}

async function agree(payer: Payer, credits: number): Promise<void> {
  expect(await overageOf(scene, payer)).toBe(credits);
  expect(await countedByStripe(payer)).toBe(credits);
}

describe("overage is told to Stripe exactly once", () => {
  test("as one event a window of five minutes, confirmed by Stripe's own sum an hour later", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 120);
    await spend(payer, 30);
    expect(await states(payer)).toEqual(["open"]);
    await reportUsage();
    expect(await states(payer)).toEqual(["open"]);
    await report();
    await agree(payer, 150);
    expect(await states(payer)).toEqual(["accepted"]);
    expect(await rpc("has_due_usage", { at: now() })).toBe(false);
    await report(HOUR + MINUTE);
    expect(await states(payer)).toEqual(["confirmed"]);
  });

  test("when Stripe asks to slow down, for this customer alone", async () => {
    const [slow, other] = [await payAsYouGo(scene), await payAsYouGo(scene)];
    await spend(slow, 10);
    await scene.advance(5 * MINUTE);
    await spend(other, 20);
    await fault({ status: 429 });
    await report();
    expect([await countedByStripe(slow), await countedByStripe(other)]).toEqual([0, 20]);
    expect(await states(slow)).toEqual(["closed"]);
    await report(MINUTE);
    await agree(slow, 10);
  });

  test("when the answer is an error of Stripe's", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 11);
    await fault({ status: 500 });
    await report();
    expect(await states(payer)).toEqual(["unsure"]);
    await report(MINUTE);
    await agree(payer, 11);
    expect((await outboxOf(scene, payer))[0]).toMatchObject({ state: "accepted", attempts: 2, revision: 0 });
  });

  test("when Stripe has taken it and the answer is lost", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 12);
    await fault({ drop: "after" }, 2);
    await report();
    await report(2 * MINUTE);
    await agree(payer, 12);
    expect(await states(payer)).toEqual(["accepted"]);
  });

  test("when the worker dies between the claim and the answer", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 13);
    await scene.advance(7 * MINUTE);
    await rpc("close_meter_windows", { most: 10, at: now() });
    await rpc("prepare_meter_rows", { livemode: false, meter: "token_usage", most: 10, at: now() });
    const claimed = await rpc<{ identifier: string; event_at: string }>("claim_meter_row", {
      livemode: false,
      meter: "token_usage",
      customer_id: payer.customer,
      lease: crypto.randomUUID(),
      lease_seconds: 60,
      at: now(),
    });
    await stripe().billing.meterEvents.create({
      event_name: "token_usage",
      identifier: claimed.identifier,
      timestamp: Math.floor(Date.parse(claimed.event_at) / 1000),
      payload: { stripe_customer_id: payer.customer, value: "13" },
    });
    await reportUsage();
    expect(await states(payer)).toEqual(["sending"]);
    await report(2 * MINUTE);
    await agree(payer, 13);
    expect(await states(payer)).toEqual(["accepted"]);
  });

  test("by two workers at once, with one call in flight for a customer", async () => {
    const payer = await payAsYouGo(scene);
    for (let window = 0; window < 6; window += 1) {
      await spend(payer, 5);
      await scene.advance(5 * MINUTE);
    }
    await scene.advance(2 * MINUTE);
    const before = await sent();
    await Promise.all([reportUsage(), reportUsage(), reportUsage()]);
    await reportUsage();
    expect((await sent()) - before).toBe(6);
    await agree(payer, 30);
  });

  test("also what is billed into a window that was already sent, as the difference", async () => {
    const payer = await payAsYouGo(scene);
    await spend(payer, 40);
    await flushUsage(payer.account, now());
    await spend(payer, 2);
    await report();
    const rows = await outboxOf(scene, payer);
    expect(rows.map(({ value, state }) => [value, state])).toEqual([
      [40, "accepted"],
      [2, "accepted"],
    ]);
    await agree(payer, 42);
  });
});

describe("an unknown outcome older than Stripe's memory is looked up and never sent blindly", () => {
  async function unsureForADay(credits: number, drop: "before" | "after"): Promise<Payer> {
    const payer = await payAsYouGo(scene);
    await spend(payer, credits);
    await fault({ drop }, 1000);
    await report();
    await fetch(`${scene.double.url}/_double/faults`, { method: "DELETE" });
    await scene.advance(25 * HOUR);
    return payer;
  }

  test("counted: it is confirmed without another event", async () => {
    const payer = await unsureForADay(21, "after");
    const before = await sent();
    await reportUsage();
    expect(await states(payer)).toEqual(["verify"]);
    await report(16 * MINUTE);
    expect(await states(payer)).toEqual(["confirmed"]);
    expect(await sent()).toBe(before);
    await agree(payer, 21);
  });

  test("not counted: it goes under a new identifier", async () => {
    const payer = await unsureForADay(22, "before");
    const [before] = await outboxOf(scene, payer);
    await reportUsage();
    await report(16 * MINUTE);
    const [row] = await outboxOf(scene, payer);
    expect(row).toMatchObject({ state: "accepted", revision: 1, former_identifiers: [before?.identifier] });
    expect(row?.identifier).not.toBe(before?.identifier);
    await agree(payer, 22);
  });

  test("neither: a person looks", async () => {
    const payer = await unsureForADay(23, "before");
    const [row] = await outboxOf(scene, payer);
    await stripe().billing.meterEvents.create({
      event_name: "token_usage",
      timestamp: Math.floor((row?.event_at.getTime() ?? 0) / 1000),
      payload: { stripe_customer_id: payer.customer, value: "7" },
    });
    await reportUsage();
    await report(16 * MINUTE);
    expect(await states(payer)).toEqual(["review"]);
    const health = await (await GET()).json();
    expect(health).toMatchObject({ ok: true, usage: { refused: 1 } });
  });
});

describe("before a period is ended", () => {
  test("usage counts as visible only when Stripe's sum shows all of it", async () => {
    const payer = await payAsYouGo(scene);
    await scene.control("settings", { meterLagSeconds: 120 });
    await spend(payer, 77);
    expect(await usageIsVisible(payer.account)).toBe(false);
    await flushUsage(payer.account, now());
    expect(await states(payer)).toEqual(["accepted"]);
    expect(await usageIsVisible(payer.account)).toBe(false);
    await scene.advance(121);
    expect(await usageIsVisible(payer.account)).toBe(true);
  });
});

test("comparing an hour with Stripe's sum waits for no row that another worker has", async () => {
  const payer = await payAsYouGo(scene);
  await spend(payer, 10);
  await report();
  await spend(payer, 20);
  await report();
  await scene.advance(HOUR);
  const [, second] = await outboxOf(scene, payer);
  await scene.database.sql.begin(async (other) => {
    await other`select from public.meter_outbox where id = ${second?.id ?? null} for update`;
    const hour = { livemode: false, meter: METER_EVENT, customer_id: payer.customer, at: now() };
    expect(await rpc("claim_meter_hour", hour)).toMatchObject({ customer_id: payer.customer });
  });
});

test("with no sink windows are kept, nothing is sent, and no tick waits for it", async () => {
  const payer = await payAsYouGo(scene);
  process.env.METER_SINK = "none";
  await spend(payer, 88);
  const before = await sent();
  await report();
  expect(await sent()).toBe(before);
  expect(await states(payer)).toEqual(["closed"]);
  expect(await usageIsVisible(payer.account)).toBe(true);
  expect(await rpc("has_due_usage", { at: now() })).toBe(false);
  delete process.env.METER_SINK;
});

test("a plan whose metered item is not there yet waits, and is billed from the moment it is", async () => {
  const payer = await payAsYouGo(scene);
  const { sql } = scene.database;
  await sql`update public.subscriptions set has_metered_item = false where account_id = ${payer.account}`;
  await spend(payer, 66);
  await report();
  expect(await states(payer)).toEqual(["blocked"]);
  expect(await rpc("has_due_usage", { at: now() })).toBe(false);
  await scene.advance(HOUR);
  await sql`update public.subscriptions set has_metered_item = true where account_id = ${payer.account}`;
  await reportUsage();
  expect((await outboxOf(scene, payer))[0]).toMatchObject({ state: "accepted", is_rebased: true });
  await agree(payer, 66);
});

test("whatever goes wrong on the way, Stripe's total is the ledger's in the end", async () => {
  const payers = [await payAsYouGo(scene), await payAsYouGo(scene)];
  let seed = 20_261_122;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const faults = [{ status: 429 }, { status: 500 }, { status: 503 }, { drop: "before" }, { drop: "after" }];
  for (let step = 0; step < 30; step += 1) {
    for (const payer of payers) await spend(payer, 1 + random(900));
    const chosen = faults[random(faults.length + 2)];
    if (chosen) await fault(chosen, 1 + random(3));
    await scene.advance([90, 200, 400, HOUR, 5 * HOUR][random(5)] ?? 90);
    await Promise.all([reportUsage(), reportUsage()]);
  }
  await fetch(`${scene.double.url}/_double/faults`, { method: "DELETE" });
  for (let step = 0; step < 6; step += 1) await report(30 * MINUTE);
  await report(DAY);
  await report(16 * MINUTE);
  await report(HOUR + MINUTE);
  for (const payer of payers) {
    expect(await countedByStripe(payer)).toBe(await overageOf(scene, payer));
    expect(new Set(await states(payer))).toEqual(new Set(["confirmed"]));
  }
}, 120_000);
