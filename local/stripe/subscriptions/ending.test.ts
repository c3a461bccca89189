import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestDouble, type TestDouble } from "../test-double.ts";
import { type Catalogue, makeCatalogue, subscriber } from "./test-catalogue.ts";

const hour = 3600;
const day = 24 * hour;

let bench: TestDouble;
let stripe: Stripe;
let sold: Catalogue;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
  sold = await makeCatalogue(stripe);
});
beforeEach(async () => {
  await bench.types();
  bench.caught.length = 0;
});
afterAll(() => bench.close());

const now = () => Math.floor(bench.double.engine.clock.nowMs() / 1000);
const hybrid = (customer: string, params: Partial<Stripe.SubscriptionCreateParams> = {}) =>
  stripe.subscriptions.create({ customer, items: [{ price: sold.base.id }, { price: sold.overage.id }], ...params });
const use = (customer: string, value: number, at = now()) =>
  stripe.billing.meterEvents.create({
    event_name: sold.meter.event_name,
    payload: { stripe_customer_id: customer, value: String(value) },
    timestamp: at,
  });
const invoicesOf = async (subscription: string) => (await stripe.invoices.list({ subscription })).data;

describe("ending a subscription", () => {
  test("at period end ends a yearly plan with monthly use at the earliest end, and max_period_end at the latest", async () => {
    const customer = await subscriber(stripe);
    const yearly = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: sold.yearly.id }] });
    await stripe.subscriptions.update(yearly.id, { items: [{ price: sold.overage.id }] });
    const early = await stripe.subscriptions.update(yearly.id, { cancel_at_period_end: true });
    const [base, overage] = early.items.data;
    expect(early).toMatchObject({ cancel_at: overage?.current_period_end, cancel_at_period_end: true });
    const resumed = await stripe.subscriptions.update(yearly.id, { cancel_at_period_end: false });
    expect(resumed).toMatchObject({ cancel_at: null, cancel_at_period_end: false, canceled_at: null });
    const late = await stripe.subscriptions.update(yearly.id, { cancel_at: "max_period_end" });
    expect(late).toMatchObject({ cancel_at: base?.current_period_end, cancel_at_period_end: false });
    expect(await stripe.subscriptions.update(yearly.id, { cancel_at: "" })).toMatchObject({ cancel_at: null });
  });

  test("as planned stops renewals and bills the use of the last period", async () => {
    const customer = await subscriber(stripe);
    const subscription = await hybrid(customer.id, { cancel_at_period_end: true });
    await use(customer.id, 800_000);
    await bench.advance(33 * day);
    const listed = await stripe.subscriptions.list({ customer: customer.id });
    expect(listed.data).toEqual([]);
    const ended = await stripe.subscriptions.retrieve(subscription.id);
    expect(ended.status).toBe("canceled");
    expect(await invoicesOf(subscription.id)).toMatchObject([{ total: 10_000, status: "paid" }, { total: 2900 }]);
  });

  test("at once leaves use unbilled, unless it is asked to bill it now", async () => {
    const customer = await subscriber(stripe);
    const one = await hybrid(customer.id);
    await use(customer.id, 800_000);
    await stripe.subscriptions.cancel(one.id);
    expect(await invoicesOf(one.id)).toHaveLength(1);
    const another = await subscriber(stripe);
    const other = await hybrid(another.id);
    await bench.advance(60);
    await use(another.id, 1_600_000);
    await bench.advance(60);
    await stripe.subscriptions.cancel(other.id, { invoice_now: true, prorate: false });
    expect((await invoicesOf(other.id))[0]).toMatchObject({ total: 20_000, status: "paid" });
  });

  test("at once stops the collection of every open invoice of the customer", async () => {
    await bench.control("POST", "settings", { endOfRetries: "past_due" });
    const customer = await subscriber(stripe);
    const subscription = await hybrid(customer.id);
    await bench.control("POST", "dashboard/decline-next", { customer: customer.id, times: 1 });
    await bench.advance(33 * day);
    const [open] = await invoicesOf(subscription.id);
    expect(open?.status).toBe("open");
    await stripe.subscriptions.cancel(subscription.id);
    expect(await stripe.invoices.retrieve(open?.id ?? "")).toMatchObject({
      auto_advance: false,
      next_payment_attempt: null,
    });
    await bench.advance(20 * day);
    expect(await stripe.invoices.retrieve(open?.id ?? "")).toMatchObject({ status: "open", attempt_count: 1 });
  });
});
