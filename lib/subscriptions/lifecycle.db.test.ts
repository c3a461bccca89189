import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { entitlementFor } from "@/lib/billing/entitlement";
import { planOf } from "@/lib/billing/offers";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { expireCredits } from "@/lib/credits/expiry";
import { renderMail } from "@/lib/email/mails";
import { processPendingEvents, receiveStripeEvent } from "@/lib/events/inbox";
import { reconcileSubscriptions } from "@/lib/events/reconcile";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const HOUR = 3600;
const DAY = 24 * HOUR;
const allowance = planOf("starter").monthlyAllowance;
const bridge = allowance / 10;
const free = planOf("free").monthlyAllowance;

interface Subscriber extends Buyer {
  customer: string;
  subscription: string;
}

async function subscribe(
  interval: "monthly" | "yearly" = "monthly",
  { card = "tok_visa" }: { card?: string } = {},
): Promise<Subscriber> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { plan: "starter", interval });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url, card);
  await scene.settle();
  return { ...buyer, customer: String(session.customer), subscription: String(session.subscription) };
}

/** Moves to so many seconds after the end of the running period. */
async function advancePastRenewal(subscriber: Subscriber, seconds: number): Promise<void> {
  const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
  const end = items.data[0]?.current_period_end ?? 0;
  await scene.advance(end - Math.floor(now().getTime() / 1000) + seconds);
  await processPendingEvents();
  await expireCredits({ limit: 1000 });
}

const entitlement = async (buyer: Buyer) => entitlementFor(await readStanding(buyer.account), now());
const mails = async (buyer: Buyer) => {
  const rows = await scene.database
    .sql`select kind from public.mail_outbox where account_id = ${buyer.account} and kind <> 'low_credit' order by queued_at`;
  return rows.map(({ kind }) => String(kind));
};

describe("a renewal", () => {
  test("brings the bridge at the roll and the rest once it is paid, each once", async () => {
    const subscriber = await subscribe();
    expect((await scene.balance(subscriber)).total).toBe(allowance);
    await advancePastRenewal(subscriber, 60);
    expect((await scene.balance(subscriber)).total).toBe(bridge);
    expect((await entitlement(subscriber)).allowance).toBe("full");
    await scene.advance(2 * HOUR);
    await processPendingEvents();
    expect((await scene.balance(subscriber)).total).toBe(allowance);
    await scene.settle();
    expect((await scene.grants(subscriber)).map(({ source }) => source)).toEqual([
      "alw_bridge",
      "alw_rest",
      "alw_bridge",
      "alw_rest",
    ]);
  });

  test("that no event tells us of brings its bridge all the same, because we ask", async () => {
    const subscriber = await subscribe();
    scene.deliver = false;
    await advancePastRenewal(subscriber, 15 * 60);
    expect((await scene.balance(subscriber)).total).toBe(0);
    await reconcileSubscriptions();
    scene.deliver = true;
    expect((await scene.balance(subscriber)).total).toBe(bridge);
  });

  test("that fails keeps plan and bridge, opens one case and mails once; paying it brings the rest and closes the case", async () => {
    const subscriber = await subscribe();
    const failing = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_chargeCustomerFail" } });
    await stripe().paymentMethods.attach(failing.id, { customer: subscriber.customer });
    await stripe().subscriptions.update(subscriber.subscription, { default_payment_method: failing.id });
    await advancePastRenewal(subscriber, 2 * HOUR);
    await scene.settle();
    expect(await entitlement(subscriber)).toMatchObject({
      plan: "starter",
      allowance: "bridge",
      autoTopUp: false,
      access: "full",
      notice: { code: "pay_now", url: expect.stringContaining("http") },
    });
    expect((await scene.balance(subscriber)).total).toBe(bridge);
    expect((await readStanding(subscriber.account)).dunning?.stage).toBe("retrying");
    await scene.advance(2 * DAY);
    await processPendingEvents();
    expect(await mails(subscriber)).toEqual(["subscription_started", "payment_failed"]);

    const working = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    await stripe().paymentMethods.attach(working.id, { customer: subscriber.customer });
    const { data } = await stripe().invoices.list({ customer: subscriber.customer, status: "open" });
    await stripe().invoices.pay(data[0]?.id ?? "", { payment_method: working.id });
    await scene.settle();
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", allowance: "full", notice: null });
    expect((await scene.balance(subscriber)).total).toBe(allowance);
    expect((await readStanding(subscriber.account)).dunning).toBeNull();
  });
});

describe("a plan that ends", () => {
  test("is whole until its period is over and Free afterwards", async () => {
    const subscriber = await subscribe();
    await stripe().subscriptions.update(subscriber.subscription, { cancel_at: "max_period_end" });
    await scene.settle();
    expect(await entitlement(subscriber)).toMatchObject({
      plan: "starter",
      allowance: "full",
      notice: { code: "ends_on" },
    });
    await advancePastRenewal(subscriber, HOUR);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "free", allowance: "free", canChangePlan: "yes" });
    expect((await scene.balance(subscriber)).total).toBe(free);
  });

  test("cannot be brought back by an event that arrives late", async () => {
    const subscriber = await subscribe();
    const before = scene.received.length;
    await stripe().subscriptions.update(subscriber.subscription, { metadata: { note: "late" } });
    scene.deliver = false;
    await scene.control("settle");
    const updated = scene.received.slice(before);
    scene.deliver = true;
    await stripe().subscriptions.cancel(subscriber.subscription);
    await scene.settle();
    for (const { body, signature } of updated) await receiveStripeEvent(body, signature);
    await processPendingEvents();
    expect((await entitlement(subscriber)).plan).toBe("free");
  });

  test("can be bought again, and the old one's end does not touch the new one", async () => {
    const subscriber = await subscribe();
    await stripe().subscriptions.cancel(subscriber.subscription);
    await scene.settle();
    const answer = await startCheckout(subscriber, { plan: "pro", interval: "monthly" });
    if (!answer.ok) throw new Error(answer.message);
    await scene.pay(answer.url);
    await scene.settle();
    expect((await entitlement(subscriber)).plan).toBe("pro");
  });
});

describe("a yearly plan", () => {
  test("brings twelve months, each beginning by itself and none before", async () => {
    const subscriber = await subscribe("yearly");
    const grants = await scene.grants(subscriber);
    expect(grants.filter(({ source }) => source === "alw_rest")).toHaveLength(12);
    expect((await scene.balance(subscriber)).total).toBe(allowance);
    await scene.advance(32 * DAY);
    await processPendingEvents();
    await expireCredits({ limit: 1000 });
    expect((await scene.balance(subscriber)).total).toBe(allowance);
  });

  test("cancelled at once brings no further months", async () => {
    const subscriber = await subscribe("yearly");
    await stripe().subscriptions.cancel(subscriber.subscription);
    await scene.settle();
    const open = (await scene.grants(subscriber)).filter(({ state }) => state === "scheduled");
    expect(open).toEqual([]);
    expect((await scene.balance(subscriber)).total).toBe(allowance + free);
  });
});

describe("money that goes back", () => {
  test("takes its share of a pack, and a failed refund gives it back", async () => {
    const buyer = await scene.buyer();
    const answer = await startCheckout(buyer, { pack: "small" });
    if (!answer.ok) throw new Error(answer.message);
    const session = await scene.pay(answer.url);
    await scene.settle();
    const { total } = await scene.balance(buyer);
    const half = await stripe().refunds.create({ payment_intent: String(session.payment_intent), amount: 300 });
    await scene.settle();
    expect((await scene.balance(buyer)).total).toBe(total / 2);
    await scene.settle();
    expect((await scene.balance(buyer)).total).toBe(total / 2);
    await scene.control("dashboard/fail-refund", { refund: half.id });
    await scene.settle();
    expect((await scene.balance(buyer)).total).toBe(total);
  });

  test("a refunded plan loses its allowance", async () => {
    const subscriber = await subscribe();
    const { data } = await stripe().paymentIntents.list({ customer: subscriber.customer });
    await stripe().refunds.create({ payment_intent: data[0]?.id ?? "" });
    await scene.settle();
    expect(await scene.balance(subscriber)).toEqual({ total: 0, debt: 0 });
    expect((await entitlement(subscriber)).plan).toBe("starter");
  });

  test("a dispute takes the credits while it stands, stops automatic top-up, and returns them when it is won", async () => {
    const buyer = await scene.buyer();
    const answer = await startCheckout(buyer, { pack: "small" });
    if (!answer.ok) throw new Error(answer.message);
    const session = await scene.pay(answer.url);
    await scene.settle();
    const { total } = await scene.balance(buyer);
    const dispute = await scene.control("dashboard/dispute", { payment_intent: session.payment_intent });
    await scene.settle();
    expect((await scene.balance(buyer)).total).toBe(0);
    expect((await entitlement(buyer)).autoTopUp).toBe(false);
    await scene.control("dashboard/close-dispute", { dispute: dispute.id, outcome: "won" });
    await scene.settle();
    expect((await scene.balance(buyer)).total).toBe(total);
    expect((await entitlement(buyer)).autoTopUp).toBe(true);
  });
});

async function subscribeAgain(subscriber: Subscriber, metadata: Record<string, string>): Promise<string> {
  const method = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  await stripe().paymentMethods.attach(method.id, { customer: subscriber.customer });
  const price = await findPrice({ kind: "base", plan: planOf("pro"), interval: "monthly" });
  const { id } = await stripe().subscriptions.create({
    customer: subscriber.customer,
    default_payment_method: method.id,
    items: [{ price }],
    metadata,
  });
  await scene.settle();
  return id;
}

test("a second live subscription made elsewhere changes nothing and is flagged", async () => {
  const subscriber = await subscribe();
  await subscribeAgain(subscriber, {});
  expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", alert: "second_subscription" });
  expect((await scene.balance(subscriber)).total).toBe(allowance);
});

test("a plan bought twice by accident is ended and refunded whole, once", async () => {
  const subscriber = await subscribe();
  const second = await subscribeAgain(subscriber, { account: subscriber.account });
  await scene.settle();
  expect((await stripe().subscriptions.retrieve(second)).status).toBe("canceled");
  const { data: refunds } = await stripe().refunds.list({ limit: 100 });
  const own = refunds.filter(({ metadata }) => metadata?.subscription === second);
  expect(own.map(({ amount }) => amount)).toEqual([planOf("pro").base?.monthly.usd]);
  expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", alert: null });
  expect(await scene.balance(subscriber)).toEqual({ total: allowance, debt: 0 });
});

test("a plan bought twice by accident is said by mail, once", async () => {
  const subscriber = await subscribe();
  const second = await subscribeAgain(subscriber, { account: subscriber.account });
  await scene.settle();
  const told = await scene.database
    .sql`select key, data from public.mail_outbox where account_id = ${subscriber.account} and kind = 'duplicate_refunded'`;
  expect(told.map(({ key, data }) => [key, data])).toEqual([
    [second, { planName: "Pro", amountCents: planOf("pro").base?.monthly.usd, currency: "usd" }],
  ]);
});

test("a plan bought twice whose payment is still on its way is left alone and flagged", async () => {
  const subscriber = await subscribe();
  const method = await stripe().paymentMethods.create({
    type: "sepa_debit",
    sepa_debit: { iban: "DE89370400440532013000" },
    billing_details: { name: "Anna", email: "anna@example.test" },
  });
  await stripe().paymentMethods.attach(method.id, { customer: subscriber.customer });
  const price = await findPrice({ kind: "base", plan: planOf("pro"), interval: "monthly" });
  const { id } = await stripe().subscriptions.create({
    customer: subscriber.customer,
    default_payment_method: method.id,
    items: [{ price }],
    metadata: { account: subscriber.account },
  });
  await scene.settle();
  const { data: invoices } = await stripe().invoices.list({ subscription: id });
  expect(invoices.map(({ status }) => status)).toEqual(["open"]);
  expect((await stripe().subscriptions.retrieve(id)).status).toBe("active");
  expect((await entitlement(subscriber)).alert).toBe("second_subscription");
});

describe("a customer that was deleted at Stripe", () => {
  test("leaves a plan that has ended, and can subscribe again", async () => {
    const subscriber = await subscribe();
    await stripe().customers.del(subscriber.customer);
    await scene.settle();
    expect((await entitlement(subscriber)).plan).toBe("free");
    const answer = await startCheckout(subscriber, { plan: "pro", interval: "monthly" });
    if (!answer.ok) throw new Error(answer.message);
    await scene.pay(answer.url);
    await scene.settle();
    expect((await entitlement(subscriber)).plan).toBe("pro");
  });

  test("cannot end the plan that was bought after it by an event that arrives late", async () => {
    const subscriber = await subscribe();
    const begin = scene.received.length;
    await stripe().customers.del(subscriber.customer);
    await scene.settle();
    const late = scene.received.slice(begin);
    const answer = await startCheckout(subscriber, { plan: "pro", interval: "monthly" });
    if (!answer.ok) throw new Error(answer.message);
    await scene.pay(answer.url);
    await scene.settle();
    await scene.database.sql`delete from public.stripe_events where customer_id = ${subscriber.customer}`;
    for (const { body, signature } of late) await receiveStripeEvent(body, signature);
    await processPendingEvents();
    expect(await entitlement(subscriber)).toMatchObject({ plan: "pro", alert: null });
  });
});

test("a plan that ends keeps its paid month, however many packs were bought since", async () => {
  const subscriber = await subscribe("yearly");
  for (let batch = 0; batch < 10; batch += 1)
    await Promise.all(
      Array.from({ length: 10 }, () =>
        stripe().invoices.create({ customer: subscriber.customer, auto_advance: false }),
      ),
    );
  await stripe().subscriptions.cancel(subscriber.subscription);
  await scene.settle();
  expect((await scene.balance(subscriber)).total).toBe(allowance + free);
});

test("every mail that a plan or a pack has queued can be drawn", async () => {
  await subscribe("yearly");
  const queued = await scene.database.sql`select distinct on (kind) kind, data from public.mail_outbox`;
  expect(queued.map(({ kind }) => kind)).toContain("subscription_started");
  for (const { kind, data } of queued) expect((await renderMail(kind, data)).subject).not.toBe("");
});

test("35 days across a renewal a subscriber never has nothing", async () => {
  const subscriber = await subscribe();
  for (let hour = 0; hour < 35 * 24; hour += 6) {
    await scene.advance(6 * HOUR);
    await processPendingEvents();
    await expireCredits({ limit: 1000 });
    expect((await scene.balance(subscriber)).total).toBeGreaterThanOrEqual(bridge);
  }
});
