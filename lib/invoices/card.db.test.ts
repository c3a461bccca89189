import type Stripe from "stripe";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { processPendingEvents, receiveStripeEvent } from "@/lib/events/inbox";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const HOUR = 3600;

interface Subscriber extends Buyer {
  customer: string;
  subscription: string;
}

async function subscribe(): Promise<Subscriber> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { plan: "starter", interval: "monthly" });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.settle();
  return { ...buyer, customer: String(session.customer), subscription: String(session.subscription) };
}

async function saveCard({ customer }: Subscriber, token: string): Promise<string> {
  const { id } = await stripe().paymentMethods.create({ type: "card", card: { token } });
  await stripe().paymentMethods.attach(id, { customer });
  return id;
}

/** What the portal does when somebody gives a new card there. */
async function changeCard(subscriber: Subscriber, token: string): Promise<string> {
  const card = await saveCard(subscriber, token);
  await stripe().customers.update(subscriber.customer, { invoice_settings: { default_payment_method: card } });
  return card;
}

async function failRenewal(subscriber: Subscriber): Promise<Stripe.Invoice> {
  const failing = await saveCard(subscriber, "tok_chargeCustomerFail");
  const { items } = await stripe().subscriptions.update(subscriber.subscription, { default_payment_method: failing });
  const end = items.data[0]?.current_period_end ?? 0;
  await scene.advance(end - Math.floor(now().getTime() / 1000) + 2 * HOUR);
  await processPendingEvents();
  await scene.settle();
  const { data } = await stripe().invoices.list({ customer: subscriber.customer, status: "open" });
  if (!data[0]) throw new Error("No invoice is open");
  return data[0];
}

const cardOf = async ({ subscription }: Subscriber) =>
  (await stripe().subscriptions.retrieve(subscription)).default_payment_method;
const problemOf = async (invoice: Stripe.Invoice) => {
  const [row] = await scene.database
    .sql`select status, payment_problem from public.invoices where id = ${String(invoice.id)}`;
  return row;
};

test("a card changed in the portal is set on the plan, pays what is open at once, and ends the case", async () => {
  const subscriber = await subscribe();
  const invoice = await failRenewal(subscriber);
  expect((await readStanding(subscriber.account)).dunning?.stage).toBe("retrying");
  const card = await changeCard(subscriber, "tok_visa");
  await scene.settle();
  await scene.settle();
  expect(await cardOf(subscriber)).toBe(card);
  expect((await stripe().invoices.retrieve(String(invoice.id))).status).toBe("paid");
  expect((await readStanding(subscriber.account)).dunning).toBeNull();
});

test("a new card that is declined too says so on the invoice, and moves no stage", async () => {
  const subscriber = await subscribe();
  const invoice = await failRenewal(subscriber);
  const before = await readStanding(subscriber.account);
  await changeCard(subscriber, "tok_chargeCustomerFail");
  await scene.settle();
  await scene.settle();
  const after = await stripe().invoices.retrieve(String(invoice.id));
  expect([after.status, after.attempt_count]).toEqual(["open", invoice.attempt_count]);
  expect(await problemOf(invoice)).toEqual({ status: "open", payment_problem: expect.stringContaining("declined") });
  expect((await readStanding(subscriber.account)).dunning).toEqual(before.dunning);

  await changeCard(subscriber, "tok_visa");
  await scene.settle();
  await scene.settle();
  expect(await problemOf(invoice)).toEqual({ status: "paid", payment_problem: null });
});

test("a card that is merely saved changes nothing", async () => {
  const subscriber = await subscribe();
  const before = await cardOf(subscriber);
  await saveCard(subscriber, "tok_mastercard");
  await scene.settle();
  expect(await cardOf(subscriber)).toBe(before);
});

test("an old event changes nothing: the customer's present card counts, and a later purchase keeps its own", async () => {
  const subscriber = await subscribe();
  const old = await changeCard(subscriber, "tok_mastercard");
  await scene.settle();
  const present = await changeCard(subscriber, "tok_visa");
  await scene.settle();
  const told = scene.received.findLast(({ body }) => body.includes(old) && body.includes('"customer.updated"'));
  const event = JSON.parse(told?.body ?? "{}") as Stripe.Event;
  const again = async (change: Partial<Stripe.Event>) => {
    const payload = JSON.stringify({ ...event, ...change });
    const secret = String(process.env.STRIPE_WEBHOOK_SECRET);
    const timestamp = Math.floor(now().getTime() / 1000);
    const signature = stripe().webhooks.generateTestHeaderString({ payload, secret, timestamp });
    expect((await receiveStripeEvent(payload, signature)).code).toBe("stored");
    await processPendingEvents();
  };
  await again({ id: "evt_late_about_the_old_card" });
  expect(await cardOf(subscriber)).toBe(present);

  const own = await saveCard(subscriber, "tok_amex");
  await stripe().subscriptions.update(subscriber.subscription, { default_payment_method: own });
  await again({ id: "evt_from_before_the_purchase", created: event.created - 24 * HOUR });
  expect(await cardOf(subscriber)).toBe(own);
});

test("open invoices are paid once each, the oldest first, however often Stripe tells of the card", async () => {
  const subscriber = await subscribe();
  await failRenewal(subscriber);
  const older = await stripe().invoices.list({ customer: subscriber.customer, status: "open" });
  const before = scene.received.length;
  await changeCard(subscriber, "tok_visa");
  await scene.settle();
  await scene.settle();
  const paid = scene.received
    .slice(before)
    .map(({ body }) => JSON.parse(body) as Stripe.Event)
    .filter((event) => event.type === "invoice.paid")
    .map((event) => (event.data.object as Stripe.Invoice).id);
  expect(paid).toEqual(older.data.map(({ id }) => id).reverse());
});
