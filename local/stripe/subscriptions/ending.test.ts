import { describe, expect, test } from "vitest";
import { day, openSubscriptionBench } from "./test-bench.ts";
import { subscriber } from "./test-catalogue.ts";

const bench = openSubscriptionBench();

describe("ending a subscription", () => {
  test("at period end ends a yearly plan with monthly use at the earliest end, and max_period_end at the latest", async () => {
    const customer = await subscriber(bench.stripe);
    const yearly = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.yearly.id }],
    });
    await bench.stripe.subscriptions.update(yearly.id, { items: [{ price: bench.sold.overage.id }] });
    const early = await bench.stripe.subscriptions.update(yearly.id, { cancel_at_period_end: true });
    const [base, overage] = early.items.data;
    expect(early).toMatchObject({ cancel_at: overage?.current_period_end, cancel_at_period_end: true });
    const resumed = await bench.stripe.subscriptions.update(yearly.id, { cancel_at_period_end: false });
    expect(resumed).toMatchObject({ cancel_at: null, cancel_at_period_end: false, canceled_at: null });
    const late = await bench.stripe.subscriptions.update(yearly.id, { cancel_at: "max_period_end" });
    expect(late).toMatchObject({ cancel_at: base?.current_period_end, cancel_at_period_end: false });
    expect(await bench.stripe.subscriptions.update(yearly.id, { cancel_at: "" })).toMatchObject({ cancel_at: null });
  });

  test("as planned stops renewals and bills the use of the last period", async () => {
    const customer = await subscriber(bench.stripe);
    const subscription = await bench.hybrid(customer.id, { cancel_at_period_end: true });
    await bench.use(customer.id, 800_000);
    await bench.advance(33 * day);
    const listed = await bench.stripe.subscriptions.list({ customer: customer.id });
    expect(listed.data).toEqual([]);
    const ended = await bench.stripe.subscriptions.retrieve(subscription.id);
    expect(ended.status).toBe("canceled");
    expect(await bench.invoicesOf(subscription.id)).toMatchObject([{ total: 10_000, status: "paid" }, { total: 2900 }]);
  });

  test("at once leaves use unbilled, unless it is asked to bill it now", async () => {
    const customer = await subscriber(bench.stripe);
    const one = await bench.hybrid(customer.id);
    await bench.use(customer.id, 800_000);
    await bench.stripe.subscriptions.cancel(one.id);
    expect(await bench.invoicesOf(one.id)).toHaveLength(1);
    const another = await subscriber(bench.stripe);
    const other = await bench.hybrid(another.id);
    await bench.advance(60);
    await bench.use(another.id, 1_600_000);
    await bench.advance(60);
    await bench.stripe.subscriptions.cancel(other.id, { invoice_now: true, prorate: false });
    expect((await bench.invoicesOf(other.id))[0]).toMatchObject({ total: 20_000, status: "paid" });
  });

  test("at once stops the collection of every open invoice of the customer", async () => {
    await bench.double.control("POST", "settings", { endOfRetries: "past_due" });
    const customer = await subscriber(bench.stripe);
    const subscription = await bench.hybrid(customer.id);
    await bench.double.control("POST", "dashboard/decline-next", { customer: customer.id, times: 1 });
    await bench.advance(33 * day);
    const [open] = await bench.invoicesOf(subscription.id);
    expect(open?.status).toBe("open");
    await bench.stripe.subscriptions.cancel(subscription.id);
    expect(await bench.stripe.invoices.retrieve(open?.id ?? "")).toMatchObject({
      auto_advance: false,
      next_payment_attempt: null,
    });
    await bench.advance(20 * day);
    expect(await bench.stripe.invoices.retrieve(open?.id ?? "")).toMatchObject({ status: "open", attempt_count: 1 });
  });
});
