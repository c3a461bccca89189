import { afterEach, describe, expect, test } from "vitest";
import { day, hour, openSubscriptionBench } from "../subscriptions/test-bench.ts";
import { subscriber } from "../subscriptions/test-catalogue.ts";
import { refusal } from "../test-double.ts";

const bench = openSubscriptionBench();

const act = (name: string, body: object) => bench.double.control("POST", `dashboard/${name}`, body);
const subscriptionOf = (id: string) => bench.stripe.subscriptions.retrieve(id);

/** Renewals whose payment was declined. */
async function unpaid(count: number): Promise<Array<{ subscription: string; invoice: string }>> {
  await bench.double.control("POST", "settings", { endOfRetries: "past_due" });
  const made = await Promise.all(Array.from({ length: count }, () => bench.subscribed()));
  for (const { customer } of made) await bench.declineNext(customer.id, 1);
  await bench.advance(31 * day + 2 * hour);
  return Promise.all(
    made.map(async ({ subscription }) => {
      const [invoice] = await bench.invoicesOf(subscription.id);
      return { subscription: subscription.id, invoice: String(invoice?.id) };
    }),
  );
}

afterEach(async () => {
  for await (const { id } of bench.stripe.subscriptions.list({ limit: 100 }))
    await bench.stripe.subscriptions.cancel(id);
});

describe("what the Dashboard does to an invoice", () => {
  test("voided, written off or paid elsewhere, its subscription is in good standing again", async () => {
    const statuses = { void: "void", uncollectible: "uncollectible", "pay-out-of-band": "paid" };
    const owed = await unpaid(3);
    for (const [index, [name, status]] of Object.entries(statuses).entries()) {
      const { subscription = "", invoice } = owed[index] ?? {};
      expect((await subscriptionOf(subscription)).status).toBe("past_due");
      expect(await act(name, { invoice })).toMatchObject({ status });
      expect((await subscriptionOf(subscription)).status).toBe("active");
    }
  });

  test("a credit note goes the way it is told, over all that is left unless told", async () => {
    const { subscription } = await bench.subscribed();
    const [paid] = await bench.invoicesOf(subscription.id);
    const invoice = paid?.id;
    expect(await act("credit-note", { invoice, amount: 900, to: "refund" })).toMatchObject({
      total: 900,
      refunds: [{ amount_refunded: 900 }],
    });
    const rest = await act("credit-note", { invoice, to: "balance" });
    expect(rest).toMatchObject({ total: 2000, type: "post_payment" });
    expect(await act("void-credit-note", { credit_note: rest.id })).toMatchObject({ status: "void" });
    await expect(act("credit-note", { invoice, to: "nowhere" })).rejects.toThrow("to is one of");
    const [owed] = await unpaid(1);
    expect(await act("credit-note", { invoice: owed?.invoice, amount: 900 })).toMatchObject({
      type: "pre_payment",
      total: 900,
    });
  });

  test("one that cannot be finalized stays a draft that says why, and is collected once it can", async () => {
    const { customer, subscription } = await bench.subscribed();
    await act("fail-finalization", { customer: customer.id, code: "tax_id_invalid" });
    await bench.advance(31 * day + 2 * hour);
    const [stuck] = await bench.invoicesOf(subscription.id);
    expect(stuck).toMatchObject({ status: "draft", last_finalization_error: { code: "tax_id_invalid" } });
    expect(await bench.types()).toContain("invoice.finalization_failed");
    await bench.advance(day);
    expect((await bench.invoicesOf(subscription.id))[0]?.status).toBe("draft");
    const open = await act("finalize", { invoice: stuck?.id });
    expect(open).toMatchObject({ status: "open", last_finalization_error: null });
    await bench.advance(2 * hour);
    expect((await bench.invoicesOf(subscription.id))[0]?.status).toBe("paid");
  });
});

describe("what the Dashboard does to a subscription", () => {
  test("another price or quantity waits as prorations for the next invoice", async () => {
    const { subscription } = await bench.subscribed();
    await bench.advance(day);
    const changed = await act("change-price", { subscription: subscription.id, price: bench.sold.pro.id });
    expect(changed).toMatchObject({ items: { data: [{ price: { id: bench.sold.pro.id } }] } });
    const waiting = await bench.stripe.invoiceItems.list({ customer: String(subscription.customer), pending: true });
    expect(waiting.data).toHaveLength(2);
    const credit = waiting.data.find(({ amount }) => amount < 0);
    expect(credit?.proration_details?.credited_items).toMatchObject({
      invoice_line_item_details: { invoice: subscription.latest_invoice },
    });
    const more = await act("change-price", { subscription: subscription.id, quantity: 3 });
    expect(more).toMatchObject({ items: { data: [{ quantity: 3 }] } });
  });

  test("ends now or with its period", async () => {
    const { subscription } = await bench.subscribed();
    const planned = await act("cancel-subscription", { subscription: subscription.id, at: "period_end" });
    expect(planned).toMatchObject({ status: "active", cancel_at_period_end: true });
    expect(await act("cancel-subscription", { subscription: subscription.id, at: "now" })).toMatchObject({
      status: "canceled",
    });
    await expect(act("cancel-subscription", { subscription: subscription.id, at: "noon" })).rejects.toThrow(
      "period_end",
    );
  });

  test("collection pauses and goes on", async () => {
    const { subscription } = await bench.subscribed();
    const id = { subscription: subscription.id };
    expect(await act("pause-collection", { ...id, behavior: "void" })).toMatchObject({
      status: "active",
      pause_collection: { behavior: "void" },
    });
    expect(await act("pause-collection", { ...id, resume: true })).toMatchObject({ pause_collection: null });
  });

  test("a second one is billed beside the first", async () => {
    const { customer, subscription } = await bench.subscribed();
    const second = await act("second-subscription", { customer: customer.id, price: bench.sold.pro.id });
    expect(second).toMatchObject({ status: "active", customer: customer.id });
    const both = await bench.stripe.subscriptions.list({ customer: customer.id });
    expect(both.data.map(({ id }) => id)).toEqual([second.id, subscription.id]);
  });

  test("a price taken off sale shows so on the subscriptions that have it, and on no new one", async () => {
    const { pro } = bench.sold;
    const { subscription } = await bench.subscribed({ items: [{ price: pro.id }] });
    expect(await act("archive-price", { price: pro.id })).toMatchObject({ active: false });
    expect((await subscriptionOf(subscription.id)).items.data[0]?.price.active).toBe(false);
    const customer = await subscriber(bench.stripe);
    await expect(act("second-subscription", { customer: customer.id, price: pro.id })).rejects.toThrow();
    await act("archive-price", { price: pro.id, active: true });
    expect((await subscriptionOf(subscription.id)).items.data[0]?.price.active).toBe(true);
  });
});

describe("a payment method that is detached", () => {
  test("is the default of nothing any more, and is never charged again", async () => {
    const { customer, subscription } = await bench.subscribed();
    const card = await bench.stripe.paymentMethods.attach("pm_card_mastercard", { customer: customer.id });
    await bench.stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: card.id } });
    await bench.stripe.subscriptions.update(subscription.id, { default_payment_method: card.id });
    await bench.stripe.paymentMethods.detach(card.id);
    expect((await subscriptionOf(subscription.id)).default_payment_method).toBeNull();
    expect(await bench.stripe.customers.retrieve(customer.id)).toMatchObject({
      invoice_settings: { default_payment_method: null },
    });
    await bench.advance(32 * day);
    const [renewal] = await bench.invoicesOf(subscription.id);
    expect(renewal).toMatchObject({ status: "open", attempt_count: 1, next_payment_attempt: null });
    const again = bench.stripe.paymentMethods.attach(card.id, { customer: customer.id });
    expect((await refusal(again)).message).toContain("may not be used again");
  });
});

describe("the end of retries", () => {
  const lastOf = async (fate: string) => {
    await bench.double.control("POST", "settings", { endOfRetries: fate, retryDays: [1] });
    const { customer, subscription } = await bench.subscribed();
    await bench.declineNext(customer.id, 20);
    await bench.advance(33 * day);
    return {
      customer,
      invoices: await bench.invoicesOf(subscription.id),
      after: await subscriptionOf(subscription.id),
    };
  };

  test("leaves it unpaid: the next invoice stays a draft that nobody collects, and paying brings it back", async () => {
    const { customer, invoices, after } = await lastOf("unpaid");
    expect(after.status).toBe("unpaid");
    await bench.advance(31 * day);
    const [next] = await bench.invoicesOf(after.id);
    expect(next?.id).not.toBe(invoices[0]?.id);
    expect(next).toMatchObject({ status: "draft", auto_advance: false });
    await bench.declineNext(customer.id, 0);
    await bench.stripe.invoices.pay(String(next?.id));
    expect((await subscriptionOf(after.id)).status).toBe("active");
  });

  test("leaves it past due, and may turn collection off on the invoice", async () => {
    await bench.double.control("POST", "settings", { advancesAfterRetries: false });
    const { invoices, after } = await lastOf("past_due");
    await bench.double.control("POST", "settings", { advancesAfterRetries: true });
    expect(after.status).toBe("past_due");
    const failed = invoices.find(({ attempt_count: attempts }) => attempts === 2);
    expect(failed).toMatchObject({ status: "open", auto_advance: false, next_payment_attempt: null });
  });
});
