import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestDouble, type TestDouble } from "../test-double.ts";
import { fillPage, goodCard, sendForm } from "./test-page.ts";

let bench: TestDouble;
let stripe: Stripe;
let price: Stripe.Price;
let customer: Stripe.Customer;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
  const product = await stripe.products.create({ name: "10,000 credits" });
  price = await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 1900 });
});
beforeEach(async () => {
  customer = await stripe.customers.create({ email: "buyer@example.com" });
  await bench.types();
  bench.caught.length = 0;
});
afterAll(() => bench.close());

const packSession = (params: Partial<Stripe.Checkout.SessionCreateParams> = {}) =>
  stripe.checkout.sessions.create({
    mode: "payment",
    customer: customer.id,
    client_reference_id: "account-1",
    line_items: [{ price: price.id, quantity: 1 }],
    invoice_creation: { enabled: true, invoice_data: { metadata: { kind: "pack" } } },
    payment_intent_data: { metadata: { kind: "pack" } },
    metadata: { kind: "pack" },
    success_url: "http://localhost:3000/billing/success?session_id={CHECKOUT_SESSION_ID}",
    cancel_url: "http://localhost:3000/billing/canceled",
    ...params,
  });

describe("a credit pack bought on the hosted page", () => {
  test("ends in one payment, one charge and one paid invoice, and goes back to the shop", async () => {
    const session = await packSession();
    expect(session).toMatchObject({
      status: "open",
      payment_status: "unpaid",
      amount_total: 1900,
      payment_intent: null,
    });
    const shown = await fillPage(session.url);
    expect(shown).toContain("no money moves");
    expect(shown).toContain("10,000 credits");
    const answer = await sendForm(session.url, { act: "pay", ...goodCard });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(`http://localhost:3000/billing/success?session_id=${session.id}`);
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent.latest_charge", "invoice.payments", "line_items"],
    });
    expect(done).toMatchObject({
      status: "complete",
      payment_status: "paid",
      customer_details: { email: "buyer@example.com" },
      line_items: { data: [{ amount_total: 1900, quantity: 1, price: { id: price.id } }] },
      payment_intent: { status: "succeeded", metadata: { kind: "pack" }, latest_charge: { paid: true, amount: 1900 } },
      invoice: { status: "paid", total: 1900, amount_paid: 1900, metadata: { kind: "pack" }, billing_reason: "manual" },
    });
    const intent = done.payment_intent as Stripe.PaymentIntent;
    const linked = await stripe.invoicePayments.list({
      payment: { type: "payment_intent", payment_intent: intent.id },
    });
    expect(linked.data).toMatchObject([
      { status: "paid", amount_paid: 1900, invoice: (done.invoice as Stripe.Invoice).id },
    ]);
    expect((await bench.types()).toSorted()).toEqual([
      "charge.succeeded",
      "checkout.session.completed",
      "invoice.created",
      "invoice.finalized",
      "invoice.paid",
      "invoice.payment_succeeded",
      "invoice_payment.paid",
      "payment_intent.created",
      "payment_intent.succeeded",
    ]);
  });

  test("is charged once, however often and by however many it is paid", async () => {
    const session = await packSession();
    const answers = await Promise.all([1, 2, 3, 4].map(() => sendForm(session.url, { act: "pay", ...goodCard })));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    const charges = await stripe.charges.list({ customer: customer.id });
    expect(charges.data).toHaveLength(1);
    expect(await fillPage(session.url)).toContain("already complete");
    expect((await bench.types()).filter((type) => type === "checkout.session.completed")).toHaveLength(1);
  });

  test("can be paid with another card after a decline, and keeps what was typed", async () => {
    const session = await packSession();
    const refused = await sendForm(session.url, {
      act: "pay",
      ...goodCard,
      number: "4000 0000 0000 9995",
      name: "Ada <Lovelace>",
    });
    expect(refused.status).toBe(402);
    const page = await refused.text();
    expect(page).toContain("Your card has insufficient funds. Nothing was charged.");
    expect(page).toContain('value="Ada &lt;Lovelace&gt;"');
    expect(page).toContain('value="4000 0000 0000 9995"');
    expect((await sendForm(session.url, { act: "pay", ...goodCard })).status).toBe(303);
    const intents = await stripe.paymentIntents.list({ customer: customer.id });
    expect(intents.data).toMatchObject([{ status: "succeeded", amount_received: 1900 }]);
  });

  test("names each mistake beside its field and charges nothing", async () => {
    const session = await packSession({ customer: undefined, consent_collection: { terms_of_service: "required" } });
    const answer = await sendForm(session.url, {
      act: "pay",
      email: "me",
      number: "4242 4242 4242 4241",
      expiry: "01 / 20",
      cvc: "1",
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    for (const field of ["email", "number", "expiry", "cvc", "name", "terms"])
      expect(page).toContain(`id="${field}-wrong"`);
    expect(await bench.types()).toEqual([]);
  });

  test("asks for 3D Secure, and is paid when it is passed", async () => {
    const session = await packSession();
    const asked = await sendForm(session.url, { act: "pay", ...goodCard, number: "4000 0027 6000 3184" });
    const page = await asked.text();
    expect(page).toContain("Complete authentication");
    const failed = await sendForm(session.url, { act: "refuse", ...goodCard });
    expect(failed.status).toBe(402);
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe("open");
    await sendForm(session.url, { act: "pay", ...goodCard, number: "4000 0027 6000 3184" });
    const passed = await sendForm(session.url, { act: "authenticate", ...goodCard });
    expect(passed.status).toBe(303);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: "complete",
      payment_status: "paid",
    });
  });

  test("at 100 % off needs no payment and has no payment intent, but an invoice of 0.00", async () => {
    const coupon = await stripe.coupons.create({ percent_off: 100, duration: "once" });
    const session = await packSession({ discounts: [{ coupon: coupon.id }] });
    expect(session.amount_total).toBe(0);
    expect((await sendForm(session.url, { act: "pay" })).status).toBe(303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice"] });
    expect(done).toMatchObject({ payment_status: "no_payment_required", payment_intent: null });
    expect(done.invoice).toMatchObject({ status: "paid", total: 0, subtotal: 1900 });
    expect(await bench.types()).toContain("invoice.paid");
  });

  test("takes a promotion code that is typed in, and charges what the page then says", async () => {
    const coupon = await stripe.coupons.create({ percent_off: 25, duration: "once" });
    await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: coupon.id }, code: "QUARTER" });
    const session = await packSession({ allow_promotion_codes: true });
    const wrong = await (await sendForm(session.url, { act: "apply_code", promotion_code: "NOPE" })).text();
    expect(wrong).toContain("This code is not valid.");
    const right = await (await sendForm(session.url, { act: "apply_code", promotion_code: "quarter" })).text();
    expect(right).toContain("$14.25");
    await sendForm(session.url, { act: "pay", ...goodCard });
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice", "payment_intent"] });
    expect(done).toMatchObject({ amount_total: 1425, total_details: { amount_discount: 475 } });
    expect(done.payment_intent).toMatchObject({ amount_received: 1425 });
    expect(done.invoice).toMatchObject({ total: 1425, amount_paid: 1425, total_discount_amounts: [{ amount: 475 }] });
  });

  test("paid by bank debit completes unpaid, and the money is told of days later", async () => {
    const session = await packSession({ currency: undefined });
    const debit = await stripe.paymentMethods.create({
      type: "sepa_debit",
      sepa_debit: { iban: "AT611904300234573201" },
      billing_details: { email: "buyer@example.com", name: "Buyer" },
    });
    await stripe.rawRequest("POST", `/v1/payment_pages/${session.id}/confirm`, { payment_method: debit.id });
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: "complete",
      payment_status: "unpaid",
      invoice: null,
    });
    expect(await bench.types()).not.toContain("checkout.session.async_payment_succeeded");
    await bench.advance(4 * 86_400);
    const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice"] });
    expect(paid).toMatchObject({ payment_status: "paid", invoice: { status: "paid" } });
    expect(await bench.types()).toContain("checkout.session.async_payment_succeeded");
  });

  test("paid by a bank debit that bounces stays unpaid and says that it failed", async () => {
    const session = await packSession();
    const debit = await stripe.paymentMethods.create({
      type: "sepa_debit",
      sepa_debit: { iban: "AT861904300235473202" },
    });
    await stripe.rawRequest("POST", `/v1/payment_pages/${session.id}/confirm`, { payment_method: debit.id });
    await bench.advance(4 * 86_400);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      payment_status: "unpaid",
      invoice: null,
    });
    expect(await bench.types()).toContain("checkout.session.async_payment_failed");
  });
});

describe("a checkout session", () => {
  test("expires after its hours, says so, and can no longer be paid", async () => {
    const session = await packSession();
    await bench.advance(86_400 + 1);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: "expired", url: null });
    expect(await bench.types()).toContain("checkout.session.expired");
    const late = await sendForm(`${bench.double.url}/c/pay/${session.id}`, { act: "pay", ...goodCard });
    expect(late.status).toBe(410);
    expect((await stripe.charges.list({ customer: customer.id })).data).toEqual([]);
  });

  test("made twice with the same idempotency key is one session", async () => {
    const create = () =>
      stripe.checkout.sessions.create(
        { mode: "payment", line_items: [{ price: price.id, quantity: 1 }], success_url: "http://localhost:3000/" },
        { idempotencyKey: `pack-${customer.id}` },
      );
    const [one, other] = [await create(), await create()];
    expect(other.id).toBe(one.id);
  });
});

describe("a card saved without a purchase", () => {
  test("is the customer's, with a setup intent, and nothing is charged", async () => {
    const session = await stripe.checkout.sessions.create({
      mode: "setup",
      currency: "usd",
      customer: customer.id,
      success_url: "http://localhost:3000/",
    });
    expect((await sendForm(session.url, { act: "pay", ...goodCard, number: "4000 0000 0000 0002" })).status).toBe(402);
    expect((await sendForm(session.url, { act: "pay", ...goodCard })).status).toBe(303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["setup_intent"] });
    expect(done).toMatchObject({
      status: "complete",
      payment_status: "no_payment_required",
      setup_intent: { status: "succeeded" },
    });
    expect((await stripe.paymentMethods.list({ customer: customer.id })).data).toHaveLength(1);
    expect((await stripe.charges.list({ customer: customer.id })).data).toEqual([]);
  });
});
