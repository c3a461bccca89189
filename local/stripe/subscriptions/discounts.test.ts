import { describe, expect, test } from "vitest";
import { goodCard, sendForm } from "../checkout/test-page.ts";
import { refusal } from "../test-double.ts";
import { day, openSubscriptionBench } from "./test-bench.ts";

const bench = openSubscriptionBench();

const totalsOf = async (subscription: string) =>
  (await bench.invoicesOf(subscription)).map(({ total }) => total).toReversed();

describe("a discount on a subscription", () => {
  test("of 100 % asks nobody for a card, and leaves nothing to pay", async () => {
    const free = await bench.stripe.coupons.create({ percent_off: 100, duration: "forever" });
    const customer = await bench.stripe.customers.create({ email: "guest@example.com" });
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.base.id }],
      discounts: [{ coupon: free.id }],
    });
    expect(made.status).toBe("active");
    await bench.advance(32 * day);
    const invoices = await bench.invoicesOf(made.id);
    expect(invoices).toMatchObject([
      { total: 0, subtotal: 2900, amount_paid: 0, status: "paid" },
      { total: 0, status: "paid" },
    ]);
    expect((await bench.stripe.charges.list({ customer: customer.id })).data).toEqual([]);
  });

  test("of 100 % keeps both lines of a change of plan, of zero each; what is free at its list price has none", async () => {
    const free = await bench.stripe.coupons.create({ percent_off: 100, duration: "forever" });
    const { subscription, item } = await bench.subscribed({ discounts: [{ coupon: free.id }] });
    const swap = (price: string) =>
      bench.stripe.subscriptions.update(subscription.id, {
        items: [{ id: item.id, price }],
        proration_behavior: "always_invoice",
      });
    const linesOf = async () => (await bench.invoicesOf(subscription.id))[0]?.lines.data ?? [];
    const gratis = await bench.stripe.prices.create({
      product: String(bench.sold.base.product),
      currency: "usd",
      unit_amount: 0,
      recurring: { interval: "month" },
    });
    await bench.advance(10 * day);
    for (const [former, next] of [
      [bench.sold.base, bench.sold.pro],
      [bench.sold.pro, bench.sold.base],
    ] as const) {
      await swap(next.id);
      expect(await linesOf()).toMatchObject(
        [
          { amount: 0, description: /^Unused time on /, pricing: { price_details: { price: former.id } } },
          { amount: 0, description: /^Remaining time on /, pricing: { price_details: { price: next.id } } },
        ].map((line) => ({ ...line, description: expect.stringMatching(line.description) })),
      );
      await bench.advance(day);
    }
    await swap(gratis.id);
    expect((await linesOf()).map(({ description }) => description)).toEqual([expect.stringMatching(/^Unused time/)]);
  });

  test("by a promotion code counts once, lasts its months, and can be taken away", async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 50, duration: "repeating", duration_in_months: 2 });
    const code = await bench.stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: coupon.id } });
    const { subscription } = await bench.subscribed({ discounts: [{ promotion_code: code.id }] });
    expect((await bench.stripe.promotionCodes.retrieve(code.id)).times_redeemed).toBe(1);
    await bench.advance(70 * day);
    expect(await totalsOf(subscription.id)).toEqual([1450, 1450, 2900]);
    const other = await bench.subscribed({ discounts: [{ promotion_code: code.id }] });
    const bare = await bench.stripe.subscriptions.update(other.subscription.id, { discounts: "" });
    expect(bare.discounts).toEqual([]);
    await bench.advance(32 * day);
    expect(await totalsOf(other.subscription.id)).toEqual([1450, 2900]);
  });

  test("whose months end before the renewal is not in its preview either", async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 50, duration: "repeating", duration_in_months: 1 });
    const { subscription } = await bench.subscribed({ discounts: [{ coupon: coupon.id }] });
    const preview = await bench.stripe.invoices.createPreview({ subscription: subscription.id });
    expect(preview).toMatchObject({ total: 2900, discounts: [] });
    await bench.advance(32 * day);
    expect(await totalsOf(subscription.id)).toEqual([1450, 2900]);
  });

  test("of money in another currency is refused", async () => {
    const coupon = await bench.stripe.coupons.create({ amount_off: 500, currency: "eur", duration: "once" });
    const error = await refusal(bench.subscribed({ discounts: [{ coupon: coupon.id }] }));
    expect(error).toMatchObject({ statusCode: 400, param: "discounts[0][coupon]" });
  });

  test("that is used up is refused", async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 50, duration: "once", max_redemptions: 1 });
    await bench.subscribed({ discounts: [{ coupon: coupon.id }] });
    const error = await refusal(bench.subscribed({ discounts: [{ coupon: coupon.id }] }));
    expect(error.code).toBe("coupon_expired");
  });

  test("of 100 % at checkout starts the plan without a payment", async () => {
    const free = await bench.stripe.coupons.create({ percent_off: 100, duration: "once" });
    const customer = await bench.stripe.customers.create({ email: "free@example.com" });
    const session = await bench.stripe.checkout.sessions.create({
      mode: "subscription",
      customer: customer.id,
      line_items: [{ price: bench.sold.base.id, quantity: 1 }, { price: bench.sold.overage.id }],
      discounts: [{ coupon: free.id }],
      success_url: "http://localhost:3000/",
    });
    expect((await sendForm(session.url, { act: "pay", ...goodCard })).status).toBe(303);
    const done = await bench.stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
    expect(done).toMatchObject({ amount_total: 0, payment_status: "no_payment_required", payment_intent: null });
    expect(done.subscription).toMatchObject({
      status: "active",
      default_payment_method: expect.stringMatching(/^pm_/),
    });
  });
});
