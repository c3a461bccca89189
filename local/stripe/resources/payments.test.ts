import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
let stripe: Stripe;
let customer: Stripe.Customer;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
});
beforeEach(async () => {
  customer = await stripe.customers.create({ email: "payer@example.com" });
  await bench.types();
  bench.caught.length = 0;
});
afterAll(() => bench.close());

const pay = (params: Partial<Stripe.PaymentIntentCreateParams>) =>
  stripe.paymentIntents.create({ amount: 2000, currency: "usd", customer: customer.id, confirm: true, ...params });

async function passPage(
  intent: Stripe.PaymentIntent | Stripe.SetupIntent,
  outcome: "complete" | "fail",
): Promise<Response> {
  const url = intent.next_action?.redirect_to_url?.url ?? "";
  expect(await (await fetch(url)).text()).toContain("no money moves");
  return fetch(url, { method: "POST", body: new URLSearchParams({ outcome }), redirect: "manual" });
}

describe("a payment", () => {
  test("with 4242 succeeds, with a charge, a fee and the events that say so", async () => {
    const intent = await pay({ payment_method: "pm_card_visa", metadata: { order: "7" } });
    expect(intent).toMatchObject({ status: "succeeded", amount_received: 2000, last_payment_error: null });
    const charge = await stripe.charges.retrieve(String(intent.latest_charge), { expand: ["balance_transaction"] });
    expect(charge).toMatchObject({
      paid: true,
      captured: true,
      metadata: { order: "7" },
      balance_transaction: { net: 1912 },
    });
    expect(await bench.types()).toEqual(["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]);
  });

  test.each([
    ["4000000000000002", "card_declined", "generic_decline"],
    ["4000000000009995", "card_declined", "insufficient_funds"],
    ["4000000000009987", "card_declined", "lost_card"],
    ["4000000000000069", "expired_card", "expired_card"],
    ["4000000000000127", "incorrect_cvc", "incorrect_cvc"],
    ["4000000000000119", "processing_error", "processing_error"],
  ])("with %s is refused as %s, %s, and can be tried again with another card", async (number, code, declineCode) => {
    const card = { number, exp_month: 12, exp_year: 2040, cvc: "123" };
    const bad = await stripe.paymentMethods.create({ type: "card", card });
    const error = await refusal(pay({ payment_method: bad.id }));
    expect(error).toMatchObject({ statusCode: 402, type: "StripeCardError", code, decline_code: declineCode });
    const intent = error.payment_intent as Stripe.PaymentIntent;
    expect(intent).toMatchObject({ status: "requires_payment_method", payment_method: null });
    expect(intent.last_payment_error).toMatchObject({ code, charge: error.charge, payment_method: { id: bad.id } });
    expect(await bench.types()).toEqual(["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]);
    const second = await stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_mastercard" });
    expect(second).toMatchObject({ status: "succeeded", last_payment_error: null });
  });

  test("that must be authenticated waits for the bank's page and goes back where it came from", async () => {
    const intent = await pay({
      payment_method: "pm_card_threeDSecure2Required",
      return_url: "http://127.0.0.1:3000/done?a=1",
    });
    expect(intent.status).toBe("requires_action");
    const answer = await passPage(intent, "complete");
    expect(answer.headers.get("location")).toBe(
      `http://127.0.0.1:3000/done?a=1&payment_intent=${intent.id}&redirect_status=succeeded`,
    );
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe("succeeded");
    expect(await bench.types()).toContain("payment_intent.requires_action");
  });

  test("whose authentication fails is not taken", async () => {
    const intent = await pay({ payment_method: "pm_card_threeDSecure2Required" });
    await passPage(intent, "fail");
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "payment_intent_authentication_failure" },
    });
  });

  test("off session cannot be authenticated, unless the card was set up for it before", async () => {
    expect(await refusal(pay({ payment_method: "pm_card_authenticationRequired", off_session: true }))).toMatchObject({
      code: "authentication_required",
    });
    const setup = await stripe.setupIntents.create({
      customer: customer.id,
      payment_method: "pm_card_authenticationRequiredOnSetup",
      confirm: true,
    });
    expect(setup.status).toBe("requires_action");
    await passPage(setup, "complete");
    const { payment_method } = await stripe.setupIntents.retrieve(setup.id);
    expect((await pay({ payment_method: String(payment_method), off_session: true })).status).toBe("succeeded");
  });

  test("by bank debit is on its way for days, then arrives or does not", async () => {
    const debit = async (iban: string) => {
      const billing_details = { name: "Bob", email: "bob@example.com" };
      const method = await stripe.paymentMethods.create({ type: "sepa_debit", sepa_debit: { iban }, billing_details });
      return pay({ payment_method: method.id, currency: "eur" });
    };
    const good = await debit("AT321904300235473204");
    const bad = await debit("AT861904300235473202");
    expect([good.status, bad.status]).toEqual(["processing", "processing"]);
    await bench.advance(3 * 86_400);
    expect((await stripe.paymentIntents.retrieve(good.id)).status).toBe("succeeded");
    expect((await stripe.paymentIntents.retrieve(bad.id)).status).toBe("requires_payment_method");
    expect(await bench.types()).toEqual(
      expect.arrayContaining(["payment_intent.succeeded", "payment_intent.payment_failed"]),
    );
  });

  test("authorized first can be captured in part, once, or canceled", async () => {
    const intent = await pay({ payment_method: "pm_card_visa", capture_method: "manual" });
    expect(intent).toMatchObject({ status: "requires_capture", amount_capturable: 2000 });
    expect(await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1500 })).toMatchObject({
      amount_received: 1500,
    });
    expect((await refusal(stripe.paymentIntents.capture(intent.id))).code).toBe("payment_intent_unexpected_state");
    const other = await pay({ payment_method: "pm_card_visa", capture_method: "manual" });
    expect((await stripe.paymentIntents.cancel(other.id)).status).toBe("canceled");
  });

  test("of too little, of half a cent, or with a card of another customer is refused", async () => {
    expect((await refusal(pay({ amount: 49, payment_method: "pm_card_visa" }))).code).toBe("amount_too_small");
    expect((await refusal(pay({ amount: 99.5, payment_method: "pm_card_visa" }))).param).toBe("amount");
    const other = await stripe.customers.create({});
    const theirs = await stripe.paymentMethods.attach("pm_card_visa", { customer: other.id });
    expect((await refusal(pay({ payment_method: theirs.id }))).message).toContain("another customer");
  });

  test("can be made to fail whatever the card, to see a renewal decline", async () => {
    const good = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
    await bench.control("POST", "dashboard/decline-next", {
      customer: customer.id,
      decline_code: "insufficient_funds",
    });
    const params = { payment_method: good.id, off_session: true };
    expect((await refusal(pay(params))).decline_code).toBe("insufficient_funds");
    expect((await pay(params)).status).toBe("succeeded");
  });
});

describe("a saved card", () => {
  test("is refused already when it is saved, but 0341 only when it is charged", async () => {
    const save = (payment_method: string) =>
      stripe.setupIntents.create({ customer: customer.id, payment_method, confirm: true });
    expect(await refusal(save("pm_card_chargeDeclined"))).toMatchObject({ statusCode: 402, code: "card_declined" });
    const saved = await save("pm_card_chargeCustomerFail");
    expect(saved.status).toBe("succeeded");
    expect((await refusal(pay({ payment_method: String(saved.payment_method), off_session: true }))).code).toBe(
      "card_declined",
    );
  });

  test("belongs to one customer, can be their default, and is gone from it when detached", async () => {
    const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
    const other = await stripe.customers.create({});
    expect((await refusal(stripe.paymentMethods.attach(method.id, { customer: other.id }))).message).toContain(
      "already been attached",
    );
    expect((await stripe.customers.listPaymentMethods(customer.id)).data.map(({ id }) => id)).toEqual([method.id]);
    expect((await stripe.paymentMethods.detach(method.id)).customer).toBeNull();
    const after = (await stripe.customers.retrieve(customer.id)) as Stripe.Customer;
    expect(after.invoice_settings.default_payment_method).toBeNull();
  });

  test("must have a number, a date and a code that a card can have", async () => {
    const card = { number: "4242424242424242", exp_month: 12, exp_year: 2040, cvc: "123" };
    const create = (changes: Partial<typeof card>) =>
      refusal(stripe.paymentMethods.create({ type: "card", card: { ...card, ...changes } }));
    expect((await create({ number: "4242424242424241" })).code).toBe("incorrect_number");
    expect((await create({ exp_year: 2020 })).code).toBe("invalid_expiry_year");
    expect((await create({ exp_month: 13 })).code).toBe("invalid_expiry_month");
    expect((await create({ cvc: "12" })).code).toBe("invalid_cvc");
  });
});
