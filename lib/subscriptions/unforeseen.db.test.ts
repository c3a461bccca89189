import type Stripe from "stripe";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import { planOf } from "@/lib/billing/offers";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
afterEach(() => vi.restoreAllMocks());

const { subscribe, settle, renew, entitlement, total } = subscribersOf(() => scene);
const allowance = planOf("starter").monthlyAllowance;

/** Events that were tried in vain, so that a test sees a failure that would be tried again for days. */
const failed = async ({ customer }: Subscriber) =>
  (
    await scene.database
      .sql`select type, last_error from public.stripe_events where customer_id = ${customer} and last_error is not null`
  ).map((row) => ({ ...row }));

async function foreignPrice(): Promise<string> {
  const product = await stripe().products.create({ name: "An arrangement by hand" });
  const price = await stripe().prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 12_300,
    recurring: { interval: "month" },
  });
  return price.id;
}

test("a plan moved to a price that we do not sell fails no event, and takes no credits away", async () => {
  const subscriber = await subscribe("starter");
  const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
  const base = items.data.find(({ price }) => price.recurring?.usage_type === "licensed");
  await stripe().subscriptions.update(subscriber.subscription, {
    items: [{ id: base?.id ?? "", price: await foreignPrice() }],
    proration_behavior: "none",
  });
  await settle();
  expect(await failed(subscriber)).toEqual([]);
  expect(await total(subscriber)).toBe(allowance);
  expect((await entitlement(subscriber)).plan).toBe("starter");
});

test("an invoice with lines of every kind is kept whole, and brings the plan's credits once", async () => {
  const subscriber = await subscribe("starter");
  const { customer, subscription } = subscriber;
  await stripe().invoiceItems.create({ customer, subscription, amount: 1250, currency: "usd", description: "Setup" });
  await stripe().invoiceItems.create({ customer, subscription, amount: -300, currency: "usd", description: "Sorry" });
  await stripe().subscriptionItems.create({
    subscription,
    price: await foreignPrice(),
    proration_behavior: "create_prorations",
  });
  await renew(subscriber);
  expect(await failed(subscriber)).toEqual([]);
  expect(await total(subscriber)).toBe(allowance);
  const [latest] = (await stripe().invoices.list({ subscription, limit: 1 })).data;
  const kept = await scene.database.sql<Array<{ amount_cents: string }>>`
    select amount_cents from public.invoice_lines where invoice_id = ${latest?.id ?? ""}`;
  expect(kept.map(({ amount_cents }) => Number(amount_cents)).sort()).toEqual(
    latest?.lines.data.map(({ amount }) => amount).sort(),
  );
});

test("a status that this code does not know is kept as unknown: no event fails, and nobody loses a plan by it", async () => {
  const subscriber = await subscribe("starter");
  const list = stripe().subscriptions.list.bind(stripe().subscriptions);
  vi.spyOn(stripe().subscriptions, "list").mockImplementation(((params: Stripe.SubscriptionListParams) => {
    const found = list(params);
    return {
      async *[Symbol.asyncIterator]() {
        for await (const subscription of found) yield { ...subscription, status: "hibernating" };
      },
    };
  }) as never);
  await stripe().subscriptions.update(subscriber.subscription, { metadata: { note: "asleep" } });
  await settle();
  expect(await failed(subscriber)).toEqual([]);
  expect((await readStanding(subscriber.account)).subscription?.status).toBe("unknown");
  expect((await entitlement(subscriber)).plan).toBe("starter");
  expect(await total(subscriber)).toBe(allowance);
});
