import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeCatalogue, subscriber } from "../subscriptions/test-catalogue.ts";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

const minute = 60;
const day = 86_400;

let bench: TestDouble;
let stripe: Stripe;
let meter: Stripe.Billing.Meter;
let customer: Stripe.Customer;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
  meter = (await makeCatalogue(stripe)).meter;
});
beforeEach(async () => {
  customer = await subscriber(stripe);
});
afterAll(() => bench.close());

const now = () => Math.floor(bench.double.engine.clock.nowMs() / 1000);
const send = (value: string, more: Partial<Stripe.Billing.MeterEventCreateParams> = {}) =>
  stripe.billing.meterEvents.create({
    event_name: meter.event_name,
    payload: { stripe_customer_id: customer.id, value },
    ...more,
  });
const total = async (start = floor(now() - 40 * day), end = floor(now() + 10 * minute)) => {
  const { data } = await stripe.billing.meters.listEventSummaries(meter.id, {
    customer: customer.id,
    start_time: start,
    end_time: end,
  });
  return data.reduce((sum, { aggregated_value }) => sum + aggregated_value, 0);
};
const totalOf = async (of: Stripe.Billing.Meter) => {
  const span = { start_time: floor(now() - 90 * day), end_time: floor(now() + 10 * minute) };
  const { data } = await stripe.billing.meters.listEventSummaries(of.id, { customer: customer.id, ...span });
  return data.reduce((sum, { aggregated_value }) => sum + aggregated_value, 0);
};
const floor = (seconds: number) => Math.floor(seconds / minute) * minute;

describe("a meter event", () => {
  test("counts for its customer, at the time it says", async () => {
    const event = await send("5", { identifier: `five-${customer.id}`, timestamp: now() - 2 * day });
    expect(event).toMatchObject({ object: "billing.meter_event", identifier: `five-${customer.id}` });
    await send("7");
    expect(await total()).toBe(12);
    expect(await total(floor(now() - day))).toBe(7);
  });

  test("with an identifier of the last 24 hours is refused, and with an older one counted again", async () => {
    const identifier = `once-${customer.id}`;
    await send("10", { identifier });
    const again = await refusal(send("10", { identifier }));
    expect(again).toMatchObject({ statusCode: 400 });
    expect(again.message).toContain(`An event already exists with identifier ${identifier}`);
    expect(await total()).toBe(10);
    await bench.advance(day + 1);
    await send("10", { identifier });
    expect(await total()).toBe(20);
  });

  test.each([
    ["36 days ago", -36 * day],
    ["six minutes ahead", 6 * minute],
  ])("dated %s is refused", async (_when, offset) => {
    expect((await refusal(send("1", { timestamp: now() + offset }))).param).toBe("timestamp");
  });

  test.each([
    ["34 days ago", -34 * day],
    ["four minutes ahead", 4 * minute],
  ])("dated %s is taken", async (_when, offset) => {
    await send("1", { timestamp: now() + offset });
    expect(await total()).toBe(1);
  });

  test.each(["1.5", "1e3", "", "many", "12345678901234567890"])("with the value %j is refused", async (value) => {
    expect((await refusal(send(value))).statusCode).toBe(400);
    expect(await total()).toBe(0);
  });

  test("for a meter that does not exist or is deactivated is refused", async () => {
    expect((await refusal(send("1", { event_name: "nothing" }))).param).toBe("event_name");
    await stripe.billing.meters.deactivate(meter.id);
    expect((await refusal(send("1"))).param).toBe("event_name");
    expect(await stripe.billing.meters.reactivate(meter.id)).toMatchObject({ status: "active" });
    await send("1");
  });

  test("can be taken back within 24 hours and not later", async () => {
    const identifier = `wrong-${customer.id}`;
    await send("100", { identifier });
    const cancel = () =>
      stripe.billing.meterEventAdjustments.create({
        event_name: meter.event_name,
        type: "cancel",
        cancel: { identifier },
      });
    await cancel();
    expect(await total()).toBe(0);
    await bench.advance(day + 1);
    expect((await refusal(cancel())).statusCode).toBe(400);
  });

  test("is not taken back under the name of another meter", async () => {
    const identifier = `named-${customer.id}`;
    await send("4", { identifier });
    const wrong = { event_name: "another", type: "cancel" as const, cancel: { identifier } };
    expect((await refusal(stripe.billing.meterEventAdjustments.create(wrong))).statusCode).toBe(400);
    expect(await total()).toBe(4);
  });

  test("shows in summaries only after the lag", async () => {
    await bench.control("POST", "settings", { meterLagSeconds: 300 });
    await send("9");
    expect(await total()).toBe(0);
    await bench.advance(301);
    expect(await total()).toBe(9);
    const identifier = `lagging-${customer.id}`;
    await send("2", { identifier });
    await bench.advance(301);
    const back = { event_name: meter.event_name, type: "cancel" as const, cancel: { identifier } };
    expect(await stripe.billing.meterEventAdjustments.create(back)).toMatchObject({ status: "pending" });
    expect(await total()).toBe(11);
    await bench.advance(301);
    expect(await total()).toBe(9);
    await bench.control("POST", "settings", { meterLagSeconds: 0 });
  });
});

describe("a meter event and the invoice", () => {
  test("goes by its own time, and one that comes after its period was invoiced is taken and billed nowhere", async () => {
    const { base, overage, meter: own } = await makeCatalogue(stripe);
    const items = [{ price: base.id }, { price: overage.id }];
    const subscription = await stripe.subscriptions.create({ customer: customer.id, items });
    const use = (value: string, timestamp: number) =>
      stripe.billing.meterEvents.create({
        event_name: own.event_name,
        payload: { stripe_customer_id: customer.id, value },
        timestamp,
      });
    const end = subscription.items.data[0]?.current_period_end ?? 0;
    await use("8000", now());
    await bench.control("POST", "clock", { to: new Date((end + 60) * 1000).toISOString() });
    await use("800", end - 1);
    await use("80", end);
    await bench.advance(2 * 3600);
    await use("16000", end - 1);
    await bench.control("POST", "clock", { to: "next_renewal", customer: customer.id });
    await bench.advance(2 * 3600);
    const { data } = await stripe.invoices.list({ customer: customer.id });
    const quantities = data.flatMap(({ lines }) =>
      lines.data.filter(({ pricing }) => pricing?.price_details?.price === overage.id).map(({ quantity }) => quantity),
    );
    expect(quantities).toEqual([80, 8800]);
    expect(await totalOf(own)).toBe(8000 + 800 + 80 + 16_000);
  });
});

describe("with Stripe's limits switched on", () => {
  test("two calls at once for one customer and meter are 429 lock_timeout, for two customers they are not", async () => {
    const other = await subscriber(stripe);
    await bench.control("POST", "settings", { meterLock: true });
    await bench.control("POST", "faults", { path: "/v1/billing/meter_events", times: 3, delayMs: 40 });
    const first = send("1");
    const second = refusal(send("2"));
    const third = stripe.billing.meterEvents.create({
      event_name: meter.event_name,
      payload: { stripe_customer_id: other.id, value: "3" },
    });
    expect(await second).toMatchObject({ statusCode: 429, code: "lock_timeout" });
    await Promise.all([first, third]);
    expect(await total()).toBe(1);
    await send("2");
    expect(await total()).toBe(3);
    await bench.control("POST", "settings", { meterLock: false });
  });

  test("more requests than the rate allows are 429 with the reason in a header", async () => {
    await bench.control("POST", "settings", { rateLimitPerSecond: 5 });
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => stripe.customers.retrieve(customer.id)));
    await bench.control("POST", "settings", { rateLimitPerSecond: 0 });
    const refused = answers.flatMap((answer) =>
      answer.status === "rejected" ? [answer.reason as Stripe.errors.StripeError] : [],
    );
    expect(refused.length).toBeGreaterThanOrEqual(7);
    expect(refused[0]).toMatchObject({ statusCode: 429, code: "rate_limit" });
    expect(refused[0]?.headers?.["stripe-rate-limited-reason"]).toBe("global-rate");
  });
});

describe("a meter", () => {
  test("summarizes by the hour, and refuses bounds that are not aligned", async () => {
    const hour = Math.floor(now() / 3600) * 3600;
    await send("1", { timestamp: hour - 2 * 3600 });
    await send("2", { timestamp: hour - 3600 });
    await send("3", { timestamp: hour - 3600 + 5 });
    const list = (start_time: number) =>
      stripe.billing.meters.listEventSummaries(meter.id, {
        customer: customer.id,
        start_time,
        end_time: hour,
        value_grouping_window: "hour",
      });
    expect((await list(hour - 4 * 3600)).data.map(({ aggregated_value }) => aggregated_value).toSorted()).toEqual([
      1, 5,
    ]);
    expect((await refusal(list(hour - 60))).param).toBe("start_time");
  });

  test("has its event name to itself", async () => {
    const error = await refusal(
      stripe.billing.meters.create({
        display_name: "Twice",
        event_name: meter.event_name,
        default_aggregation: { formula: "sum" },
      }),
    );
    expect(error.param).toBe("event_name");
  });

  test("is needed by every metered price", async () => {
    const product = await stripe.products.create({ name: "Unmetered" });
    const recurring = { interval: "month", usage_type: "metered" } as const;
    const error = await refusal(
      stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 1, recurring }),
    );
    expect(error.param).toBe("recurring[meter]");
  });
});
