import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { entitlementFor } from "@/lib/billing/entitlement";
import type { CheckoutRequest } from "@/lib/checkout/product";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { processPendingEvents, receiveStripeEvent } from "@/lib/events/inbox";
import { readStanding } from "@/lib/standing";
import { API_VERSION, stripe } from "@/lib/stripe/client";
import { syncPayment } from "./payment";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.deliver = true;
});

interface Paid extends Buyer {
  payment: string;
  invoice: string;
  customer: string;
}

async function buy(request: CheckoutRequest): Promise<Paid> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, request);
  if (!answer.ok) throw new Error(answer.message);
  const { customer } = await scene.pay(answer.url);
  await scene.settle();
  const payments = await stripe().paymentIntents.list({ customer: String(customer) });
  const invoices = await stripe().invoices.list({ customer: String(customer) });
  return {
    ...buyer,
    payment: payments.data[0]?.id ?? "",
    invoice: invoices.data[0]?.id ?? "",
    customer: String(customer),
  };
}

const left = async (buyer: Buyer) => {
  const rows = await scene.database
    .sql`select source, remaining from public.credit_grants where account_id = ${buyer.account} and remaining > 0`;
  return rows.reduce((sum, { remaining }) => sum + Number(remaining), 0);
};

async function hear(type: string, object: Record<string, unknown>): Promise<void> {
  const seconds = Math.floor(now().getTime() / 1000);
  const payload = JSON.stringify({
    id: `evt_${type.replaceAll(".", "_")}_${crypto.randomUUID()}`,
    object: "event",
    type,
    api_version: API_VERSION,
    livemode: false,
    created: seconds,
    data: { object },
  });
  const secret = process.env.STRIPE_WEBHOOK_SECRET ?? "";
  const header = stripe().webhooks.generateTestHeaderString({ payload, secret, timestamp: seconds });
  await receiveStripeEvent(payload, header);
  await processPendingEvents();
}

test("a refunded year takes back every month of it, those to come too, and a failed refund returns them all", async () => {
  const buyer = await buy({ plan: "starter", interval: "yearly" });
  const whole = await left(buyer);
  const refund = await stripe().refunds.create({ payment_intent: buyer.payment });
  await scene.settle();
  expect(await left(buyer)).toBe(0);
  await scene.control("dashboard/fail-refund", { refund: refund.id });
  await scene.settle();
  expect(await left(buyer)).toBe(whole);
});

test("a refund that is heard of before the payment leaves no credits behind", async () => {
  scene.deliver = false;
  const begin = scene.received.length;
  const buyer = await buy({ plan: "starter", interval: "monthly" });
  await stripe().refunds.create({ payment_intent: buyer.payment });
  await scene.control("settle");
  const [before, after] = [true, false].map((refunds) =>
    scene.received.slice(begin).filter(({ body }) => JSON.parse(body).type.includes("refund") === refunds),
  );
  for (const events of [before, after]) {
    for (const { body, signature } of events ?? []) await receiveStripeEvent(body, signature);
    await processPendingEvents();
  }
  expect((await scene.grants(buyer)).map(({ source }) => source)).toContain("alw_rest");
  expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
});

test("what was fetched of a payment is written by nobody who has lost the customer meanwhile", async () => {
  const buyer = await buy({ pack: "small" });
  const before = await scene.balance(buyer);
  scene.deliver = false;
  await stripe().refunds.create({ payment_intent: buyer.payment });
  const late = syncPayment({ paymentIntent: buyer.payment, customer: buyer.customer, lease: crypto.randomUUID() });
  await expect(late).rejects.toThrow("lease_lost");
  expect(await scene.balance(buyer)).toEqual(before);
});

test.each<CheckoutRequest>([{ plan: "starter", interval: "monthly" }, { pack: "small" }])(
  "a credit note makes us ask what stands of its invoice's payment: %j",
  async (request) => {
    const buyer = await buy(request);
    scene.deliver = false;
    await stripe().refunds.create({ payment_intent: buyer.payment });
    await scene.control("settle");
    expect((await scene.balance(buyer)).total).toBeGreaterThan(0);
    await hear("credit_note.created", {
      id: "cn_1",
      object: "credit_note",
      customer: buyer.customer,
      invoice: buyer.invoice,
    });
    expect((await scene.balance(buyer)).total).toBe(0);
  },
);

test.each([
  ["fraudulent", "canceled"],
  ["subscription_canceled", "canceled"],
  ["product_not_received", "active"],
])("a plan whose payment is disputed as %s is %s", async (reason, status) => {
  const buyer = await buy({ plan: "starter", interval: "monthly" });
  const { data } = await stripe().subscriptions.list({ customer: buyer.customer, status: "all" });
  await scene.control("dashboard/dispute", { payment_intent: buyer.payment, reason });
  await scene.settle();
  await scene.settle();
  expect((await stripe().subscriptions.retrieve(data[0]?.id ?? "")).status).toBe(status);
});

test.each([
  ["subscription_canceled", true],
  ["product_not_received", false],
])("after a dispute as %s was lost, whether no invoice is made for what was used is %s", async (reason, stopped) => {
  const buyer = await buy({ plan: "starter", interval: "monthly" });
  const { id } = await scene.control("dashboard/dispute", { payment_intent: buyer.payment, reason });
  await scene.settle();
  await scene.control("dashboard/close-dispute", { dispute: id, outcome: "lost" });
  await scene.settle();
  const [row] = await scene.database.sql`select private.is_charging_stopped(${buyer.account}) as stopped`;
  expect(row?.stopped).toBe(stopped);
});

describe("a payment disputed as fraud", () => {
  const isHeld = async (buyer: Buyer) => {
    const [row] = await scene.database
      .sql`select frozen_at is not null as frozen from public.credit_balances where account_id = ${buyer.account}`;
    const { access, canBuy, prepaid } = entitlementFor(await readStanding(buyer.account), now());
    return { access, canBuy, prepaid, frozen: row?.frozen };
  };
  const held = { access: "read_only", canBuy: false, prepaid: "frozen", frozen: true };
  const free = { access: "full", canBuy: true, prepaid: "use", frozen: false };

  const disputed = async (request: CheckoutRequest, reason = "fraudulent") => {
    const buyer = await buy(request);
    const { id } = await scene.control("dashboard/dispute", { payment_intent: buyer.payment, reason });
    await scene.settle();
    return { ...buyer, dispute: id };
  };
  const close = async (dispute: unknown, outcome: string) => {
    await scene.control("dashboard/close-dispute", { dispute, outcome });
    await scene.settle();
  };

  test("holds the account until the dispute is won, and then returns its credits", async () => {
    const buyer = await disputed({ pack: "small" });
    expect(await isHeld(buyer)).toEqual(held);
    await close(buyer.dispute, "won");
    expect(await isHeld(buyer)).toEqual(free);
    expect((await scene.balance(buyer)).total).toBeGreaterThan(0);
  });

  test("goes on holding the account while another payment is disputed as fraud", async () => {
    const buyer = await buy({ pack: "small" });
    const answer = await startCheckout(buyer, { pack: "small" });
    if (!answer.ok) throw new Error(answer.message);
    const other = await scene.pay(answer.url);
    await scene.settle();
    const disputes: unknown[] = [];
    for (const payment_intent of [buyer.payment, other.payment_intent]) {
      disputes.push((await scene.control("dashboard/dispute", { payment_intent, reason: "fraudulent" })).id);
      await scene.settle();
    }
    await close(disputes[0], "won");
    expect(await isHeld(buyer)).toEqual(held);
    await close(disputes[1], "won");
    expect(await isHeld(buyer)).toEqual(free);
  });

  test("keeps holding the account when the dispute is lost, until an admin releases it, once and for all", async () => {
    const buyer = await disputed({ pack: "small" });
    await close(buyer.dispute, "lost");
    expect(await isHeld(buyer)).toEqual(held);
    await scene.database.sql`select public.release_account(account_id => ${buyer.account}, at => ${now()})`;
    await hear("charge.dispute.updated", { id: buyer.dispute, object: "dispute", payment_intent: buyer.payment });
    expect(await isHeld(buyer)).toEqual(free);
    expect((await scene.balance(buyer)).total).toBe(0);
  });

  test("that is lost ends every plan of the customer, with nothing more charged", async () => {
    const buyer = await buy({ plan: "starter", interval: "monthly" });
    const answer = await startCheckout(buyer, { pack: "small" });
    if (!answer.ok) throw new Error(answer.message);
    const session = await scene.pay(answer.url);
    await scene.settle();
    const { id } = await scene.control("dashboard/dispute", {
      payment_intent: session.payment_intent,
      reason: "fraudulent",
    });
    await scene.settle();
    const plans = () => stripe().subscriptions.list({ customer: buyer.customer });
    expect((await plans()).data).toHaveLength(1);
    const invoices = await stripe().invoices.list({ customer: buyer.customer });
    await close(id, "lost");
    expect((await plans()).data).toHaveLength(0);
    expect((await stripe().invoices.list({ customer: buyer.customer })).data).toHaveLength(invoices.data.length);
  });

  test("does not lift a hold that an admin has set", async () => {
    const buyer = await buy({ pack: "small" });
    await scene.database
      .sql`insert into public.account_holds (account_id, reason, held_at) values (${buyer.account}, 'admin', now())`;
    const { id: dispute } = await scene.control("dashboard/dispute", {
      payment_intent: buyer.payment,
      reason: "fraudulent",
    });
    await scene.settle();
    await scene.control("dashboard/close-dispute", { dispute, outcome: "won" });
    await scene.settle();
    expect((await readStanding(buyer.account)).hold).toBe("admin");
  });
});
