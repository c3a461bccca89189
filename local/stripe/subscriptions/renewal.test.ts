import { describe, expect, test } from "vitest";
import { day, hour, openSubscriptionBench } from "./test-bench.ts";
import { subscriber } from "./test-catalogue.ts";

const bench = openSubscriptionBench();

describe("a renewal", () => {
  test("is a draft for an hour while the subscription stays active, then is charged", async () => {
    const customer = await subscriber(bench.stripe);
    const subscription = await bench.hybrid(customer.id);
    const end = subscription.items.data[0]?.current_period_end ?? 0;
    await bench.advance(end - bench.now() + 60);
    const rolled = await bench.stripe.subscriptions.retrieve(subscription.id);
    expect(rolled.status).toBe("active");
    expect(rolled.items.data.every((item) => item.current_period_start === end)).toBe(true);
    const draft = await bench.stripe.invoices.retrieve(String(rolled.latest_invoice));
    expect(draft).toMatchObject({
      status: "draft",
      billing_reason: "subscription_cycle",
      number: null,
      hosted_invoice_url: null,
    });
    expect(draft.automatically_finalizes_at).toBe(end + hour);
    expect((await bench.stripe.charges.list({ customer: customer.id })).data).toHaveLength(1);
    await bench.advance(hour);
    expect(await bench.stripe.invoices.retrieve(draft.id ?? "")).toMatchObject({
      status: "paid",
      attempt_count: 1,
      attempted: true,
      next_payment_attempt: null,
    });
  });

  test("bills use of the period that ended and the base of the one that begins", async () => {
    const customer = await subscriber(bench.stripe);
    const subscription = await bench.hybrid(customer.id);
    const [base, overage] = subscription.items.data;
    const { current_period_start: start = 0, current_period_end: end = 0 } = overage ?? {};
    await bench.use(customer.id, 1_000_000, start);
    await bench.advance(end - bench.now() + 60);
    await bench.use(customer.id, 500_000, end - 1);
    await bench.use(customer.id, 7_000_000, end);
    await bench.advance(2 * hour);
    const [renewal] = await bench.invoicesOf(subscription.id);
    const usage = renewal?.lines.data.find(
      (line) => line.parent?.subscription_item_details?.subscription_item === overage?.id,
    );
    const advance = renewal?.lines.data.find(
      (line) => line.parent?.subscription_item_details?.subscription_item === base?.id,
    );
    expect(usage).toMatchObject({ quantity: 1_500_000, amount: 18_750, period: { start, end } });
    expect(advance).toMatchObject({ amount: 2900, period: { start: end } });
    expect(advance?.period.end).toBeGreaterThan(end + 27 * day);
    expect(renewal).toMatchObject({ status: "paid", total: 21_650, number: expect.stringMatching(/-0002$/) });
  });

  test("never bills use that is reported after its invoice was finalized", async () => {
    const customer = await subscriber(bench.stripe);
    const subscription = await bench.hybrid(customer.id);
    const end = subscription.items.data[1]?.current_period_end ?? 0;
    await bench.advance(end - bench.now() + 2 * hour);
    await bench.use(customer.id, 100_000_000, end - 10);
    await bench.advance(32 * day);
    const invoices = await bench.invoicesOf(subscription.id);
    expect(invoices).toHaveLength(3);
    expect(invoices.every(({ total }) => total === 2900)).toBe(true);
  });

  test("of a yearly plan with monthly use bills each item by its own period", async () => {
    const customer = await subscriber(bench.stripe);
    const yearly = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: bench.sold.yearly.id }],
    });
    const updated = await bench.stripe.subscriptions.update(yearly.id, { items: [{ price: bench.sold.overage.id }] });
    const [base, overage] = updated.items.data;
    expect((base?.current_period_end ?? 0) - (overage?.current_period_end ?? 0)).toBeGreaterThan(300 * day);
    await bench.advance(32 * day);
    const [monthly] = await bench.invoicesOf(yearly.id);
    expect(monthly).toMatchObject({ total: 0, status: "paid", billing_reason: "subscription_cycle" });
    expect(monthly?.lines.data.map((line) => line.pricing?.price_details?.price)).toEqual([bench.sold.overage.id]);
  });
});
