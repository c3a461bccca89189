import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { actAs, createPerson } from "@/e2e/database/people";
import { packOf } from "@/lib/billing/offers";
import { now } from "@/lib/clock";
import { receiveStripeEvent } from "@/lib/events/inbox";
import { reconcileCheckouts } from "@/lib/events/reconcile";
import { runJobs, runJobsIfDue } from "@/lib/jobs";
import { stripe } from "@/lib/stripe/client";
import { type Buyer, startCheckout } from "./start";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const small = packOf("small");

async function open(buyer: Buyer): Promise<{ url: string; session: string }> {
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  return { url: answer.url, session: /cs_\w+/.exec(answer.url)?.[0] ?? "" };
}

const DECLINED = "AT861904300235473202";

async function payByBank(session: string, iban = "DE89370400440532013000"): Promise<void> {
  const method = await stripe().paymentMethods.create({
    type: "sepa_debit",
    sepa_debit: { iban },
    billing_details: { name: "Anna", email: "anna@example.test" },
  });
  await stripe().rawRequest("POST", `/v1/payment_pages/${session}/confirm`, { payment_method: method.id });
}

const signed = (payload: string) =>
  stripe().webhooks.generateTestHeaderString({
    payload,
    secret: process.env.STRIPE_WEBHOOK_SECRET ?? "",
    timestamp: Math.floor(now().getTime() / 1000),
  });

const statusOf = async (session: string) => {
  const [row] = await scene.database.sql`select status from public.purchases where session_id = ${session}`;
  return row?.status ?? null;
};

describe("a pack paid by bank", () => {
  test("is on its way until the money is there, and is granted then", async () => {
    const buyer = await scene.buyer();
    const { session } = await open(buyer);
    await payByBank(session);
    await scene.settle();
    expect(await statusOf(session)).toBe("pending");
    expect((await scene.balance(buyer)).total).toBe(0);
    await scene.advance(4 * 86_400);
    await scene.settle();
    expect(await statusOf(session)).toBe("paid");
    expect((await scene.balance(buyer)).total).toBe(small.credits);
  });

  test("is granted although nobody tells us that the money has come, because we ask", async () => {
    const buyer = await scene.buyer();
    const { session } = await open(buyer);
    await payByBank(session);
    await scene.settle();
    scene.deliver = false;
    await scene.advance(4 * 86_400);
    await reconcileCheckouts();
    scene.deliver = true;
    expect(await statusOf(session)).toBe("paid");
    expect((await scene.balance(buyer)).total).toBe(small.credits);
  });

  test("stays failed when the order is heard of again after the bank has refused, and can be bought anew", async () => {
    const buyer = await scene.buyer();
    const { session } = await open(buyer);
    const begin = scene.received.length;
    await payByBank(session, DECLINED);
    await scene.settle();
    const ordered = scene.received.slice(begin);
    expect(await statusOf(session)).toBe("pending");
    await scene.advance(8 * 86_400);
    await scene.settle();
    expect(await statusOf(session)).toBe("failed");
    for (const { body } of ordered) {
      const event = JSON.parse(body);
      const payload = JSON.stringify({ ...event, id: `${event.id}_again` });
      await receiveStripeEvent(payload, signed(payload));
    }
    await scene.settle();
    expect(await statusOf(session)).toBe("failed");
    expect((await scene.balance(buyer)).total).toBe(0);
    expect((await open(buyer)).session).not.toBe(session);
  });
});

test("a pack that costs nothing with a code is granted in full, once", async () => {
  const buyer = await scene.buyer();
  const { session } = await open(buyer);
  const coupon = await stripe().coupons.create({ percent_off: 100, duration: "once" });
  const code = await stripe().promotionCodes.create({ promotion: { type: "coupon", coupon: coupon.id }, code: "GIFT" });
  const page = await fetch(`${scene.double.url}/c/pay/${session}`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ promotion_code: code.code, act: "apply_code" }),
  });
  expect(page.status).toBeLessThan(400);
  const { amount_total: total } = await stripe().checkout.sessions.retrieve(session);
  expect(total).toBe(0);
  await stripe().rawRequest("POST", `/v1/payment_pages/${session}/confirm`, {});
  await scene.settle();
  const paid = await stripe().checkout.sessions.retrieve(session);
  expect([paid.payment_status, paid.payment_intent]).toEqual(["no_payment_required", null]);
  expect((await scene.balance(buyer)).total).toBe(small.credits);
});

test("only the account's own people see what became of a checkout", async () => {
  const buyer = await scene.buyer();
  const { session, url } = await open(buyer);
  await scene.pay(url);
  await scene.settle();
  const stranger = await createPerson(scene.database.sql);
  const seenBy = (person: string) =>
    actAs(scene.database.sql, person, async (sql) => ({
      checkouts: (await sql`select 1 from public.checkouts where session_id = ${session}`).length,
      purchases: (await sql`select 1 from public.purchases where session_id = ${session}`).length,
      invoices: (await sql`select 1 from public.invoices where account_id = ${buyer.account}`).length,
    }));
  expect(await seenBy(buyer.user)).toEqual({ checkouts: 1, purchases: 1, invoices: 1 });
  expect(await seenBy(stranger.userId)).toEqual({ checkouts: 0, purchases: 0, invoices: 0 });
});

describe("the tick", () => {
  test("run twice at once does nothing twice", async () => {
    const buyer = await scene.buyer();
    scene.deliver = true;
    await scene.pay((await open(buyer)).url);
    await scene.control("settle");
    const reports = await Promise.all([runJobs(), runJobs(), runJobs()]);
    const failed = reports.flatMap(({ jobs }) => jobs.filter(({ error }) => error));
    expect(failed).toEqual([]);
    expect((await scene.grants(buyer)).filter(({ source }) => source === "pack")).toHaveLength(1);
  });

  test("asked for after every request runs once a minute", async () => {
    await scene.advance(120);
    const reports = await Promise.all(Array.from({ length: 5 }, () => runJobsIfDue()));
    expect(reports.filter(Boolean)).toHaveLength(1);
    await scene.advance(61);
    expect(await runJobsIfDue()).not.toBeNull();
  });
});
