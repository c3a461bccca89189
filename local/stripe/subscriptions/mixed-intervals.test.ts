import { describe, expect, test } from "vitest";
import { day, hour, openSubscriptionBench } from "./test-bench.ts";
import { subscriber } from "./test-catalogue.ts";

const bench = openSubscriptionBench();

/** A yearly base, with the monthly metered item added some days later. */
async function yearlyWithUse(daysLater = 0) {
  const customer = await subscriber(bench.stripe);
  const made = await bench.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: bench.sold.yearly.id }],
  });
  await bench.advance(daysLater * day);
  const both = await bench.stripe.subscriptions.update(made.id, { items: [{ price: bench.sold.overage.id }] });
  const [base, overage] = both.items.data;
  if (!base || !overage) throw new Error("It has two items");
  return { customer, subscription: both, base, overage };
}

describe("a yearly plan with a monthly metered item", () => {
  test("gets the item's first period up to the same day of the month, and no invoice for adding it", async () => {
    const { subscription, base, overage } = await yearlyWithUse(10);
    expect(overage.current_period_start).toBeGreaterThanOrEqual(base.current_period_start + 10 * day);
    const month = new Date(base.current_period_start * 1000);
    month.setUTCMonth(month.getUTCMonth() + 1);
    expect(overage.current_period_end).toBe(month.getTime() / 1000);
    expect(await bench.invoicesOf(subscription.id)).toHaveLength(1);
  });

  test("bills use month by month, each in its own period, and both in one invoice when they meet", async () => {
    const { customer, subscription, base, overage } = await yearlyWithUse();
    await bench.use(customer.id, 400_000);
    await bench.advanceTo(overage.current_period_end + 2 * hour);
    const [first] = await bench.invoicesOf(subscription.id);
    expect(first).toMatchObject({ total: 5000, status: "paid", billing_reason: "subscription_cycle" });
    expect(first?.lines.data.map(({ period }) => period)).toEqual([
      { start: overage.current_period_start, end: overage.current_period_end },
    ]);
    const kept = await bench.stripe.subscriptions.retrieve(subscription.id);
    expect(kept.items.data[0]?.current_period_end).toBe(base.current_period_end);
    await bench.advanceTo(base.current_period_end - day);
    await bench.use(customer.id, 800_000);
    await bench.advanceTo(base.current_period_end + 2 * hour);
    const invoices = await bench.invoicesOf(subscription.id);
    expect(invoices[0]).toMatchObject({ total: 29_000 + 10_000, status: "paid" });
    expect(invoices).toHaveLength(1 + 12);
  });

  test("ended at max_period_end bills the use of its last month", async () => {
    const { customer, subscription, base } = await yearlyWithUse();
    const planned = await bench.stripe.subscriptions.update(subscription.id, { cancel_at: "max_period_end" });
    expect(planned.cancel_at).toBe(base.current_period_end);
    await bench.advanceTo(base.current_period_end - day);
    await bench.use(customer.id, 400_000);
    await bench.advanceTo(base.current_period_end + 2 * hour);
    expect((await bench.stripe.subscriptions.retrieve(subscription.id)).status).toBe("canceled");
    expect((await bench.invoicesOf(subscription.id))[0]).toMatchObject({ total: 5000, status: "paid" });
  });

  test("canceled now bills the open use and, when asked, credits the rest of the year", async () => {
    const { customer, subscription, base } = await yearlyWithUse();
    await bench.advance(100 * day);
    await bench.use(customer.id, 4_000_000);
    await bench.advance(60);
    await bench.stripe.subscriptions.cancel(subscription.id, { invoice_now: true, prorate: true });
    const [last] = await bench.invoicesOf(subscription.id);
    const amounts = last?.lines.data.map(({ amount }) => amount) ?? [];
    expect(amounts[0]).toBe(50_000);
    const left = base.current_period_end - bench.now();
    const credit = (29_000 * left) / (base.current_period_end - base.current_period_start);
    expect(Math.abs((amounts[1] ?? 0) + credit)).toBeLessThanOrEqual(1);
    expect(last).toMatchObject({ status: "paid", billing_reason: "manual" });
  });
});
