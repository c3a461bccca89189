import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { refusal } from "../../test-double.ts";
import { day, hour, openSubscriptionBench } from "../test-bench.ts";
import { subscriber } from "../test-catalogue.ts";

const bench = openSubscriptionBench();

type PhaseParams = Stripe.SubscriptionScheduleUpdateParams.Phase;

/** A schedule around a subscription whose second phase has these items. */
async function planNext(subscription: string, next: Partial<PhaseParams> & Pick<PhaseParams, "items">) {
  const made = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription });
  const [current] = made.phases;
  if (!current) throw new Error("A schedule has at least one phase");
  const items = current.items.map(({ price, quantity }) => ({ price: String(price), quantity }));
  return bench.stripe.subscriptionSchedules.update(made.id, {
    phases: [{ items, start_date: current.start_date, end_date: current.end_date, proration_behavior: "none" }, next],
    metadata: { change: "downgrade" },
  });
}

const pricesOf = (subscription: Stripe.Subscription) => subscription.items.data.map(({ price }) => price.id);

describe("a schedule around a subscription", () => {
  test("swaps the plan when the period ends: the renewal is at the new price, the use at the old", async () => {
    const customer = await subscriber(bench.stripe);
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.pro.id }, { price: bench.sold.overage.id }],
    });
    const end = made.items.data[0]?.current_period_end ?? 0;
    const other = await bench.stripe.prices.create({
      product: String(bench.sold.overage.product),
      currency: "usd",
      unit_amount: 1,
      recurring: { interval: "month", usage_type: "metered", meter: bench.sold.meter.id },
    });
    const schedule = await planNext(made.id, { items: [{ price: bench.sold.base.id }, { price: other.id }] });
    expect(schedule).toMatchObject({ status: "active", metadata: { change: "downgrade" } });
    expect(schedule.current_phase?.end_date).toBe(end);
    await bench.use(customer.id, 400_000);
    const preview = await bench.stripe.invoices.createPreview({ subscription: made.id });
    await bench.advanceTo(end + 2 * hour);
    const after = await bench.stripe.subscriptions.retrieve(made.id);
    expect(pricesOf(after)).toEqual([bench.sold.base.id, other.id]);
    expect(after.items.data.every(({ current_period_start }) => current_period_start === end)).toBe(true);
    const [renewal] = await bench.invoicesOf(made.id);
    expect(renewal).toMatchObject({ billing_reason: "subscription_cycle", status: "paid", total: 5000 + 2900 });
    expect(renewal?.total).toBe(preview.total);
    expect(renewal?.lines.data.some((line) => line.parent?.subscription_item_details?.proration)).toBe(false);
    await bench.use(customer.id, 5000);
    await bench.advanceTo((after.items.data[0]?.current_period_end ?? 0) + 2 * hour);
    expect((await bench.invoicesOf(made.id))[0]?.total).toBe(2900 + 5000);
  });

  test("goes from monthly to yearly when the month ends, with nothing prorated", async () => {
    const { subscription, item } = await bench.subscribed();
    await planNext(subscription.id, { items: [{ price: bench.sold.yearly.id, quantity: 1 }] });
    await bench.advanceTo(item.current_period_end + 2 * hour);
    const after = await bench.stripe.subscriptions.retrieve(subscription.id);
    const [yearly] = after.items.data;
    expect(yearly?.current_period_start).toBe(item.current_period_end);
    expect((yearly?.current_period_end ?? 0) - item.current_period_end).toBeGreaterThan(364 * day);
    expect((await bench.invoicesOf(subscription.id))[0]).toMatchObject({ status: "paid", total: 29_000 });
  });

  test("leaves a monthly item in its own period when a yearly base ends", async () => {
    const customer = await subscriber(bench.stripe);
    const yearly = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.yearly.id }],
    });
    const both = await bench.stripe.subscriptions.update(yearly.id, { items: [{ price: bench.sold.overage.id }] });
    const [base] = both.items.data;
    await planNext(yearly.id, { items: [{ price: bench.sold.base.id }, { price: bench.sold.overage.id }] });
    await bench.advanceTo((base?.current_period_end ?? 0) + 2 * hour);
    const after = await bench.stripe.subscriptions.retrieve(yearly.id);
    expect(pricesOf(after)).toEqual([bench.sold.base.id, bench.sold.overage.id]);
    const [last] = await bench.invoicesOf(yearly.id);
    expect(last?.lines.data.map(({ amount }) => amount)).toEqual([0, 2900]);
  });

  test("changes the plan of a trial when that ends, and charges the new one once", async () => {
    const { subscription } = await bench.subscribed({ trial_period_days: 14 });
    await planNext(subscription.id, { items: [{ price: bench.sold.pro.id }] });
    const preview = await bench.stripe.invoices.createPreview({ subscription: subscription.id });
    await bench.advance(14 * day + 2 * hour);
    const after = await bench.stripe.subscriptions.retrieve(subscription.id);
    expect(after.status).toBe("active");
    expect(pricesOf(after)).toEqual([bench.sold.pro.id]);
    expect((await bench.invoicesOf(subscription.id)).map(({ total }) => total)).toEqual([5800, 0]);
    expect(preview.total).toBe(5800);
  });

  test("keeps a discount only where the next phase names it", async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 50, duration: "forever" });
    const kept = await bench.subscribed({ discounts: [{ coupon: coupon.id }] });
    const dropped = await bench.subscribed({ discounts: [{ coupon: coupon.id }] });
    const discount = String(kept.subscription.discounts[0]);
    await planNext(kept.subscription.id, { items: [{ price: bench.sold.pro.id }], discounts: [{ discount }] });
    await planNext(dropped.subscription.id, { items: [{ price: bench.sold.pro.id }] });
    await bench.advanceTo(dropped.item.current_period_end + 2 * hour);
    expect((await bench.invoicesOf(kept.subscription.id))[0]?.total).toBe(2900);
    expect((await bench.invoicesOf(dropped.subscription.id))[0]?.total).toBe(5800);
  });

  test("is over with its last phase and lets the subscription go on", async () => {
    const { subscription, item } = await bench.subscribed();
    const schedule = await planNext(subscription.id, {
      items: [{ price: bench.sold.pro.id }],
      duration: { interval: "month", interval_count: 1 },
    });
    await bench.advanceTo(item.current_period_end + 33 * day);
    const done = await bench.stripe.subscriptionSchedules.retrieve(schedule.id);
    expect(done).toMatchObject({ status: "completed", subscription: null, released_subscription: subscription.id });
    const free = await bench.stripe.subscriptions.retrieve(subscription.id);
    expect(free).toMatchObject({ schedule: null, status: "active", cancel_at: null });
    expect(await bench.types()).toEqual(
      expect.arrayContaining([
        "subscription_schedule.created",
        "subscription_schedule.updated",
        "subscription_schedule.expiring",
        "subscription_schedule.completed",
      ]),
    );
  });

  test("ends the subscription with its last phase when it is told to", async () => {
    const { subscription, item } = await bench.subscribed();
    const made = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    await bench.stripe.subscriptionSchedules.update(made.id, { end_behavior: "cancel" });
    expect((await bench.stripe.subscriptions.retrieve(subscription.id)).cancel_at).toBe(item.current_period_end);
    await bench.advanceTo(item.current_period_end + hour);
    expect((await bench.stripe.subscriptions.retrieve(subscription.id)).status).toBe("canceled");
    expect((await bench.stripe.subscriptionSchedules.retrieve(made.id)).status).toBe("completed");
  });

  test("can be released: what it had planned does not happen, and the subscription may be ended again", async () => {
    const { subscription, item } = await bench.subscribed();
    const schedule = await planNext(subscription.id, { items: [{ price: bench.sold.pro.id }] });
    const released = await bench.stripe.subscriptionSchedules.release(schedule.id);
    expect(released).toMatchObject({ status: "released", released_subscription: subscription.id, subscription: null });
    await bench.advanceTo(item.current_period_end + 2 * hour);
    expect(pricesOf(await bench.stripe.subscriptions.retrieve(subscription.id))).toEqual([bench.sold.base.id]);
    await bench.stripe.subscriptions.update(subscription.id, { cancel_at: "max_period_end" });
    expect((await refusal(bench.stripe.subscriptionSchedules.release(schedule.id))).message).toContain(
      "currently in the `released` status",
    );
  });

  test("changes the current phase at once, prorated as the request says", async () => {
    const { subscription, item } = await bench.subscribed();
    const made = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    await bench.advance(5 * day);
    const [current] = made.phases;
    await bench.stripe.subscriptionSchedules.update(made.id, {
      proration_behavior: "always_invoice",
      phases: [{ items: [{ price: bench.sold.pro.id }], start_date: current?.start_date, end_date: current?.end_date }],
    });
    const after = await bench.stripe.subscriptions.retrieve(subscription.id);
    expect(pricesOf(after)).toEqual([bench.sold.pro.id]);
    expect(after.items.data[0]?.current_period_end).toBe(item.current_period_end);
    expect((await bench.invoicesOf(subscription.id))[0]).toMatchObject({
      billing_reason: "subscription_update",
      status: "paid",
    });
  });

  test("follows its subscription when that is canceled", async () => {
    const { subscription } = await bench.subscribed();
    const schedule = await planNext(subscription.id, { items: [{ price: bench.sold.pro.id }] });
    await bench.stripe.subscriptions.cancel(subscription.id);
    expect((await bench.stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe("canceled");
    expect(await bench.types()).toContain("subscription_schedule.canceled");
  });
});

describe("a schedule of phases", () => {
  test("starts its subscription when its first phase begins", async () => {
    const customer = await subscriber(bench.stripe);
    const start = bench.now() + 10 * day;
    const schedule = await bench.stripe.subscriptionSchedules.create({
      customer: customer.id,
      start_date: start,
      phases: [
        { items: [{ price: bench.sold.base.id, quantity: 1 }], duration: { interval: "month" }, metadata: { a: "1" } },
      ],
    });
    expect(schedule).toMatchObject({ status: "not_started", subscription: null });
    await bench.advanceTo(start + 60);
    const started = await bench.stripe.subscriptionSchedules.retrieve(schedule.id, { expand: ["subscription"] });
    expect(started).toMatchObject({ status: "active", subscription: { status: "active", metadata: { a: "1" } } });
    const listed = await bench.stripe.subscriptionSchedules.list({ customer: customer.id });
    expect(listed.data.map(({ id }) => id)).toEqual([schedule.id]);
  });

  test("canceled before it starts never does", async () => {
    const customer = await subscriber(bench.stripe);
    const schedule = await bench.stripe.subscriptionSchedules.create({
      customer: customer.id,
      start_date: bench.now() + day,
      phases: [{ items: [{ price: bench.sold.base.id }] }],
    });
    expect((await bench.stripe.subscriptionSchedules.cancel(schedule.id)).status).toBe("canceled");
    await bench.advance(2 * day);
    expect((await bench.stripe.subscriptions.list({ customer: customer.id, status: "all" })).data).toEqual([]);
  });
});
