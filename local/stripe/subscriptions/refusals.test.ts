import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { refusal } from "../test-double.ts";
import { day, openSubscriptionBench } from "./test-bench.ts";

const bench = openSubscriptionBench();

const update = (id: string, params: Record<string, unknown>) =>
  refusal(bench.stripe.subscriptions.update(id, params as Stripe.SubscriptionUpdateParams));

describe("a change of a subscription is refused", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["with a field that was removed: coupon", { coupon: "ten" }, "coupon"],
    ["with a field that was removed: promotion_code", { promotion_code: "promo_1" }, "promotion_code"],
    ["with a field that was removed: prorate", { prorate: true }, "prorate"],
    ["with the anchor as a word, as it used to be", { billing_cycle_anchor: "now" }, "billing_cycle_anchor"],
    ["with a misspelled field", { cancel_at_end: true }, "cancel_at_end"],
    ["with a coupon that does not exist", { discounts: [{ coupon: "none" }] }, "discounts[0][coupon]"],
    ["with a payment method that does not exist", { default_payment_method: "pm_none" }, "default_payment_method"],
    ["with both ways of ending it", { cancel_at: "max_period_end", cancel_at_period_end: true }, "cancel_at"],
    ["with a trial that ends in the past", { trial_end: 1_000_000_000 }, "trial_end"],
  ])("%s", async (_case, params, param) => {
    const { subscription } = await bench.subscribed();
    expect(await update(subscription.id, params)).toMatchObject({ statusCode: 400, param });
  });

  test("with an end that is over", async () => {
    const { subscription } = await bench.subscribed();
    expect((await update(subscription.id, { cancel_at: bench.now() - 10 })).param).toBe("cancel_at");
  });

  test("with an item twice, one that is not its own, or none left", async () => {
    const { subscription, item } = await bench.subscribed();
    const other = await bench.subscribed();
    const twice = [
      { id: item.id, quantity: 2 },
      { id: item.id, quantity: 3 },
    ];
    expect((await update(subscription.id, { items: twice })).param).toBe("items");
    expect((await update(subscription.id, { items: [{ id: other.item.id }] })).param).toBe("items[0][id]");
    expect((await update(subscription.id, { items: [{ id: item.id, deleted: true }] })).param).toBe("items");
  });

  test("with a quantity on a metered item, or a price that is not for sale", async () => {
    const { subscription, item } = await bench.subscribed();
    const metered = { price: bench.sold.overage.id, quantity: 1 };
    expect((await update(subscription.id, { items: [metered] })).param).toBe("items[0][quantity]");
    const product = await bench.stripe.products.create({ name: "Gone" });
    const gone = await bench.stripe.prices.create({
      product: product.id,
      currency: "usd",
      unit_amount: 100,
      recurring: { interval: "month" },
    });
    await bench.stripe.prices.update(gone.id, { active: false });
    expect((await update(subscription.id, { items: [{ id: item.id, price: gone.id }] })).message).toContain("inactive");
  });

  test("once it has ended, but for its words", async () => {
    const { subscription, item } = await bench.subscribed();
    await bench.stripe.subscriptions.cancel(subscription.id);
    const change = { items: [{ id: item.id, price: bench.sold.pro.id }] };
    expect((await update(subscription.id, change)).message).toContain("canceled subscription can only update");
    expect((await update(subscription.id, { cancel_at: "" })).statusCode).toBe(400);
    expect((await refusal(bench.stripe.subscriptions.cancel(subscription.id))).code).toBe("resource_missing");
    const noted = await bench.stripe.subscriptions.update(subscription.id, { metadata: { why: "moved" } });
    expect(noted.metadata).toEqual({ why: "moved" });
  });
});

describe("a subscription is refused", () => {
  const create = async (params: Partial<Stripe.SubscriptionCreateParams>) => {
    const { customer } = await bench.subscribed();
    const items = [{ price: bench.sold.base.id }];
    return refusal(bench.stripe.subscriptions.create({ customer: customer.id, items, ...params }));
  };

  test("with two ways of saying how long its trial is", async () => {
    expect((await create({ trial_period_days: 14, trial_end: bench.now() + day })).param).toBe("trial_period_days");
  });

  test("with a payment method of somebody else, or of nobody", async () => {
    const { customer } = await bench.subscribed();
    const theirs = String(customer.invoice_settings.default_payment_method);
    const loose = await bench.stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    for (const method of [theirs, loose.id]) {
      expect((await create({ default_payment_method: method })).param).toBe("default_payment_method");
    }
  });

  test("with days to pay where it is charged automatically, or none where its invoices are sent", async () => {
    expect((await create({ days_until_due: 30 })).param).toBe("days_until_due");
    expect((await create({ collection_method: "send_invoice" })).param).toBe("days_until_due");
    const { subscription } = await bench.subscribed();
    expect((await update(subscription.id, { collection_method: "send_invoice" })).param).toBe("days_until_due");
  });

  test("any change but its words and its payment method until its first invoice is paid", async () => {
    const customer = await bench.stripe.customers.create({
      payment_method: "pm_card_chargeCustomerFail",
      invoice_settings: { default_payment_method: "pm_card_chargeCustomerFail" },
    });
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.base.id }],
    });
    expect(made.status).toBe("incomplete");
    const swap = { items: [{ id: made.items.data[0]?.id, price: bench.sold.pro.id }] };
    expect((await update(made.id, swap)).param).toBe("items");
    expect((await update(made.id, { cancel_at_period_end: true })).param).toBe("cancel_at_period_end");
    expect((await bench.stripe.subscriptions.update(made.id, { metadata: { a: "1" } })).metadata).toEqual({ a: "1" });
  });
});

describe("what an update keeps", () => {
  test("a quantity falls back to one when the price changes, unless it is said again", async () => {
    const { subscription, item } = await bench.subscribed();
    await bench.stripe.subscriptions.update(subscription.id, { items: [{ id: item.id, quantity: 3 }] });
    const swapped = await bench.stripe.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: bench.sold.pro.id }],
    });
    expect(swapped.items.data[0]?.quantity).toBe(1);
  });

  test("a trial ended by hand is charged at once", async () => {
    const { subscription } = await bench.subscribed({ trial_period_days: 14 });
    await bench.advance(3 * day);
    const active = await bench.stripe.subscriptions.update(subscription.id, { trial_end: "now" });
    expect(active.status).toBe("active");
    expect((await bench.invoicesOf(subscription.id))[0]).toMatchObject({
      status: "paid",
      total: 2900,
      billing_reason: "subscription_update",
    });
  });
});
