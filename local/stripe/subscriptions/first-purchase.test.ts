import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { goodCard, sendForm } from "../checkout/test-page.ts";
import { day, hour, openSubscriptionBench } from "./test-bench.ts";

const bench = openSubscriptionBench();

describe("a subscription bought on the hosted page", () => {
  const session = (customer: string, params: Partial<Stripe.Checkout.SessionCreateParams> = {}) =>
    bench.stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price: bench.sold.base.id, quantity: 1 }, { price: bench.sold.overage.id }],
      subscription_data: { metadata: { account: "account-1" } },
      success_url: "http://localhost:3000/billing/success?session_id={CHECKOUT_SESSION_ID}",
      ...params,
    });

  test("is active with a base and a metered item, and its first invoice charges the base in advance", async () => {
    const customer = await bench.stripe.customers.create({ email: "sub@example.com" });
    const open = await session(customer.id);
    const page = await (await fetch(open.url ?? "")).text();
    expect(page).toContain("$29.00 every month");
    expect(page).toContain("$0.000125 per unit, billed each month by what you use");
    expect((await sendForm(open.url, { act: "pay", ...goodCard })).status).toBe(303);
    const done = await bench.stripe.checkout.sessions.retrieve(open.id, { expand: ["subscription", "invoice"] });
    expect(done).toMatchObject({
      status: "complete",
      payment_status: "paid",
      payment_intent: null,
      amount_total: 2900,
    });
    const subscription = done.subscription as Stripe.Subscription;
    expect(subscription).toMatchObject({ status: "active", metadata: { account: "account-1" }, cancel_at: null });
    expect(subscription.default_payment_method).toMatch(/^pm_/);
    const [base, overage] = subscription.items.data;
    expect(base).toMatchObject({ quantity: 1, price: { id: bench.sold.base.id } });
    expect(overage).not.toHaveProperty("quantity");
    expect(done.invoice).toMatchObject({
      billing_reason: "subscription_create",
      status: "paid",
      total: 2900,
      parent: {
        type: "subscription_details",
        subscription_details: { subscription: subscription.id, metadata: { account: "account-1" } },
      },
      lines: {
        data: [
          {
            amount: 2900,
            period: { start: base?.current_period_start, end: base?.current_period_end },
            parent: { subscription_item_details: { subscription_item: base?.id, proration: false } },
            pricing: { price_details: { price: bench.sold.base.id, product: bench.sold.base.product } },
          },
        ],
      },
    });
    const types = await bench.types();
    for (const type of [
      "customer.subscription.created",
      "customer.subscription.updated",
      "invoice.paid",
      "checkout.session.completed",
    ]) {
      expect(types).toContain(type);
    }
  });

  test("waits incomplete at the 3D Secure page, and is active once it is passed", async () => {
    const customer = await bench.stripe.customers.create({ email: "sca@example.com" });
    const open = await session(customer.id);
    await sendForm(open.url, { act: "pay", ...goodCard, number: "4000 0027 6000 3184" });
    const [waiting] = (await bench.stripe.subscriptions.list({ customer: customer.id })).data;
    expect(waiting?.status).toBe("incomplete");
    const passed = await sendForm(open.url, { act: "authenticate", ...goodCard });
    expect(passed.status).toBe(303);
    expect((await bench.stripe.subscriptions.retrieve(waiting?.id ?? "")).status).toBe("active");
  });

  test("abandoned at the 3D Secure page expires after 23 hours and owes nothing", async () => {
    const customer = await bench.stripe.customers.create({ email: "gone@example.com" });
    const open = await session(customer.id);
    await sendForm(open.url, { act: "pay", ...goodCard, number: "4000 0027 6000 3184" });
    await bench.advance(23 * hour + 1);
    const [expired] = (await bench.stripe.subscriptions.list({ customer: customer.id, status: "all" })).data;
    expect(expired?.status).toBe("incomplete_expired");
    expect(await bench.invoicesOf(expired?.id ?? "")).toMatchObject([{ status: "void" }]);
  });

  test("declined, then paid with another card, is one subscription with one paid invoice", async () => {
    const customer = await bench.stripe.customers.create({ email: "second@example.com" });
    const open = await session(customer.id);
    expect((await sendForm(open.url, { act: "pay", ...goodCard, number: "4000 0000 0000 9995" })).status).toBe(402);
    expect((await sendForm(open.url, { act: "pay", ...goodCard })).status).toBe(303);
    const all = (await bench.stripe.subscriptions.list({ customer: customer.id, status: "all" })).data;
    expect(all).toMatchObject([{ status: "active" }]);
    expect(await bench.invoicesOf(all[0]?.id ?? "")).toMatchObject([{ status: "paid", amount_paid: 2900 }]);
  });

  test("on trial is due nothing today, and keeps the card for the end of the trial", async () => {
    const customer = await bench.stripe.customers.create({ email: "trial@example.com" });
    const open = await session(customer.id, { subscription_data: { trial_period_days: 14 } });
    expect(open.amount_total).toBe(0);
    await sendForm(open.url, { act: "pay", ...goodCard });
    const done = await bench.stripe.checkout.sessions.retrieve(open.id, { expand: ["subscription", "invoice"] });
    expect(done).toMatchObject({ payment_status: "no_payment_required", subscription: { status: "trialing" } });
    const subscription = done.subscription as Stripe.Subscription;
    expect(done.invoice).toMatchObject({
      total: 0,
      status: "paid",
      lines: { data: [{ amount: 0, period: { end: subscription.trial_end } }] },
    });
    await bench.advance(11 * day + 1);
    expect(await bench.types()).toContain("customer.subscription.trial_will_end");
    await bench.advance(3 * day + 2 * hour);
    expect((await bench.stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
    expect((await bench.invoicesOf(subscription.id))[0]).toMatchObject({
      billing_reason: "subscription_cycle",
      status: "paid",
      total: 2900,
    });
  });
});
