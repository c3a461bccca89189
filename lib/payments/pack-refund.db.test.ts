import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { stripe } from "@/lib/stripe/client";
import { withCustomer } from "@/lib/subscriptions/lease";
import { rpc } from "@/lib/supabase/rpc";
import { finishPackRefunds, previewPackRefund, refundPack } from "./pack-refund";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

interface Paid extends Buyer {
  payment: string;
}

async function buyPack(buyer?: Buyer): Promise<Paid> {
  const who = buyer ?? (await scene.buyer());
  const answer = await startCheckout(who, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  const { payment_intent: payment } = await scene.pay(answer.url);
  await scene.settle();
  return { ...who, payment: String(payment) };
}

/** Leaves nothing of the month's free credits, so that what follows touches the pack. */
async function spend(buyer: Buyer, amount: number): Promise<void> {
  const { total } = await scene.balance(buyer);
  const free = total - 50_000;
  await scene.database
    .sql`select public.deduct_credits(account_id => ${buyer.account}, key => ${randomUUID()}, amount => ${free + amount}, feature => 'test', at => ${now()})`;
}

async function reserve(buyer: Buyer, amount: number): Promise<string> {
  const key = randomUUID();
  await scene.database
    .sql`select public.reserve_credits(account_id => ${buyer.account}, key => ${key}, amount => ${amount}, time_to_live_seconds => 600, at => ${now()})`;
  return key;
}

async function settleReservation(buyer: Buyer, key: string, amount: number): Promise<void> {
  const usage = JSON.stringify({ feature: "test", occurred_at: now().toISOString() });
  await scene.database
    .sql`select public.settle_reservation(account_id => ${buyer.account}, key => ${key}, amount => ${amount}, usage => ${usage}::text::jsonb, at => ${now()})`;
}

const refundsOf = async ({ payment }: Paid) => (await stripe().refunds.list({ payment_intent: payment })).data;

const statusOf = async (id: string) => {
  const [row] = await scene.database.sql`select status from public.pack_refunds where id = ${id}`;
  return row?.status;
};

test("of a half-spent pack half of the price goes back, and its unspent credits are taken", async () => {
  const buyer = await buyPack();
  await spend(buyer, 25_000);
  const preview = await previewPackRefund(buyer.payment);
  expect(preview).toMatchObject({ ok: true, unspent: 25_000, reserved: 0, amountCents: 300, currency: "usd" });
  const requestId = randomUUID();
  const request = { payment: buyer.payment, requestId, expectedCents: 300 };
  expect(await refundPack(request)).toEqual({ ok: true, code: "refunded", amountCents: 300, creditsTaken: 25_000 });
  expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
  await scene.settle();
  expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
  expect(await refundPack(request)).toMatchObject({ ok: true, code: "refunded", amountCents: 300 });
  expect(await refundsOf(buyer)).toMatchObject([{ amount: 300, metadata: { request: requestId } }]);
  const mails = await scene.database
    .sql`select data from public.mail_outbox where account_id = ${buyer.account} and kind = 'refund_made'`;
  expect(mails.map(({ data }) => data)).toMatchObject([{ amountCents: 300, creditsTaken: 25_000, debt: 0 }]);
  expect(await previewPackRefund(buyer.payment)).toMatchObject({ ok: false, code: "nothing_left" });
});

test("credits that are set aside for a running answer are neither refunded nor taken from it", async () => {
  const buyer = await buyPack();
  await spend(buyer, 10_000);
  const reservation = await reserve(buyer, 30_000);
  const preview = await previewPackRefund(buyer.payment);
  expect(preview).toMatchObject({ ok: true, unspent: 10_000, reserved: 30_000, amountCents: 120 });
  await refundPack({ payment: buyer.payment, requestId: randomUUID(), expectedCents: 120 });
  await settleReservation(buyer, reservation, 30_000);
  await scene.settle();
  expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
});

test("credits spent after the amount was shown are not paid back: the refund is refused, and nothing is taken", async () => {
  const buyer = await buyPack();
  await spend(buyer, 0);
  await spend(buyer, 5_000);
  const answer = await refundPack({ payment: buyer.payment, requestId: randomUUID(), expectedCents: 600 });
  expect(answer).toMatchObject({ ok: false, code: "changed" });
  expect((await scene.balance(buyer)).total).toBe(45_000);
  expect(await refundsOf(buyer)).toEqual([]);
});

test("credits spent while a pack is refunded are spent or refunded, never both", async () => {
  const buyer = await buyPack();
  await spend(buyer, 0);
  const deduct = async (): Promise<number> => {
    const call = { account_id: buyer.account, key: randomUUID(), amount: 1_000, feature: "test", at: now() };
    return (await rpc<{ ok: boolean }>("deduct_credits", call)).ok ? 1_000 : 0;
  };
  const [answer, ...spent] = await Promise.all([
    refundPack({ payment: buyer.payment, requestId: randomUUID(), expectedCents: 600 }),
    ...Array.from({ length: 20 }, deduct),
  ]);
  const taken = answer.ok ? answer.creditsTaken : 0;
  const used = spent.reduce((sum, amount) => sum + amount, 0);
  expect(await scene.balance(buyer)).toEqual({ total: 50_000 - used - taken, debt: 0 });
  const back = (await refundsOf(buyer)).reduce((sum, { amount }) => sum + amount, 0);
  expect(back).toBe(answer.ok ? 600 : 0);
});

test("two forms sent at once refund a pack once", async () => {
  const buyer = await buyPack();
  await spend(buyer, 0);
  const answers = await Promise.all(
    [randomUUID(), randomUUID()].map((requestId) =>
      refundPack({ payment: buyer.payment, requestId, expectedCents: 600 }),
    ),
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await refundsOf(buyer)).toHaveLength(1);
});

test("a refund that Stripe refuses, since a dispute was faster, counts for nothing; won, it gives the credits back", async () => {
  const buyer = await buyPack();
  await spend(buyer, 20_000);
  const requestId = randomUUID();
  await scene.control("faults", { path: "/v1/refunds", method: "POST", delayMs: 700 });
  const refund = refundPack({ payment: buyer.payment, requestId, expectedCents: 360 });
  while ((await statusOf(requestId)) !== "taken");
  expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
  const { id } = await scene.control("dashboard/dispute", { payment_intent: buyer.payment, reason: "general" });
  expect(await refund).toMatchObject({ ok: false, code: "refused" });
  await scene.settle();
  expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 20_000 });
  await scene.control("dashboard/close-dispute", { dispute: id, outcome: "won" });
  await scene.settle();
  expect(await scene.balance(buyer)).toEqual({ total: 30_000, debt: 0 });
  expect(await previewPackRefund(buyer.payment)).toMatchObject({ ok: true, unspent: 30_000, amountCents: 360 });
});

test.each(["before", "after"])(
  "a refund whose answer never came, lost %s Stripe took it, keeps its credits taken until the job has made it once",
  async (drop) => {
    const buyer = await buyPack();
    await spend(buyer, 0);
    const requestId = randomUUID();
    await scene.control("faults", { path: "/v1/refunds", method: "POST", drop, times: 3 });
    const answer = await refundPack({ payment: buyer.payment, requestId, expectedCents: 600 });
    expect(answer).toMatchObject({ ok: true, code: "pending" });
    await previewPackRefund(buyer.payment);
    expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
    await scene.advance(200);
    await Promise.all([finishPackRefunds(), finishPackRefunds()]);
    expect(await statusOf(requestId)).toBe("refunded");
    expect(await refundsOf(buyer)).toHaveLength(1);
    expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
  },
);

test("a payment that is disputed, has gone back, bought no pack or is unknown is not refunded", async () => {
  const disputed = await buyPack();
  await scene.control("dashboard/dispute", { payment_intent: disputed.payment, reason: "general" });
  await scene.settle();
  expect(await previewPackRefund(disputed.payment)).toMatchObject({ ok: false, code: "disputed" });
  const returned = await buyPack();
  await stripe().refunds.create({ payment_intent: returned.payment });
  expect(await previewPackRefund(returned.payment)).toMatchObject({ ok: false, code: "already_returned" });
  expect(await previewPackRefund("pi_unknown")).toMatchObject({ ok: false, code: "unknown_payment" });
});

test("after a refund by hand the rest of a pack is refunded, and no cent and no credit twice", async () => {
  const buyer = await buyPack();
  await spend(buyer, 10_000);
  await stripe().refunds.create({ payment_intent: buyer.payment, amount: 200 });
  await scene.settle();
  const preview = await previewPackRefund(buyer.payment);
  if (!preview.ok) throw new Error(preview.message);
  await refundPack({ payment: buyer.payment, requestId: randomUUID(), expectedCents: preview.amountCents });
  await scene.settle();
  const { total, debt } = await scene.balance(buyer);
  expect(debt).toBe(0);
  expect(total).toBeLessThan(50_000 / 600);
  const back = (await refundsOf(buyer)).reduce((sum, { amount }) => sum + amount, 0);
  expect(back).toBeLessThanOrEqual(480);
});

test("credits of a refund that Stripe refused come back though the process died before it could give them", async () => {
  const buyer = await buyPack();
  await spend(buyer, 0);
  const requestId = randomUUID();
  await scene.control("faults", { path: "/v1/refunds", method: "POST", drop: "before", times: 3 });
  await refundPack({ payment: buyer.payment, requestId, expectedCents: 600 });
  await rpc("refuse_pack_refund", { id: requestId, problem: "No.", at: now() });
  expect((await scene.balance(buyer)).total).toBe(0);
  await scene.advance(200);
  await finishPackRefunds();
  expect((await scene.balance(buyer)).total).toBe(50_000);
  expect(await refundsOf(buyer)).toEqual([]);
  const [row] = await scene.database.sql`select status, next_check_at from public.pack_refunds where id = ${requestId}`;
  expect(row).toMatchObject({ status: "refused", next_check_at: null });
});

test("a refund that Stripe made is found by the job though its key is forgotten after a day, and not made again", async () => {
  const buyer = await buyPack();
  await spend(buyer, 30_000);
  await scene.control("faults", { path: "/v1/refunds", method: "POST", drop: "after", times: 3 });
  scene.deliver = false;
  const requestId = randomUUID();
  await refundPack({ payment: buyer.payment, requestId, expectedCents: 240 });
  await scene.advance(25 * 3600);
  scene.deliver = true;
  await finishPackRefunds();
  expect(await refundsOf(buyer)).toMatchObject([{ amount: 240 }]);
  expect(await statusOf(requestId)).toBe("refunded");
});

test("a refund goes to Stripe under its form's own key, so that nobody can make it twice", async () => {
  const buyer = await buyPack();
  await spend(buyer, 30_000);
  const requestId = randomUUID();
  await refundPack({ payment: buyer.payment, requestId, expectedCents: 240 });
  await stripe().refunds.create(
    {
      payment_intent: buyer.payment,
      amount: 240,
      reason: "requested_by_customer",
      metadata: { request: requestId },
    },
    { idempotencyKey: `pack-refund:${requestId}` },
  );
  expect(await refundsOf(buyer)).toHaveLength(1);
});

test("a form that refunded one pack refunds no other", async () => {
  const [first, second] = [await buyPack(), await buyPack()];
  const requestId = randomUUID();
  await refundPack({ payment: first.payment, requestId, expectedCents: 600 });
  expect(await refundPack({ payment: second.payment, requestId, expectedCents: 600 })).toMatchObject({
    ok: false,
    code: "idempotency_conflict",
  });
  expect(await refundsOf(second)).toEqual([]);
});

describe("the credits of a refund are taken", () => {
  const begin = (buyer: Paid, o: { lease: string; unspent: number }) =>
    stripe()
      .paymentIntents.retrieve(buyer.payment)
      .then(({ customer }) =>
        rpc<{ ok: boolean; code: string }>("begin_pack_refund", {
          customer_id: String(customer),
          id: randomUUID(),
          payment_intent_id: buyer.payment,
          amount_cents: 600,
          returned: "1",
          charged: "1",
          at: now(),
          ...o,
        }),
      );

  test("only if not one of them was spent since the amount was worked out", async () => {
    const buyer = await buyPack();
    await spend(buyer, 1);
    const { customer } = await stripe().paymentIntents.retrieve(buyer.payment);
    const answer = await withCustomer(String(customer), (lease) => begin(buyer, { lease, unspent: 50_000 }));
    expect(answer).toMatchObject({ ok: false, code: "changed" });
    expect((await scene.balance(buyer)).total).toBe(49_999);
  });

  test("only by whoever has the customer to itself", async () => {
    const buyer = await buyPack();
    const answer = await begin(buyer, { lease: randomUUID(), unspent: 50_000 });
    expect(answer).toMatchObject({ ok: false, code: "lease_lost" });
    expect((await scene.balance(buyer)).total).toBeGreaterThanOrEqual(50_000);
  });
});
