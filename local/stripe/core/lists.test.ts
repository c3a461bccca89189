import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCatalogue, subscriber } from "../subscriptions/test-catalogue.ts";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
let stripe: Stripe;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
});
afterAll(() => bench.close());

const ids = (list: Array<{ id: string }>) => list.map(({ id }) => id);

async function everything<T extends { id: string }>(pages: AsyncIterable<T>): Promise<string[]> {
  const seen: string[] = [];
  for await (const row of pages) seen.push(row.id);
  return seen;
}

describe("a list", () => {
  test("of more than a thousand is read whole, page by page, each once", async () => {
    await bench.double.engine.transact(null, (context) => {
      for (let n = 0; n < 1001; n += 1) {
        context.save(context.build("customer", { id: context.newId("cus"), email: "many@lists.test" }));
      }
    });
    const seen = await everything(stripe.customers.list({ email: "many@lists.test", limit: 100 }));
    expect(seen).toHaveLength(1001);
    expect(new Set(seen).size).toBe(1001);
  });

  test("goes on after an object that no longer fits its filter", async () => {
    const customer = await subscriber(stripe);
    for (let n = 0; n < 3; n += 1) {
      await stripe.invoiceItems.create({ customer: customer.id, amount: 1000, currency: "usd" });
      const { id } = await stripe.invoices.create({
        customer: customer.id,
        pending_invoice_items_behavior: "include",
        auto_advance: false,
      });
      await stripe.invoices.finalizeInvoice(id);
    }
    const open = { customer: customer.id, status: "open" } as const;
    const all = ids((await stripe.invoices.list(open)).data);
    const [first] = (await stripe.invoices.list({ ...open, limit: 1 })).data;
    await stripe.invoices.pay(String(first?.id));
    const rest = await stripe.invoices.list({ ...open, limit: 1, starting_after: first?.id });
    expect(rest).toMatchObject({ has_more: true, data: [{ id: all[1] }] });
    const before = await stripe.invoices.list({ ...open, ending_before: all[2], limit: 5 });
    expect(ids(before.data)).toEqual([all[1]]);
    expect((await refusal(stripe.invoices.list({ starting_after: "in_none" }))).param).toBe("starting_after");
  });

  test("of subscriptions is filtered by status, customer, price and when they were made", async () => {
    const { base, yearly } = await makeCatalogue(stripe);
    const customer = await subscriber(stripe);
    const made = async (price: string) =>
      (await stripe.subscriptions.create({ customer: customer.id, items: [{ price }] })).id;
    const ended = await made(base.id);
    await stripe.subscriptions.cancel(ended);
    await bench.advance(60);
    const since = Math.floor(bench.double.engine.clock.nowMs() / 1000);
    const [monthly, year] = [await made(base.id), await made(yearly.id)];
    const list = async (filter: Stripe.SubscriptionListParams) =>
      ids((await stripe.subscriptions.list({ customer: customer.id, ...filter })).data);
    expect(await list({})).toEqual([year, monthly]);
    expect(await list({ status: "all" })).toEqual([year, monthly, ended]);
    expect(await list({ status: "canceled" })).toEqual([ended]);
    expect(await list({ status: "all", price: base.id })).toEqual([monthly, ended]);
    expect(await list({ status: "all", created: { lt: since } })).toEqual([ended]);
    expect(await list({ status: "all", created: { gte: since } })).toEqual([year, monthly]);
  });

  test("of what belongs to a payment is filtered by it", async () => {
    const pay = () =>
      stripe.paymentIntents.create({ amount: 1000, currency: "usd", payment_method: "pm_card_visa", confirm: true });
    const [one, other] = [await pay(), await pay()];
    const made = await stripe.refunds.create({ payment_intent: one.id, amount: 100 });
    await stripe.refunds.create({ payment_intent: other.id, amount: 100 });
    expect(ids((await stripe.refunds.list({ payment_intent: one.id })).data)).toEqual([made.id]);
    expect(ids((await stripe.charges.list({ payment_intent: one.id })).data)).toEqual([one.latest_charge]);
    const lines = await stripe.balanceTransactions.list({ source: made.id });
    expect(lines.data).toMatchObject([{ type: "refund", amount: -100 }]);
    const refunds = await everything(stripe.balanceTransactions.list({ type: "refund", currency: "usd", limit: 1 }));
    expect(refunds).toHaveLength(2);
  });
});

describe("the list of events", () => {
  test("takes a group of names or several names, never both", async () => {
    const { id } = await stripe.customers.create({ name: "Listed" });
    await stripe.customers.update(id, { name: "Again" });
    const of = async (filter: Stripe.EventListParams) =>
      (await stripe.events.list(filter)).data.map(({ type }) => type);
    const newest = { limit: 2 };
    expect(await of({ type: "customer.*", ...newest })).toEqual(["customer.updated", "customer.created"]);
    expect(new Set(await of({ types: ["customer.created", "product.created"] }))).not.toContain("customer.updated");
    expect((await refusal(stripe.events.list({ type: "a", types: ["b"] }))).param).toBe("types");
    const many = Array.from({ length: 21 }, () => "customer.created");
    expect((await refusal(stripe.events.list({ types: many }))).param).toBe("types");
  });

  test("goes back thirty days, and says which events nobody has taken yet", async () => {
    bench.answer.status = 503;
    await stripe.products.create({ name: "Untaken" });
    const [event] = (await stripe.events.list({ type: "product.created", limit: 1 })).data;
    await bench.advance(10 * 86_400);
    const untaken = await stripe.events.list({ type: "product.created", delivery_success: false });
    expect(ids(untaken.data)).toContain(event?.id);
    bench.answer.status = 200;
    await bench.advance(21 * 86_400);
    expect(ids((await stripe.events.list({ limit: 100 })).data)).not.toContain(event?.id);
    expect((await refusal(stripe.events.retrieve(String(event?.id)))).statusCode).toBe(404);
  });
});
