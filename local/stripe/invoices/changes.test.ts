import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { day, hour, openSubscriptionBench } from "../subscriptions/test-bench.ts";
import { subscriber } from "../subscriptions/test-catalogue.ts";
import { refusal } from "../test-double.ts";

const bench = openSubscriptionBench();

async function draftOf(amount = 1900, params: Stripe.InvoiceCreateParams = {}) {
  const customer = await subscriber(bench.stripe);
  const item = await bench.stripe.invoiceItems.create({ customer: customer.id, amount, currency: "usd" });
  const draft = await bench.stripe.invoices.create({
    customer: customer.id,
    pending_invoice_items_behavior: "include",
    ...params,
  });
  return { customer, item, draft };
}
const find = (id: string) => bench.stripe.invoices.retrieve(id);

describe("a draft invoice", () => {
  test("takes words, a discount and fields, and says them when it is final", async () => {
    const { draft } = await draftOf();
    const coupon = await bench.stripe.coupons.create({ percent_off: 50, duration: "once" });
    const changed = await bench.stripe.invoices.update(draft.id, {
      description: "For October",
      footer: "Thank you",
      custom_fields: [{ name: "PO", value: "4711" }],
      discounts: [{ coupon: coupon.id }],
      metadata: { a: "1" },
    });
    expect(changed).toMatchObject({ description: "For October", total: 950, custom_fields: [{ value: "4711" }] });
    const open = await bench.stripe.invoices.finalizeInvoice(draft.id);
    const late = await refusal(bench.stripe.invoices.update(open.id, { description: "For November" }));
    expect(late).toMatchObject({ code: "invoice_not_editable", param: "description" });
    expect((await bench.stripe.invoices.update(open.id, { metadata: { b: "2" } })).metadata).toEqual({
      a: "1",
      b: "2",
    });
  });

  test("names its customer's tax ids and address as they are until it is final, and then as they were", async () => {
    const { customer, draft } = await draftOf();
    expect(draft).toMatchObject({ customer_tax_ids: [], customer_address: null });
    const taxId = await bench.stripe.customers.createTaxId(customer.id, { type: "eu_vat", value: "DE123456789" });
    await bench.stripe.customers.update(customer.id, { name: "Anna GmbH", address: { country: "DE", city: "Bonn" } });
    const named = {
      customer_name: "Anna GmbH",
      customer_address: { city: "Bonn" },
      customer_tax_ids: [{ type: "eu_vat", value: "DE123456789" }],
    };
    expect(await find(draft.id)).toMatchObject(named);
    await bench.stripe.invoices.finalizeInvoice(draft.id);
    await bench.stripe.customers.deleteTaxId(customer.id, taxId.id);
    await bench.stripe.customers.update(customer.id, { name: "Berta" });
    expect(await find(draft.id)).toMatchObject(named);
  });

  test("of a customer that is deleted is never finalized, and open ones are asked for no more", async () => {
    const { customer, subscription, item } = await bench.subscribed();
    await bench.declineNext(customer.id, 9);
    await bench.stripe.invoiceItems.create({ customer: customer.id, amount: 700, currency: "usd" });
    const owed = await bench.stripe.invoices.create({
      customer: customer.id,
      pending_invoice_items_behavior: "include",
      auto_advance: true,
    });
    await bench.advance(2 * hour);
    expect(await find(owed.id)).toMatchObject({ status: "open", attempt_count: 1 });
    await bench.advanceTo(item.current_period_end + 60);
    await bench.stripe.customers.del(customer.id);
    await bench.advance(20 * day);
    expect((await bench.invoicesOf(subscription.id))[0]?.status).toBe("draft");
    expect(await find(owed.id)).toMatchObject({ status: "open", next_payment_attempt: null });
    expect(bench.double.double.engine.problems).toEqual([]);
  });

  test("takes nothing of another customer: items, subscriptions, payment methods", async () => {
    const { customer, draft } = await draftOf();
    const other = await bench.subscribed();
    const item = { customer: customer.id, amount: 100, currency: "usd" };
    const { invoiceItems, invoices } = bench.stripe;
    const theirs = String(other.customer.invoice_settings.default_payment_method);
    const refused = async (call: Promise<unknown>) => (await refusal(call)).param;
    expect(await refused(invoiceItems.create({ ...item, subscription: other.subscription.id }))).toBe("subscription");
    expect(await refused(invoiceItems.create({ ...item, customer: other.customer.id, invoice: draft.id }))).toBe(
      "invoice",
    );
    expect(await refused(invoices.create({ customer: customer.id, subscription: other.subscription.id }))).toBe(
      "subscription",
    );
    expect(await refused(invoices.update(draft.id, { default_payment_method: theirs }))).toBe("default_payment_method");
    await invoices.finalizeInvoice(draft.id);
    expect(await refused(invoices.pay(draft.id, { payment_method: theirs }))).toBe("payment_method");
    const loose = await bench.stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    expect(await refused(invoices.pay(draft.id, { payment_method: loose.id }))).toBe("payment_method");
    expect((await find(draft.id)).status).toBe("open");
  });

  test("goes on by itself when it is told to, and stops when it is told to", async () => {
    const { draft } = await draftOf(1900, { auto_advance: false });
    const going = await bench.stripe.invoices.update(draft.id, { auto_advance: true });
    expect(going.automatically_finalizes_at).toBeGreaterThan(bench.now() + hour - 60);
    expect(
      (await bench.stripe.invoices.update(draft.id, { auto_advance: false })).automatically_finalizes_at,
    ).toBeNull();
    await bench.advance(2 * hour);
    expect((await find(draft.id)).status).toBe("draft");
    await bench.stripe.invoices.update(draft.id, { auto_advance: true });
    await bench.advance(hour + 60);
    expect((await find(draft.id)).status).toBe("paid");
  });

  test("of a renewal is put off, so that use reported later is still on it", async () => {
    const customer = await subscriber(bench.stripe);
    const made = await bench.hybrid(customer.id);
    const end = made.items.data[1]?.current_period_end ?? 0;
    await bench.advanceTo(end + 60);
    const [renewal] = await bench.invoicesOf(made.id);
    const later = end + 20 * hour;
    await bench.stripe.invoices.update(renewal?.id ?? "", { automatically_finalizes_at: later });
    await bench.advanceTo(end + 10 * hour);
    await bench.use(customer.id, 800_000, end - 5);
    await bench.advanceTo(later + 60);
    expect(await find(renewal?.id ?? "")).toMatchObject({ status: "paid", total: 2900 + 10_000 });
  });

  test("refuses a moment to finalize that is over", async () => {
    const { draft } = await draftOf();
    const error = await refusal(
      bench.stripe.invoices.update(draft.id, { automatically_finalizes_at: bench.now() - 10 }),
    );
    expect(error.param).toBe("automatically_finalizes_at");
  });

  test("follows its items: a changed one, a new one with its own period, a deleted one", async () => {
    const { customer, item, draft } = await draftOf();
    await bench.stripe.invoiceItems.update(item.id, { amount: 2500, description: "More" });
    const period = { start: bench.now() - 40 * day, end: bench.now() - 10 * day };
    const added = await bench.stripe.invoiceItems.create({
      customer: customer.id,
      invoice: draft.id,
      amount: 700,
      currency: "usd",
      period,
    });
    const both = await find(draft.id);
    expect(both.total).toBe(3200);
    expect(both.lines.data.map((line) => [line.amount, line.description])[0]).toEqual([2500, "More"]);
    expect(both.lines.data[1]?.period).toEqual(period);
    await bench.stripe.invoiceItems.del(added.id);
    expect(await find(draft.id)).toMatchObject({ total: 2500, lines: { data: [{ amount: 2500 }] } });
  });

  test("deleted gives its items back to the customer's next invoice", async () => {
    const { customer, draft } = await draftOf();
    await bench.stripe.invoices.del(draft.id);
    const pending = await bench.stripe.invoiceItems.list({ customer: customer.id, pending: true });
    expect(pending.data).toMatchObject([{ amount: 1900, invoice: null }]);
  });
});

describe("an open invoice", () => {
  test("is collected by itself once that is turned on", async () => {
    const { draft } = await draftOf();
    await bench.stripe.invoices.finalizeInvoice(draft.id);
    await bench.advance(2 * day);
    expect(await find(draft.id)).toMatchObject({ status: "open", attempted: false });
    await bench.stripe.invoices.update(draft.id, { auto_advance: true });
    await bench.advance(hour + 60);
    expect(await find(draft.id)).toMatchObject({ status: "paid", attempt_count: 1 });
  });
});

describe("invoice.upcoming", () => {
  const toldTo = (customer: string) =>
    bench.double.caught.flatMap(({ event }) =>
      event.type === "invoice.upcoming" && event.data.object.customer === customer ? [event.data.object] : [],
    );

  test("comes a week before a renewal and says what that will say", async () => {
    const { customer, subscription, item } = await bench.subscribed();
    await bench.advanceTo(item.current_period_end - 7 * day + 60);
    await bench.types();
    expect(toldTo(customer.id)[0]).toMatchObject({ total: 2900, billing_reason: "upcoming", status: "draft" });
    await bench.advanceTo(item.current_period_end + 2 * hour);
    expect((await bench.invoicesOf(subscription.id))[0]?.total).toBe(2900);
  });

  test("is not said of a renewal that will not come", async () => {
    const { customer, item } = await bench.subscribed({ cancel_at_period_end: true });
    await bench.advanceTo(item.current_period_end - day);
    await bench.types();
    expect(toldTo(customer.id)).toEqual([]);
  });
});
