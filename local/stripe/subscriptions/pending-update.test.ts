import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { refusal } from "../test-double.ts";
import { day, hour, openSubscriptionBench } from "./test-bench.ts";

const bench = openSubscriptionBench();

/** An upgrade to Pro that is only made when its invoice is paid. */
const upgrade = (subscription: string, item: string, proration_date?: number) =>
  bench.stripe.subscriptions.update(subscription, {
    items: [{ id: item, price: bench.sold.pro.id }],
    payment_behavior: "pending_if_incomplete",
    proration_behavior: "always_invoice",
    proration_date,
  });
const halfway = ({ current_period_start: start, current_period_end: end }: Stripe.SubscriptionItem) =>
  start + Math.floor((end - start) / 2);

describe("an upgrade that waits for its payment", () => {
  test("is made at once when the card pays, by the second of the proration date", async () => {
    const { subscription, item } = await bench.subscribed();
    const middle = halfway(item);
    await bench.advanceTo(middle + 600);
    const changed = await upgrade(subscription.id, item.id, middle);
    expect(changed).toMatchObject({ pending_update: null, status: "active", items: { data: [{ id: item.id }] } });
    expect(changed.items.data[0]?.price.id).toBe(bench.sold.pro.id);
    const [invoice] = await bench.invoicesOf(subscription.id);
    expect(invoice).toMatchObject({ billing_reason: "subscription_update", status: "paid", total: 1450 });
    expect(invoice?.lines.data.map(({ amount, period }) => [amount, period.start])).toEqual([
      [-1450, middle],
      [2900, middle],
    ]);
    expect(await bench.types()).not.toContain("customer.subscription.pending_update_applied");
  });

  test("leaves the old plan in force while the card refuses, and is made when the invoice is paid", async () => {
    const { customer, subscription, item } = await bench.subscribed();
    await bench.advanceTo(halfway(item));
    await bench.declineNext(customer.id, 1);
    const waiting = await upgrade(subscription.id, item.id);
    expect(waiting.status).toBe("active");
    expect(waiting.items.data[0]?.price.id).toBe(bench.sold.base.id);
    expect(waiting.pending_update).toMatchObject({ subscription_items: [{ price: { id: bench.sold.pro.id } }] });
    expect((waiting.pending_update?.expires_at ?? 0) - bench.now()).toBeGreaterThan(23 * hour - 60);
    const open = await bench.stripe.invoices.retrieve(String(waiting.latest_invoice));
    expect(open).toMatchObject({ status: "open", attempt_count: 1, next_payment_attempt: null, auto_advance: false });
    await bench.advance(6 * hour);
    await bench.stripe.invoices.pay(open.id ?? "");
    const applied = await bench.stripe.subscriptions.retrieve(subscription.id);
    expect(applied).toMatchObject({ pending_update: null, items: { data: [{ price: { id: bench.sold.pro.id } }] } });
    const types = await bench.types();
    expect(types).toContain("customer.subscription.pending_update_applied");
    expect(types).not.toContain("customer.subscription.pending_update_expired");
  });

  test("is given up after 23 hours: its invoice is void and nothing was changed", async () => {
    const { customer, subscription, item } = await bench.subscribed();
    await bench.declineNext(customer.id, 1);
    await bench.advance(day);
    const waiting = await upgrade(subscription.id, item.id);
    await bench.declineNext(customer.id, 0);
    await bench.advance(23 * hour + 1);
    const kept = await bench.stripe.subscriptions.retrieve(subscription.id);
    expect(kept).toMatchObject({ pending_update: null, status: "active" });
    expect(kept.items.data[0]?.price.id).toBe(bench.sold.base.id);
    expect((await bench.stripe.invoices.retrieve(String(waiting.latest_invoice))).status).toBe("void");
    expect(await bench.types()).toContain("customer.subscription.pending_update_expired");
    await bench.advanceTo(item.current_period_end + 2 * hour);
    expect((await bench.invoicesOf(subscription.id))[0]).toMatchObject({ total: 2900, status: "paid" });
  });

  test("expires with the period when that ends before the 23 hours", async () => {
    const { customer, subscription, item } = await bench.subscribed();
    await bench.advanceTo(item.current_period_end - 20 * hour);
    await bench.declineNext(customer.id, 1);
    const waiting = await upgrade(subscription.id, item.id);
    expect(waiting.pending_update?.expires_at).toBe(item.current_period_end);
  });

  test("gives way to another change, whose invoice replaces its own", async () => {
    const { customer, subscription, item } = await bench.subscribed();
    await bench.advanceTo(halfway(item));
    await bench.declineNext(customer.id, 1);
    const first = await upgrade(subscription.id, item.id);
    const second = await upgrade(subscription.id, item.id);
    expect(second).toMatchObject({ pending_update: null, items: { data: [{ price: { id: bench.sold.pro.id } }] } });
    expect((await bench.stripe.invoices.retrieve(String(first.latest_invoice))).status).toBe("void");
    expect(await bench.invoicesOf(subscription.id)).toMatchObject([
      { status: "paid", total: 1450 },
      { status: "void" },
      { status: "paid" },
    ]);
  });

  test("waits at the bank's 3D Secure as well", async () => {
    const { customer, subscription, item } = await bench.subscribed();
    const method = await bench.stripe.paymentMethods.attach("pm_card_authenticationRequired", {
      customer: customer.id,
    });
    await bench.stripe.subscriptions.update(subscription.id, { default_payment_method: method.id });
    await bench.advanceTo(halfway(item));
    expect((await upgrade(subscription.id, item.id)).pending_update).not.toBeNull();
    expect(await bench.types()).toContain("invoice.payment_action_required");
  });

  test("takes only the parameters Stripe takes with it", async () => {
    const { subscription, item } = await bench.subscribed();
    const error = await refusal(
      bench.stripe.subscriptions.update(subscription.id, {
        items: [{ id: item.id, price: bench.sold.pro.id }],
        payment_behavior: "pending_if_incomplete",
        metadata: { a: "1" },
      }),
    );
    expect(error.message).toContain("you can only pass supported params");
  });

  test("refuses a proration date outside the current period", async () => {
    const { subscription, item } = await bench.subscribed();
    const error = await refusal(upgrade(subscription.id, item.id, item.current_period_start - day));
    expect(error).toMatchObject({ statusCode: 400, param: "proration_date" });
  });
});

describe("a change of interval in mid-period", () => {
  test("starts the cycle anew: the rest is credited, the new period charged in full at once", async () => {
    const { subscription, item } = await bench.subscribed();
    const middle = halfway(item);
    await bench.advanceTo(middle);
    const changed = await bench.stripe.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: bench.sold.yearly.id }],
      proration_date: middle,
    });
    expect(changed.billing_cycle_anchor).toBeGreaterThanOrEqual(middle);
    expect(changed.items.data[0]?.current_period_start).toBe(changed.billing_cycle_anchor);
    const [invoice] = await bench.invoicesOf(subscription.id);
    expect(invoice).toMatchObject({ status: "paid", total: 29_000 - 1450 });
  });
});

describe("a change under a discount", () => {
  test("credits what was really charged and charges what the discount leaves", async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 50, duration: "forever" });
    const { subscription, item } = await bench.subscribed({ discounts: [{ coupon: coupon.id }] });
    const middle = halfway(item);
    await bench.advanceTo(middle);
    await upgrade(subscription.id, item.id, middle);
    const [invoice] = await bench.invoicesOf(subscription.id);
    expect(invoice?.lines.data.map(({ amount }) => amount)).toEqual([-725, 1450]);
    expect(invoice?.total).toBe(725);
  });
});
