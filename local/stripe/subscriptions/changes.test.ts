import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { refusal } from "../test-double.ts";
import { day, openSubscriptionBench } from "./test-bench.ts";
import { subscriber } from "./test-catalogue.ts";

const bench = openSubscriptionBench();

describe("a subscription", () => {
  test("made in the middle of a failing payment is incomplete, and gone after 23 hours", async () => {
    const customer = await bench.stripe.customers.create({ email: "incomplete@example.com" });
    const method = await bench.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
    const items = [{ price: bench.sold.base.id }];
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items,
      default_payment_method: method.id,
    });
    expect(made.status).toBe("incomplete");
    const strict = {
      customer: customer.id,
      items,
      default_payment_method: method.id,
      payment_behavior: "error_if_incomplete",
    } as const;
    expect(await refusal(bench.stripe.subscriptions.create(strict))).toMatchObject({
      statusCode: 402,
      code: "card_declined",
    });
    expect((await bench.stripe.subscriptions.list({ customer: customer.id, status: "all" })).data).toHaveLength(1);
    await bench.advance(23 * 3600 + 1);
    expect((await bench.stripe.subscriptions.retrieve(made.id)).status).toBe("incomplete_expired");
  });

  test("needs a payment method unless it waits for one", async () => {
    const customer = await bench.stripe.customers.create({ email: "cardless@example.com" });
    const items = [{ price: bench.sold.base.id }];
    const error = await refusal(bench.stripe.subscriptions.create({ customer: customer.id, items }));
    expect(error.message).toContain("no attached payment source or default payment method");
    const waiting = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items,
      payment_behavior: "default_incomplete",
      expand: ["latest_invoice"],
    });
    expect(waiting).toMatchObject({ status: "incomplete", latest_invoice: { status: "open", attempt_count: 0 } });
    await bench.stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
    const { data } = await bench.stripe.paymentMethods.list({ customer: customer.id });
    const invoice = waiting.latest_invoice as Stripe.Invoice;
    await bench.stripe.invoices.pay(invoice.id ?? "", { payment_method: data[0]?.id });
    expect((await bench.stripe.subscriptions.retrieve(waiting.id)).status).toBe("active");
  });

  test("made twice with one idempotency key is one subscription", async () => {
    const customer = await subscriber(bench.stripe);
    const create = () =>
      bench.stripe.subscriptions.create(
        { customer: customer.id, items: [{ price: bench.sold.base.id }] },
        { idempotencyKey: `sub-${customer.id}` },
      );
    expect((await create()).id).toBe((await create()).id);
    expect((await bench.stripe.subscriptions.list({ customer: customer.id })).data).toHaveLength(1);
  });

  test("whose plan is swapped is credited and charged for the rest of the period, to the second", async () => {
    const customer = await subscriber(bench.stripe);
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.base.id }],
    });
    const item = made.items.data[0];
    const start = item?.current_period_start ?? 0;
    const end = item?.current_period_end ?? 0;
    const proration_date = start + Math.floor((end - start) / 2);
    await bench.advance(proration_date - bench.now());
    const swapped = await bench.stripe.subscriptions.update(made.id, {
      items: [{ id: item?.id, price: bench.sold.pro.id }],
      proration_date,
    });
    expect(swapped.items.data).toMatchObject([
      { id: item?.id, price: { id: bench.sold.pro.id }, current_period_end: end },
    ]);
    await bench.advance(end - bench.now() + 2 * 3600);
    const [renewal] = (await bench.stripe.invoices.list({ subscription: made.id })).data;
    const lines = renewal?.lines.data.map((line) => [line.amount, line.parent?.subscription_item_details?.proration]);
    expect(lines).toEqual([
      [-1450, true],
      [2900, true],
      [5800, false],
    ]);
    expect(renewal).toMatchObject({ total: 7250, status: "paid" });
  });

  test("whose plan is swapped can be charged for it at once, or left as it was when the card refuses", async () => {
    const customer = await subscriber(bench.stripe);
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.base.id }],
    });
    const items = [{ id: made.items.data[0]?.id, price: bench.sold.pro.id }];
    await bench.double.control("POST", "dashboard/decline-next", { customer: customer.id, times: 1 });
    const change = { items, proration_behavior: "always_invoice", payment_behavior: "error_if_incomplete" } as const;
    expect((await refusal(bench.stripe.subscriptions.update(made.id, change))).statusCode).toBe(402);
    const same = await bench.stripe.subscriptions.retrieve(made.id);
    expect(same).toMatchObject({ status: "active", items: { data: [{ price: { id: bench.sold.base.id } }] } });
    await bench.double.control("POST", "dashboard/decline-next", { customer: customer.id, times: 0 });
    await bench.stripe.subscriptions.update(made.id, change);
    const [invoice] = (await bench.stripe.invoices.list({ subscription: made.id })).data;
    expect(invoice).toMatchObject({ billing_reason: "subscription_update", status: "paid" });
    expect(invoice?.total).toBeGreaterThan(2890);
  });

  test("can be asked what its next invoice will say, and that invoice says it", async () => {
    const customer = await subscriber(bench.stripe);
    const items = [{ price: bench.sold.base.id }, { price: bench.sold.overage.id }];
    const made = await bench.stripe.subscriptions.create({ customer: customer.id, items });
    await bench.stripe.billing.meterEvents.create({
      event_name: bench.sold.meter.event_name,
      payload: { stripe_customer_id: customer.id, value: "400000" },
    });
    const preview = await bench.stripe.invoices.createPreview({ subscription: made.id });
    expect(preview).toMatchObject({ total: 7900, status: "draft", id: expect.stringMatching(/^upcoming_in_/) });
    expect((await bench.stripe.invoices.list({ subscription: made.id })).data).toHaveLength(1);
    await bench.advance(32 * day);
    const [renewal] = (await bench.stripe.invoices.list({ subscription: made.id })).data;
    const words = (invoice: Stripe.Invoice | undefined) =>
      invoice?.lines.data.map((line) => [line.amount, line.period]);
    expect(renewal?.total).toBe(preview.total);
    expect(words(renewal)).toEqual(words(preview));
  });

  test("given an item without an id gets one more, and refuses the same price twice", async () => {
    const customer = await subscriber(bench.stripe);
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.base.id }],
    });
    const added = await bench.stripe.subscriptionItems.create({ subscription: made.id, price: bench.sold.overage.id });
    expect((await bench.stripe.subscriptionItems.list({ subscription: made.id })).data).toHaveLength(2);
    expect(
      (await refusal(bench.stripe.subscriptions.update(made.id, { items: [{ price: bench.sold.base.id }] }))).param,
    ).toBe("items");
    await bench.stripe.subscriptionItems.del(added.id);
    expect((await bench.stripe.subscriptions.retrieve(made.id)).items.data).toHaveLength(1);
  });

  test("on terms is active at once and its invoice is sent after the grace", async () => {
    const customer = await bench.stripe.customers.create({ email: "enterprise@example.com" });
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.base.id }],
      collection_method: "send_invoice",
      days_until_due: 30,
    });
    expect(made.status).toBe("active");
    await bench.advance(2 * 3600);
    const [invoice] = (await bench.stripe.invoices.list({ subscription: made.id })).data;
    expect(invoice).toMatchObject({ status: "open", collection_method: "send_invoice", attempt_count: 0 });
    expect((invoice?.due_date ?? 0) - (invoice?.created ?? 0)).toBe(30 * day);
  });

  test("on a trial that ends without a card pauses when it was told to, and resumes with one", async () => {
    const customer = await bench.stripe.customers.create({ email: "pausing@example.com" });
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.base.id }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: "pause" } },
    });
    await bench.advance(8 * day);
    expect((await bench.stripe.subscriptions.retrieve(made.id)).status).toBe("paused");
    const method = await bench.stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
    await bench.stripe.subscriptions.update(made.id, { default_payment_method: method.id });
    expect((await bench.stripe.subscriptions.resume(made.id)).status).toBe("active");
    expect((await bench.stripe.invoices.list({ subscription: made.id })).data[0]).toMatchObject({
      status: "paid",
      total: 2900,
    });
  });

  test("whose collection is paused goes on, with invoices that stay drafts", async () => {
    const customer = await subscriber(bench.stripe);
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.base.id }],
    });
    await bench.stripe.subscriptions.update(made.id, { pause_collection: { behavior: "keep_as_draft" } });
    await bench.advance(33 * day);
    expect((await bench.stripe.subscriptions.retrieve(made.id)).status).toBe("active");
    expect((await bench.stripe.invoices.list({ subscription: made.id })).data[0]).toMatchObject({
      status: "draft",
      auto_advance: false,
    });
  });
});
