import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { goodCard, sendForm } from "../checkout/test-page.ts";
import { openTestDouble, type TestDouble } from "../test-double.ts";
import { type Catalogue, makeCatalogue, subscriber } from "./test-catalogue.ts";

const hour = 3600;
const day = 24 * hour;

let bench: TestDouble;
let stripe: Stripe;
let sold: Catalogue;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
  sold = await makeCatalogue(stripe);
});
beforeEach(async () => {
  await bench.types();
  bench.caught.length = 0;
});
afterAll(() => bench.close());

const now = () => Math.floor(bench.double.engine.clock.nowMs() / 1000);
const hybrid = (customer: string, params: Partial<Stripe.SubscriptionCreateParams> = {}) =>
  stripe.subscriptions.create({ customer, items: [{ price: sold.base.id }, { price: sold.overage.id }], ...params });
const use = (customer: string, value: number, at = now()) =>
  stripe.billing.meterEvents.create({
    event_name: sold.meter.event_name,
    payload: { stripe_customer_id: customer, value: String(value) },
    timestamp: at,
  });
const invoicesOf = async (subscription: string) => (await stripe.invoices.list({ subscription })).data;

describe("a subscription bought on the hosted page", () => {
  const session = (customer: string, params: Partial<Stripe.Checkout.SessionCreateParams> = {}) =>
    stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price: sold.base.id, quantity: 1 }, { price: sold.overage.id }],
      subscription_data: { metadata: { account: "account-1" } },
      success_url: "http://localhost:3000/billing/success?session_id={CHECKOUT_SESSION_ID}",
      ...params,
    });

  test("is active with a base and a metered item, and its first invoice charges the base in advance", async () => {
    const customer = await stripe.customers.create({ email: "sub@example.com" });
    const open = await session(customer.id);
    const page = await (await fetch(open.url ?? "")).text();
    expect(page).toContain("$29.00 every month");
    expect(page).toContain("$0.000125 per unit, billed each month by what you use");
    expect((await sendForm(open.url, { act: "pay", ...goodCard })).status).toBe(303);
    const done = await stripe.checkout.sessions.retrieve(open.id, { expand: ["subscription", "invoice"] });
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
    expect(base).toMatchObject({ quantity: 1, price: { id: sold.base.id } });
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
            pricing: { price_details: { price: sold.base.id, product: sold.base.product } },
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
    const customer = await stripe.customers.create({ email: "sca@example.com" });
    const open = await session(customer.id);
    await sendForm(open.url, { act: "pay", ...goodCard, number: "4000 0027 6000 3184" });
    const [waiting] = (await stripe.subscriptions.list({ customer: customer.id })).data;
    expect(waiting?.status).toBe("incomplete");
    const passed = await sendForm(open.url, { act: "authenticate", ...goodCard });
    expect(passed.status).toBe(303);
    expect((await stripe.subscriptions.retrieve(waiting?.id ?? "")).status).toBe("active");
  });

  test("abandoned at the 3D Secure page expires after 23 hours and owes nothing", async () => {
    const customer = await stripe.customers.create({ email: "gone@example.com" });
    const open = await session(customer.id);
    await sendForm(open.url, { act: "pay", ...goodCard, number: "4000 0027 6000 3184" });
    await bench.advance(23 * hour + 1);
    const [expired] = (await stripe.subscriptions.list({ customer: customer.id, status: "all" })).data;
    expect(expired?.status).toBe("incomplete_expired");
    expect(await invoicesOf(expired?.id ?? "")).toMatchObject([{ status: "void" }]);
  });

  test("declined, then paid with another card, is one subscription with one paid invoice", async () => {
    const customer = await stripe.customers.create({ email: "second@example.com" });
    const open = await session(customer.id);
    expect((await sendForm(open.url, { act: "pay", ...goodCard, number: "4000 0000 0000 9995" })).status).toBe(402);
    expect((await sendForm(open.url, { act: "pay", ...goodCard })).status).toBe(303);
    const all = (await stripe.subscriptions.list({ customer: customer.id, status: "all" })).data;
    expect(all).toMatchObject([{ status: "active" }]);
    expect(await invoicesOf(all[0]?.id ?? "")).toMatchObject([{ status: "paid", amount_paid: 2900 }]);
  });

  test("on trial is due nothing today, and keeps the card for the end of the trial", async () => {
    const customer = await stripe.customers.create({ email: "trial@example.com" });
    const open = await session(customer.id, { subscription_data: { trial_period_days: 14 } });
    expect(open.amount_total).toBe(0);
    await sendForm(open.url, { act: "pay", ...goodCard });
    const done = await stripe.checkout.sessions.retrieve(open.id, { expand: ["subscription", "invoice"] });
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
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
    expect((await invoicesOf(subscription.id))[0]).toMatchObject({
      billing_reason: "subscription_cycle",
      status: "paid",
      total: 2900,
    });
  });
});

describe("a renewal", () => {
  test("is a draft for an hour while the subscription stays active, then is charged", async () => {
    const customer = await subscriber(stripe);
    const subscription = await hybrid(customer.id);
    const end = subscription.items.data[0]?.current_period_end ?? 0;
    await bench.advance(end - now() + 60);
    const rolled = await stripe.subscriptions.retrieve(subscription.id);
    expect(rolled.status).toBe("active");
    expect(rolled.items.data.every((item) => item.current_period_start === end)).toBe(true);
    const draft = await stripe.invoices.retrieve(String(rolled.latest_invoice));
    expect(draft).toMatchObject({
      status: "draft",
      billing_reason: "subscription_cycle",
      number: null,
      hosted_invoice_url: null,
    });
    expect(draft.automatically_finalizes_at).toBe(end + hour);
    expect((await stripe.charges.list({ customer: customer.id })).data).toHaveLength(1);
    await bench.advance(hour);
    expect(await stripe.invoices.retrieve(draft.id ?? "")).toMatchObject({
      status: "paid",
      attempt_count: 1,
      attempted: true,
      next_payment_attempt: null,
    });
  });

  test("bills use of the period that ended and the base of the one that begins", async () => {
    const customer = await subscriber(stripe);
    const subscription = await hybrid(customer.id);
    const [base, overage] = subscription.items.data;
    const { current_period_start: start = 0, current_period_end: end = 0 } = overage ?? {};
    await use(customer.id, 1_000_000, start);
    await bench.advance(end - now() + 60);
    await use(customer.id, 500_000, end - 1);
    await use(customer.id, 7_000_000, end);
    await bench.advance(2 * hour);
    const [renewal] = await invoicesOf(subscription.id);
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
    const customer = await subscriber(stripe);
    const subscription = await hybrid(customer.id);
    const end = subscription.items.data[1]?.current_period_end ?? 0;
    await bench.advance(end - now() + 2 * hour);
    await use(customer.id, 100_000_000, end - 10);
    await bench.advance(32 * day);
    const invoices = await invoicesOf(subscription.id);
    expect(invoices).toHaveLength(3);
    expect(invoices.every(({ total }) => total === 2900)).toBe(true);
  });

  test("of a yearly plan with monthly use bills each item by its own period", async () => {
    const customer = await subscriber(stripe);
    const yearly = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: sold.yearly.id }] });
    const updated = await stripe.subscriptions.update(yearly.id, { items: [{ price: sold.overage.id }] });
    const [base, overage] = updated.items.data;
    expect((base?.current_period_end ?? 0) - (overage?.current_period_end ?? 0)).toBeGreaterThan(300 * day);
    await bench.advance(32 * day);
    const [monthly] = await invoicesOf(yearly.id);
    expect(monthly).toMatchObject({ total: 0, status: "paid", billing_reason: "subscription_cycle" });
    expect(monthly?.lines.data.map((line) => line.pricing?.price_details?.price)).toEqual([sold.overage.id]);
  });
});

describe("a renewal that is declined", () => {
  const declining = async (number = "4000 0000 0000 0341") => {
    const customer = await stripe.customers.create({ email: "late@example.com" });
    const open = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer: customer.id,
      line_items: [{ price: sold.base.id, quantity: 1 }],
      success_url: "http://localhost:3000/",
    });
    await sendForm(open.url, { act: "pay", ...goodCard, number });
    const { subscription } = await stripe.checkout.sessions.retrieve(open.id);
    const found = await stripe.subscriptions.retrieve(String(subscription));
    await bench.advance((found.items.data[0]?.current_period_end ?? 0) - now() + 2 * hour);
    return { customer, subscription: found };
  };

  test("makes the subscription past due and is retried by the schedule, which alone counts attempts", async () => {
    await bench.control("POST", "settings", { endOfRetries: "past_due" });
    const { subscription } = await declining();
    const find = async () => (await invoicesOf(subscription.id))[0];
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("past_due");
    const failed = await find();
    expect(failed).toMatchObject({ status: "open", attempt_count: 1 });
    expect(failed?.next_payment_attempt).toBeGreaterThan(now());
    await expect(stripe.invoices.pay(failed?.id ?? "")).rejects.toMatchObject({
      type: "StripeCardError",
      code: "card_declined",
    });
    expect(await find()).toMatchObject({ attempt_count: 1, next_payment_attempt: failed?.next_payment_attempt });
    await bench.advance(3 * day);
    expect(await find()).toMatchObject({ attempt_count: 2 });
    await bench.advance(13 * day);
    expect(await find()).toMatchObject({ attempt_count: 4, next_payment_attempt: null, status: "open" });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("past_due");
    await bench.types();
    const failures = bench.caught.filter(({ event }) => {
      return event.type === "invoice.payment_failed" && event.data.object.id === failed?.id;
    });
    expect(failures).toHaveLength(5);
  });

  test("ends the subscription after the last retry when the account says so", async () => {
    await bench.control("POST", "settings", { endOfRetries: "canceled" });
    const { subscription } = await declining();
    await bench.advance(16 * day);
    const ended = await stripe.subscriptions.retrieve(subscription.id);
    expect(ended).toMatchObject({ status: "canceled", cancellation_details: { reason: "payment_failed" } });
    expect(await bench.types()).toContain("customer.subscription.deleted");
  });

  test("by a bank that will never say yes is counted on, but tried again only with another card", async () => {
    await bench.control("POST", "settings", { endOfRetries: "past_due" });
    const customer = await subscriber(stripe);
    const made = await hybrid(customer.id);
    await bench.control("POST", "dashboard/decline-next", {
      customer: customer.id,
      times: 1,
      decline_code: "lost_card",
      final: true,
    });
    await bench.advance(32 * day);
    const charges = async () => (await stripe.charges.list({ customer: customer.id })).data.length;
    const before = await charges();
    await bench.advance(4 * day);
    expect((await invoicesOf(made.id))[0]).toMatchObject({ status: "open", attempt_count: 2 });
    expect(await charges()).toBe(before);
    const other = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: customer.id });
    await stripe.subscriptions.update(made.id, { default_payment_method: other.id });
    await bench.advance(5 * day);
    expect((await invoicesOf(made.id))[0]).toMatchObject({ status: "paid", attempt_count: 3 });
  });

  test("is made good by another card, at the invoice's own page too", async () => {
    await bench.control("POST", "settings", { endOfRetries: "past_due" });
    const { subscription } = await declining();
    const [open] = await invoicesOf(subscription.id);
    const url = open?.hosted_invoice_url ?? "";
    expect((await sendForm(url, { act: "pay", ...goodCard, number: "4000 0000 0000 0002" })).status).toBe(402);
    expect((await sendForm(url, { act: "pay", ...goodCard })).status).toBe(303);
    expect(await (await fetch(url)).text()).toContain("Paid on");
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
    const pdf = await fetch(open?.invoice_pdf ?? "");
    expect(pdf.headers.get("content-type")).toBe("application/pdf");
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");
  });

  test("is made active again when its invoice is voided or written off", async () => {
    await bench.control("POST", "settings", { endOfRetries: "past_due" });
    const { subscription } = await declining();
    const [open] = await invoicesOf(subscription.id);
    await stripe.invoices.markUncollectible(open?.id ?? "");
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
  });
});

describe("ending a subscription", () => {
  test("at period end ends a yearly plan with monthly use at the earliest end, and max_period_end at the latest", async () => {
    const customer = await subscriber(stripe);
    const yearly = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: sold.yearly.id }] });
    await stripe.subscriptions.update(yearly.id, { items: [{ price: sold.overage.id }] });
    const early = await stripe.subscriptions.update(yearly.id, { cancel_at_period_end: true });
    const [base, overage] = early.items.data;
    expect(early).toMatchObject({ cancel_at: overage?.current_period_end, cancel_at_period_end: true });
    const resumed = await stripe.subscriptions.update(yearly.id, { cancel_at_period_end: false });
    expect(resumed).toMatchObject({ cancel_at: null, cancel_at_period_end: false, canceled_at: null });
    const late = await stripe.subscriptions.update(yearly.id, { cancel_at: "max_period_end" });
    expect(late).toMatchObject({ cancel_at: base?.current_period_end, cancel_at_period_end: false });
    expect(await stripe.subscriptions.update(yearly.id, { cancel_at: "" })).toMatchObject({ cancel_at: null });
  });

  test("as planned stops renewals and bills the use of the last period", async () => {
    const customer = await subscriber(stripe);
    const subscription = await hybrid(customer.id, { cancel_at_period_end: true });
    await use(customer.id, 800_000);
    await bench.advance(33 * day);
    const listed = await stripe.subscriptions.list({ customer: customer.id });
    expect(listed.data).toEqual([]);
    const ended = await stripe.subscriptions.retrieve(subscription.id);
    expect(ended.status).toBe("canceled");
    expect(await invoicesOf(subscription.id)).toMatchObject([{ total: 10_000, status: "paid" }, { total: 2900 }]);
  });

  test("at once leaves use unbilled, unless it is asked to bill it now", async () => {
    const customer = await subscriber(stripe);
    const one = await hybrid(customer.id);
    await use(customer.id, 800_000);
    await stripe.subscriptions.cancel(one.id);
    expect(await invoicesOf(one.id)).toHaveLength(1);
    const another = await subscriber(stripe);
    const other = await hybrid(another.id);
    await bench.advance(60);
    await use(another.id, 1_600_000);
    await bench.advance(60);
    await stripe.subscriptions.cancel(other.id, { invoice_now: true, prorate: false });
    expect((await invoicesOf(other.id))[0]).toMatchObject({ total: 20_000, status: "paid" });
  });

  test("at once stops the collection of every open invoice of the customer", async () => {
    await bench.control("POST", "settings", { endOfRetries: "past_due" });
    const customer = await subscriber(stripe);
    const subscription = await hybrid(customer.id);
    await bench.control("POST", "dashboard/decline-next", { customer: customer.id, times: 1 });
    await bench.advance(33 * day);
    const [open] = await invoicesOf(subscription.id);
    expect(open?.status).toBe("open");
    await stripe.subscriptions.cancel(subscription.id);
    expect(await stripe.invoices.retrieve(open?.id ?? "")).toMatchObject({
      auto_advance: false,
      next_payment_attempt: null,
    });
    await bench.advance(20 * day);
    expect(await stripe.invoices.retrieve(open?.id ?? "")).toMatchObject({ status: "open", attempt_count: 1 });
  });
});
