import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { refusal } from "../test-double.ts";
import { day, hour, openSubscriptionBench } from "./test-bench.ts";
import { subscriber } from "./test-catalogue.ts";

const bench = openSubscriptionBench();

const said = (invoice: Stripe.Invoice | undefined) => ({
  due: invoice?.amount_due,
  total: invoice?.total,
  lines: invoice?.lines.data.map(({ amount, description, period, quantity }) => [
    amount,
    description,
    period,
    quantity,
  ]),
});

describe("a preview of a change", () => {
  test("to be invoiced at once is the invoice that follows, to the cent, with the same proration date", async () => {
    const { subscription, item } = await bench.subscribed();
    await bench.advance(11 * day + 1234);
    const proration_date = bench.now();
    const items = [{ id: item.id, price: bench.sold.pro.id }];
    const preview = await bench.stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items, proration_date, proration_behavior: "always_invoice" },
    });
    expect(preview).toMatchObject({ billing_reason: "upcoming", status: "draft" });
    await bench.advance(300);
    await bench.stripe.subscriptions.update(subscription.id, {
      items,
      proration_date,
      proration_behavior: "always_invoice",
      payment_behavior: "pending_if_incomplete",
    });
    const [invoice] = await bench.invoicesOf(subscription.id);
    expect(said(invoice)).toEqual(said(preview));
    expect(invoice?.total).toBeGreaterThan(1000);
  });

  test("whose prorations wait is the renewal that follows", async () => {
    const { subscription, item } = await bench.subscribed();
    await bench.advance(11 * day);
    const proration_date = bench.now();
    const items = [{ id: item.id, price: bench.sold.pro.id }];
    const preview = await bench.stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items, proration_date },
    });
    await bench.stripe.subscriptions.update(subscription.id, { items, proration_date });
    await bench.advanceTo(item.current_period_end + 2 * hour);
    expect(said((await bench.invoicesOf(subscription.id))[0])).toEqual(said(preview));
  });

  test("counts the customer's balance and a discount as the invoice will", async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 25, duration: "forever" });
    const { customer, subscription, item } = await bench.subscribed({ discounts: [{ coupon: coupon.id }] });
    await bench.stripe.customers.createBalanceTransaction(customer.id, { amount: -300, currency: "usd" });
    await bench.advance(9 * day);
    const change: Stripe.SubscriptionUpdateParams & Stripe.InvoiceCreatePreviewParams.SubscriptionDetails = {
      items: [{ id: item.id, price: bench.sold.pro.id }],
      proration_date: bench.now(),
      proration_behavior: "always_invoice",
    };
    const preview = await bench.stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: change,
    });
    await bench.stripe.subscriptions.update(subscription.id, change);
    const [invoice] = await bench.invoicesOf(subscription.id);
    expect(said(invoice)).toEqual(said(preview));
    expect((invoice?.total ?? 0) - (invoice?.amount_due ?? 0)).toBe(300);
  });

  test("of an end now says what canceling with invoice_now bills", async () => {
    const customer = await subscriber(bench.stripe);
    const made = await bench.hybrid(customer.id);
    await bench.use(customer.id, 1_600_000);
    await bench.advance(day);
    const preview = await bench.stripe.invoices.createPreview({
      subscription: made.id,
      subscription_details: { cancel_now: true, proration_behavior: "none" },
    });
    await bench.stripe.subscriptions.cancel(made.id, { invoice_now: true, prorate: false });
    expect((await bench.invoicesOf(made.id))[0]?.total).toBe(preview.total);
    expect(preview.total).toBe(20_000);
  });

  test("of an end at the period's end says only the use that is left to bill", async () => {
    const customer = await subscriber(bench.stripe);
    const made = await bench.hybrid(customer.id);
    await bench.use(customer.id, 400_000);
    const preview = await bench.stripe.invoices.createPreview({
      subscription: made.id,
      subscription_details: { cancel_at: "max_period_end" },
    });
    expect(preview.total).toBe(5000);
  });

  test("keeps nothing: neither items nor redeemed coupons nor events", async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 10, duration: "once" });
    const { customer, subscription, item } = await bench.subscribed();
    await bench.advance(day);
    await bench.types();
    bench.double.caught.length = 0;
    const preview = await bench.stripe.invoices.createPreview({
      subscription: subscription.id,
      discounts: [{ coupon: coupon.id }],
      subscription_details: { items: [{ id: item.id, price: bench.sold.pro.id }] },
    });
    expect(preview.total_discount_amounts?.[0]?.amount).toBe(580);
    expect((await bench.stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(0);
    expect((await bench.stripe.invoiceItems.list({ customer: customer.id })).data).toEqual([]);
    expect(await bench.types()).toEqual([]);
  });

  test("of what recurs leaves out prorations, use and what waits", async () => {
    const { customer, subscription, item } = await bench.subscribed();
    await bench.stripe.invoiceItems.create({ customer: customer.id, amount: 777, currency: "usd" });
    await bench.advance(day);
    const preview = await bench.stripe.invoices.createPreview({
      subscription: subscription.id,
      preview_mode: "recurring",
      subscription_details: { items: [{ id: item.id, price: bench.sold.pro.id }] },
    });
    expect(preview.total).toBe(5800);
  });

  test("of a trial's end by hand says the first paid period", async () => {
    const { subscription } = await bench.subscribed({ trial_period_days: 14 });
    const preview = await bench.stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { trial_end: "now" },
    });
    expect(preview.total).toBe(2900);
  });

  test("of a subscription that is not made yet is its first invoice", async () => {
    const customer = await subscriber(bench.stripe);
    const items = [{ price: bench.sold.base.id }, { price: bench.sold.overage.id }];
    const preview = await bench.stripe.invoices.createPreview({
      customer: customer.id,
      subscription_details: { items },
    });
    expect(preview.total).toBe(2900);
    expect((await bench.stripe.subscriptions.list({ customer: customer.id })).data).toEqual([]);
  });

  test("refuses a proration date without a change, or with no prorations", async () => {
    const { subscription, item } = await bench.subscribed();
    const proration_date = bench.now();
    const preview = (subscription_details: Stripe.InvoiceCreatePreviewParams.SubscriptionDetails) =>
      refusal(bench.stripe.invoices.createPreview({ subscription: subscription.id, subscription_details }));
    expect((await preview({ proration_date })).param).toBe("subscription_details[proration_date]");
    const items = [{ id: item.id, price: bench.sold.pro.id }];
    expect((await preview({ items, proration_date, proration_behavior: "none" })).param).toBe(
      "subscription_details[proration_behavior]",
    );
  });

  test("says that nothing is upcoming for a subscription that has ended", async () => {
    const { subscription } = await bench.subscribed();
    await bench.stripe.subscriptions.cancel(subscription.id);
    const error = await refusal(bench.stripe.invoices.createPreview({ subscription: subscription.id }));
    expect(error.code).toBe("invoice_upcoming_none");
  });
});
