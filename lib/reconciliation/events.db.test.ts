import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { readAlerts } from "@/lib/alerts";
import { packOf } from "@/lib/billing/offers";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { processPendingEvents, receiveStripeEvent } from "@/lib/events/inbox";
import { stripe } from "@/lib/stripe/client";
import { webhookUrl } from "@/lib/stripe/endpoint";
import { recoverMissedEvents } from "./missed-events";

let scene: BillingScene;
const HOUR = 3600;
const { credits } = packOf("small");
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.deliver = true;
});

async function buyPack(): Promise<Buyer> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  await scene.pay(answer.url);
  await scene.control("settle");
  return buyer;
}

const open = async () => (await readAlerts()).map(({ kind }) => kind);
const openSilence = async () => (await open()).filter((kind) => kind === "webhook_silent");

async function recover(): Promise<number> {
  const missed = await recoverMissedEvents();
  if (missed === null) throw new Error("It was too early to ask Stripe.");
  await processPendingEvents();
  return missed;
}

/** Everything before this story is delivered, known and long ago. */
async function quiet(): Promise<void> {
  await scene.settle();
  await scene.advance(HOUR);
  await recover();
}

test("what happened while the app was down for two hours is fetched from Stripe, each once", async () => {
  await quiet();
  scene.deliver = false;
  const early = await buyPack();
  await scene.advance(HOUR);
  const late = await buyPack();
  await scene.advance(HOUR);
  scene.deliver = true;
  await scene.database.sql`update public.checkouts set next_check_at = null`;
  const begin = scene.received.length;
  expect(await recover()).toBeGreaterThan(3);
  for (const buyer of [early, late]) expect((await scene.balance(buyer)).total).toBe(credits);
  await scene.advance(700);
  expect(await recover()).toBe(0);
  for (const { body, signature } of scene.received.slice(begin)) await receiveStripeEvent(body, signature);
  await processPendingEvents();
  for (const buyer of [early, late]) expect((await scene.balance(buyer)).total).toBe(credits);
});

test("a delivery that comes after all changes nothing, and says that Stripe gets through", async () => {
  await quiet();
  scene.deliver = false;
  const begin = scene.received.length;
  const buyer = await buyPack();
  await scene.advance(900);
  await recover();
  const [event] = scene.received.slice(begin);
  if (!event) throw new Error("nothing was sent");
  const { id, created } = JSON.parse(event.body);
  const signature = stripe().webhooks.generateTestHeaderString({
    payload: event.body,
    secret: process.env.STRIPE_WEBHOOK_SECRET ?? "",
    timestamp: created + 900,
  });
  expect(await receiveStripeEvent(event.body, signature)).toEqual({ status: 200, code: "duplicate" });
  const [row] = await scene.database.sql`select delivered_at from public.stripe_events where id = ${id}`;
  expect(row?.delivered_at).not.toBeNull();
  expect((await scene.balance(buyer)).total).toBe(credits);
});

test("Stripe's list is asked once in ten minutes, and not while events may still be on their way", async () => {
  await quiet();
  expect(await recoverMissedEvents()).toBeNull();
  scene.deliver = false;
  await scene.advance(601);
  await buyPack();
  expect(await recoverMissedEvents()).toBe(0);
  await scene.advance(601);
  expect(await recoverMissedEvents()).toBeGreaterThan(0);
});

test("a long absence is made up page by page, and a worker that dies on the way goes on where it was", async () => {
  await quiet();
  scene.deliver = false;
  const { id } = await stripe().customers.create({ email: "busy@example.test" });
  for (let time = 0; time < 120; time += 1) await stripe().customers.update(id, { description: `${time}` });
  await scene.control("settle");
  await scene.advance(900);
  await scene.control("faults", { method: "GET", path: "/v1/events", status: 500, times: 3 });
  await expect(recoverMissedEvents()).rejects.toThrow("A fault that was asked for");
  expect(await recoverMissedEvents({ seconds: 0 })).toBe(100);
  await scene.control("faults", { method: "GET", path: "/v1/events", status: 500, times: 3 });
  await expect(recoverMissedEvents()).rejects.toThrow("A fault that was asked for");
  expect(await recoverMissedEvents()).toBe(20);
});

test("founders are told that a webhook is dead after an hour in which events were made and none came", async () => {
  await buyPack();
  await quiet();
  expect(await openSilence()).toEqual([]);
  scene.deliver = false;
  await buyPack();
  await scene.advance(900);
  await recover();
  expect(await openSilence(), "Stripe may still be trying").toEqual([]);
  await scene.advance(HOUR);
  await recover();
  expect(await openSilence()).toEqual(["webhook_silent"]);
  scene.deliver = true;
  await buyPack();
  await scene.advance(900);
  await recover();
  expect(await openSilence(), "events come again").toEqual([]);
});

test("founders are told when Stripe has disabled the endpoint, until it is enabled again", async () => {
  const { data } = await stripe().webhookEndpoints.list({ limit: 100 });
  const endpoint = data.find(({ url }) => url === webhookUrl());
  if (!endpoint) throw new Error("there is no endpoint");
  await stripe().webhookEndpoints.update(endpoint.id, { disabled: true });
  await scene.advance(900);
  const buyer = await buyPack();
  await scene.advance(900);
  await recover();
  expect(await open()).toContain("webhook_disabled");
  expect((await scene.balance(buyer)).total, "its events are fetched meanwhile").toBe(credits);
  await stripe().webhookEndpoints.update(endpoint.id, { disabled: false });
  await scene.advance(900);
  await recover();
  expect(await open()).not.toContain("webhook_disabled");
});

test("an event that was given up is told by its name, and settled once it is done", async () => {
  await quiet();
  scene.deliver = true;
  await buyPack();
  await scene.database.sql`update public.stripe_events set attempts = 11 where status = 'pending'`;
  await scene.control("faults", { method: "GET", status: 500, times: 12 });
  await processPendingEvents();
  const dead = (await readAlerts()).filter(({ kind }) => kind === "event_dead");
  expect(dead.length).toBeGreaterThan(0);
  expect(dead[0]?.data).toMatchObject({ event: dead[0]?.key });
  await scene.control("faults", { method: "GET", status: 500, times: 0 });
  await scene.database
    .sql`select public.replay_stripe_event(id, finished_at) from public.stripe_events where status = 'dead'`;
  await processPendingEvents();
  expect(await open()).not.toContain("event_dead");
});
