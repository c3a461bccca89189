import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { packOf } from "@/lib/billing/offers";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { API_VERSION, stripe } from "@/lib/stripe/client";
import { CustomerBusy, withCustomer } from "@/lib/subscriptions/lease";
import { rpc } from "@/lib/supabase/rpc";
import { processPendingEvents, receiveStripeEvent, retryDelaySeconds } from "./inbox";
import { reconcileCheckouts } from "./reconcile";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.deliver = true;
});

const { credits } = packOf("small");
let count = 0;

function eventOf(change: { object?: object; type?: string; livemode?: boolean; api_version?: string } = {}): string {
  const { object = { id: "in_1", object: "invoice", customer: "cus_nobody" }, ...rest } = change;
  count += 1;
  return JSON.stringify({
    id: `evt_test_${count}`,
    object: "event",
    type: "invoice.paid",
    api_version: API_VERSION,
    livemode: false,
    created: Math.floor(now().getTime() / 1000),
    data: { object },
    ...rest,
  });
}

function signed(payload: string, secret = process.env.STRIPE_WEBHOOK_SECRET ?? "", ageSeconds = 0): string {
  const timestamp = Math.floor(now().getTime() / 1000) - ageSeconds;
  return stripe().webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

const receive = (payload: string, header: string | null = signed(payload)) => receiveStripeEvent(payload, header);
const stored = async (payload: string) => {
  const [row] = await scene.database
    .sql`select status, reason, attempts from public.stripe_events where id = ${JSON.parse(payload).id}`;
  return row ? { ...row } : null;
};

/** Works off what earlier stories have left for later. */
async function workOffAll(): Promise<void> {
  await scene.database.sql`update public.stripe_events set next_attempt_at = ${now()} where status = 'pending'`;
  await processPendingEvents();
}

/** A paid pack whose events Stripe has sent but our inbox has not seen. */
async function paidUnheard(): Promise<{ buyer: Buyer; events: BillingScene["received"] }> {
  const buyer = await scene.buyer();
  scene.deliver = false;
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  await scene.control("settle");
  const begin = scene.received.length;
  await scene.pay(answer.url);
  await scene.control("settle");
  scene.deliver = true;
  return { buyer, events: scene.received.slice(begin) };
}

describe("what is refused leaves nothing behind", () => {
  test.each<[string, (payload: string) => string | null]>([
    ["a missing signature", () => null],
    ["a signature nobody can read", () => "v1=nonsense"],
    ["a signature by another secret", (payload) => signed(payload, "whsec_of_somebody_else")],
    ["a signature older than five minutes", (payload) => signed(payload, undefined, 301)],
    ["a body that was changed on the way", (payload) => signed(`${payload} `)],
  ])("%s", async (_name, header) => {
    const payload = eventOf();
    expect(await receive(payload, header(payload))).toEqual({ status: 400, code: "bad_signature" });
    expect(await stored(payload)).toBeNull();
  });

  test("a body over a megabyte", async () => {
    const payload = eventOf({
      object: { id: "in_1", object: "invoice", customer: null, description: "x".repeat(1_000_001) },
    });
    expect(await receive(payload)).toEqual({ status: 413, code: "too_large" });
    expect(await stored(payload)).toBeNull();
  });
});

describe("what is verified and none of ours is stored as ignored", () => {
  test.each<[string, string, string]>([
    ["an unknown type", eventOf({ type: "tax_rate.created" }), "unknown_type"],
    ["the wrong mode", eventOf({ livemode: true }), "wrong_livemode"],
    ["another API version", eventOf({ api_version: "2020-08-27" }), "wrong_api_version"],
    ["a foreign customer", eventOf(), "foreign_customer"],
  ])("%s", async (_name, payload, reason) => {
    expect(await receive(payload)).toEqual({ status: 200, code: "ignored" });
    expect(await stored(payload)).toEqual({ status: "ignored", reason, attempts: 0 });
  });

  test("a refund of a payment that is none of ours", async () => {
    const stranger = await stripe().customers.create({ email: "stranger@example.test" });
    const intent = await stripe().paymentIntents.create({
      amount: 900,
      currency: "usd",
      customer: stranger.id,
      payment_method: "pm_card_visa",
      confirm: true,
      metadata: { kind: "pack" },
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    });
    await stripe().refunds.create({ payment_intent: intent.id });
    await scene.settle();
    const rows = await scene.database
      .sql`select distinct status from public.stripe_events where type = 'refund.created'`;
    expect(rows.map(({ status }) => status)).toEqual(["ignored"]);
  });
});

test("of two endpoints in different versions, the one in ours counts, whichever comes first", async () => {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  const [row] = await scene.database
    .sql`select customer_id from public.stripe_customers where account_id = ${buyer.account}`;
  const ours = eventOf({ type: "customer.updated", object: { id: row?.customer_id, object: "customer" } });
  const theirs = JSON.stringify({ ...JSON.parse(ours), api_version: "2020-08-27" });
  expect((await receive(theirs)).code).toBe("ignored");
  expect((await receive(ours)).code).toBe("stored");
  expect(await stored(ours)).toMatchObject({ status: "pending", reason: null });
  for (const again of [theirs, ours]) expect((await receive(again)).code).toBe("duplicate");
  expect(await stored(ours)).toMatchObject({ status: "pending" });
  await processPendingEvents();
});

test("either of two secrets verifies, so that a secret can be changed without losing an event", async () => {
  const secret = process.env.STRIPE_WEBHOOK_SECRET;
  process.env.STRIPE_WEBHOOK_SECRET = `whsec_new, ${secret}`;
  for (const known of ["whsec_new", secret ?? ""]) {
    const payload = eventOf();
    expect((await receive(payload, signed(payload, known))).status).toBe(200);
  }
  process.env.STRIPE_WEBHOOK_SECRET = secret;
});

describe("a paid pack is granted once", () => {
  test("however often its events arrive", async () => {
    const { buyer, events } = await paidUnheard();
    for (let round = 0; round < 3; round += 1) {
      for (const { body, signature } of events) await receive(body, signature);
      await processPendingEvents();
    }
    expect(await scene.balance(buyer)).toEqual({ total: credits, debt: 0 });
  });

  test("when the same event arrives fifty times at once", async () => {
    const { buyer, events } = await paidUnheard();
    const completed = events.find(({ body }) => JSON.parse(body).type === "checkout.session.completed");
    if (!completed) throw new Error("no checkout was completed");
    const answers = await Promise.all(Array.from({ length: 50 }, () => receive(completed.body, completed.signature)));
    expect(answers.filter(({ code }) => code === "stored")).toHaveLength(1);
    await Promise.all(Array.from({ length: 4 }, () => processPendingEvents()));
    expect(await scene.balance(buyer)).toEqual({ total: credits, debt: 0 });
  });

  test("when its events arrive backwards", async () => {
    const { buyer, events } = await paidUnheard();
    for (const { body, signature } of [...events].reverse()) {
      await receive(body, signature);
      await processPendingEvents();
    }
    expect(await scene.balance(buyer)).toEqual({ total: credits, debt: 0 });
  });

  test("when no event ever arrives, because we ask", async () => {
    const { buyer } = await paidUnheard();
    await scene.advance(180);
    await reconcileCheckouts();
    expect(await scene.balance(buyer)).toEqual({ total: credits, debt: 0 });
    await reconcileCheckouts();
    expect(await scene.balance(buyer)).toEqual({ total: credits, debt: 0 });
  });

  test("by completed, by async_payment_succeeded and by asking, all three", async () => {
    const { buyer, events } = await paidUnheard();
    const completed = events.find(({ body }) => JSON.parse(body).type === "checkout.session.completed");
    if (!completed) throw new Error("no checkout was completed");
    const { object } = JSON.parse(completed.body).data;
    await receive(completed.body, completed.signature);
    await receive(eventOf({ type: "checkout.session.async_payment_succeeded", object }));
    await processPendingEvents();
    await scene.advance(180);
    await reconcileCheckouts();
    expect(await scene.balance(buyer)).toEqual({ total: credits, debt: 0 });
  });
});

describe("a worker that dies half-way", () => {
  test("frees its events in two minutes, and the next worker finishes them", async () => {
    const { buyer, events } = await paidUnheard();
    for (const { body, signature } of events) await receive(body, signature);
    await rpc("claim_stripe_events", { most: 100, lease: crypto.randomUUID(), lease_seconds: 120, at: now() });
    expect((await processPendingEvents()).done).toBe(0);
    expect((await scene.balance(buyer)).total).toBe(0);
    await scene.advance(121);
    expect((await processPendingEvents()).done).toBeGreaterThan(0);
    expect(await scene.balance(buyer)).toEqual({ total: credits, debt: 0 });
  });

  test("cannot write any more once another worker has taken over", async () => {
    const { events } = await paidUnheard();
    const customer = JSON.parse(events[0]?.body ?? "").data.object.customer;
    await withCustomer(customer, async (lease) => {
      await scene.advance(121);
      await withCustomer(customer, async () => {
        const late = {
          customer_id: customer,
          lease,
          grants: [],
          returns: [],
          voids: [],
          dunning: [],
          mails: [],
          alerts: [],
          invoices: [],
          subscriptions: [],
        };
        expect(await rpc("save_subscription", { ...late, at: now() })).toEqual({ ok: false, code: "lease_lost" });
      });
    });
  });
});

test("one customer has one worker at a time; the others leave its events for later", async () => {
  const { buyer, events } = await paidUnheard();
  const customer = JSON.parse(events[0]?.body ?? "").data.object.customer;
  for (const { body, signature } of events) await receive(body, signature);
  await withCustomer(customer, async () => {
    await expect(withCustomer(customer, async () => undefined)).rejects.toThrow(CustomerBusy);
    await processPendingEvents();
    expect((await scene.balance(buyer)).total).toBe(0);
  });
  await processPendingEvents();
  expect((await scene.balance(buyer)).total).toBe(credits);
});

test("waiting for another worker uses up none of an event's attempts", async () => {
  const { buyer, events } = await paidUnheard();
  const named = events.filter(({ body }) => JSON.parse(body).data.object.customer);
  for (const { body, signature } of named) await receive(body, signature);
  await workOffAll();
  const { customer } = JSON.parse(named[0]?.body ?? "").data.object;
  const { data } = await stripe().paymentIntents.list({ customer });
  const begin = scene.received.length;
  scene.deliver = false;
  await scene.control("dashboard/dispute", { payment_intent: data[0]?.id });
  await scene.control("settle");
  const dispute = scene.received.slice(begin).find(({ body }) => JSON.parse(body).type === "charge.dispute.created");
  if (!dispute) throw new Error("nothing was disputed");
  await receive(dispute.body, dispute.signature);
  await withCustomer(customer, async () => {
    for (let time = 0; time < 3; time += 1) {
      expect(await processPendingEvents()).toMatchObject({ done: 0, retried: 1 });
      await scene.advance(3);
    }
  });
  expect(await stored(dispute.body)).toMatchObject({ status: "pending", attempts: 0 });
  await processPendingEvents();
  expect((await scene.balance(buyer)).total).toBe(0);
});

describe("while Stripe is out of order", () => {
  test("an event is tried again later and then done", async () => {
    await workOffAll();
    const { buyer, events } = await paidUnheard();
    const completed = events.find(({ body }) => JSON.parse(body).type === "checkout.session.completed");
    if (!completed) throw new Error("no checkout was completed");
    await receive(completed.body, completed.signature);
    await scene.control("faults", { method: "GET", path: "/v1/checkout/sessions/*", status: 500, times: 3 });
    expect(await processPendingEvents()).toMatchObject({ done: 0, retried: 1 });
    expect(await processPendingEvents()).toMatchObject({ done: 0, retried: 0 });
    await scene.advance(6);
    expect(await processPendingEvents()).toMatchObject({ done: 1 });
    expect((await scene.balance(buyer)).total).toBe(credits);
  });

  test("it is given up in the end, named, and can be replayed", async () => {
    const { buyer, events } = await paidUnheard();
    const completed = events.find(({ body }) => JSON.parse(body).type === "checkout.session.completed");
    if (!completed) throw new Error("no checkout was completed");
    await receive(completed.body, completed.signature);
    const { id } = JSON.parse(completed.body);
    await scene.database.sql`update public.stripe_events set attempts = 11 where id = ${id}`;
    await scene.control("faults", { method: "GET", path: "/v1/checkout/sessions/*", status: 500, times: 3 });
    expect(await processPendingEvents()).toMatchObject({ dead: 1 });
    expect(await rpc("read_health", {})).toMatchObject({ inbox_dead: 1 });
    expect(await rpc("replay_stripe_event", { id, at: now() })).toMatchObject({ ok: true });
    await processPendingEvents();
    expect((await scene.balance(buyer)).total).toBe(credits);
  });
});

test("waits double from five seconds to an hour and end after twelve attempts", () => {
  expect([1, 2, 3, 10, 11].map(retryDelaySeconds)).toEqual([5, 10, 20, 2560, 3600]);
  expect(retryDelaySeconds(12)).toBeNull();
});
