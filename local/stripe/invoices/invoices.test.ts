import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Catalogue, makeCatalogue, subscriber } from "../subscriptions/test-catalogue.ts";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

const hour = 3600;
const day = 24 * hour;

let bench: TestDouble;
let stripe: Stripe;
let sold: Catalogue;
let customer: Stripe.Customer;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
  sold = await makeCatalogue(stripe);
});
beforeEach(async () => {
  customer = await subscriber(stripe);
  await bench.types();
  bench.caught.length = 0;
});
afterAll(() => bench.close());

const bill = async (amount: number, params: Stripe.InvoiceCreateParams = {}) => {
  await stripe.invoiceItems.create({ customer: customer.id, amount, currency: "usd", description: "A line" });
  return stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: "include", ...params });
};
const find = (invoice: Stripe.Invoice) => stripe.invoices.retrieve(invoice.id ?? "", { expand: ["payments"] });
const finalize = (invoice: Stripe.Invoice) => stripe.invoices.finalizeInvoice(invoice.id ?? "");

describe("an invoice made by hand", () => {
  test("stays a draft, takes more lines, and is charged off-session once it is finalized and paid", async () => {
    const draft = await bill(1900, { auto_advance: false, metadata: { kind: "topup" } });
    await stripe.invoiceItems.create({ customer: customer.id, invoice: draft.id, amount: 100, currency: "usd" });
    const open = await finalize(draft);
    expect(open).toMatchObject({ status: "open", amount_due: 2000, attempted: false, metadata: { kind: "topup" } });
    const paid = await stripe.invoices.pay(open.id ?? "", { off_session: true });
    expect(paid).toMatchObject({ status: "paid", amount_paid: 2000, amount_remaining: 0, attempt_count: 1 });
    const { payments } = await find(draft);
    const intent = String(payments?.data[0]?.payment.payment_intent);
    expect(payments?.data).toMatchObject([{ status: "paid", amount_paid: 2000, is_default: true }]);
    const linked = await stripe.invoicePayments.list({ payment: { type: "payment_intent", payment_intent: intent } });
    expect(linked.data[0]?.invoice).toBe(draft.id);
    expect((await refusal(stripe.invoices.pay(open.id ?? ""))).message).toContain("already paid");
    expect((await refusal(finalize(draft))).code).toBe("invoice_not_editable");
  });

  test("finalizes itself after the grace when it advances by itself, and is collected", async () => {
    const draft = await bill(1900, { auto_advance: true });
    await bench.advance(hour - 60);
    expect((await find(draft)).status).toBe("draft");
    await bench.advance(120);
    expect(await find(draft)).toMatchObject({ status: "paid", attempt_count: 1 });
  });

  test("is paid in parts by payments made elsewhere, its own asking for the rest", async () => {
    const open = await finalize(await bill(2000, { auto_advance: false }));
    const elsewhere = (amount: number) =>
      stripe.paymentIntents.create({
        customer: customer.id,
        amount,
        currency: "usd",
        payment_method: "pm_card_visa",
        confirm: true,
      });
    const attach = async (amount: number) =>
      stripe.invoices.attachPayment(open.id ?? "", { payment_intent: (await elsewhere(amount)).id });
    expect(await attach(500)).toMatchObject({ status: "open", amount_paid: 500, amount_remaining: 1500 });
    expect((await refusal(attach(1600))).param).toBe("payment_intent");
    expect(await stripe.invoices.pay(open.id ?? "")).toMatchObject({ status: "paid", amount_paid: 2000 });
    const { payments } = await find(open);
    expect(payments?.data.map(({ amount_paid: amount }) => amount).sort()).toEqual([1500, 500]);
  });

  test("can be put off by moving the moment it finalizes", async () => {
    const draft = await bill(1900, { auto_advance: true });
    const later = (draft.automatically_finalizes_at ?? 0) + 5 * hour;
    await stripe.invoices.update(draft.id ?? "", { automatically_finalizes_at: later });
    await bench.advance(2 * hour);
    expect(await find(draft)).toMatchObject({ status: "draft", automatically_finalizes_at: later });
    await bench.advance(4 * hour + 60);
    expect((await find(draft)).status).toBe("paid");
  });

  test("is numbered in the customer's own sequence, without gaps", async () => {
    const first = await finalize(await bill(500));
    const second = await finalize(await bill(600));
    expect(first.number).toMatch(/^[A-Z0-9]{8}-0001$/);
    expect(second.number).toBe(first.number?.replace("0001", "0002"));
  });

  test("asks for the customer when the bank does, and says so", async () => {
    const method = await stripe.paymentMethods.attach("pm_card_authenticationRequired", { customer: customer.id });
    const open = await finalize(await bill(1900));
    const error = await refusal(stripe.invoices.pay(open.id ?? "", { payment_method: method.id }));
    expect(error).toMatchObject({ statusCode: 402, code: "invoice_payment_intent_requires_action" });
    expect(await find(open)).toMatchObject({ status: "open", attempt_count: 1 });
    expect(await bench.types()).toEqual(
      expect.arrayContaining(["invoice.payment_action_required", "invoice.payment_failed"]),
    );
  });

  test("paid out of band, voided or written off takes no money", async () => {
    const elsewhere = await stripe.invoices.pay((await finalize(await bill(1900))).id ?? "", {
      paid_out_of_band: true,
    });
    expect(elsewhere).toMatchObject({ status: "paid", amount_paid: 1900 });
    const gone = await stripe.invoices.voidInvoice((await finalize(await bill(1900))).id ?? "");
    expect(gone).toMatchObject({ status: "void", auto_advance: false });
    expect((await refusal(stripe.invoices.pay(gone.id ?? ""))).statusCode).toBe(400);
    const lost = await stripe.invoices.markUncollectible((await finalize(await bill(1900))).id ?? "");
    expect(lost.status).toBe("uncollectible");
    expect((await stripe.charges.list({ customer: customer.id })).data).toEqual([]);
    expect((await stripe.invoices.pay(lost.id ?? "")).status).toBe("paid");
  });

  test("on terms is sent, never charged and never failed, and can be paid later", async () => {
    const open = await stripe.invoices.sendInvoice(
      (await bill(90_000, { collection_method: "send_invoice", days_until_due: 30 })).id ?? "",
    );
    expect(open).toMatchObject({ status: "open", amount_due: 90_000 });
    await bench.advance(45 * day);
    expect(await find(open)).toMatchObject({ status: "open", attempt_count: 0 });
    const types = await bench.types();
    expect(types).toContain("invoice.sent");
    expect(types).not.toContain("invoice.payment_failed");
    expect(types).not.toContain("invoice.overdue");
    expect((await stripe.invoices.pay(open.id ?? "")).status).toBe("paid");
  });
});

describe("what an invoice comes to", () => {
  test("is paid from the customer's balance first, and what is left of it stays", async () => {
    await stripe.customers.createBalanceTransaction(customer.id, { amount: -2500, currency: "usd" });
    const covered = await finalize(await bill(1900));
    expect(covered).toMatchObject({
      status: "paid",
      total: 1900,
      amount_due: 0,
      starting_balance: -2500,
      ending_balance: -600,
    });
    const rest = await finalize(await bill(1900));
    expect(rest).toMatchObject({ status: "open", amount_due: 1300, ending_balance: 0 });
    await stripe.invoices.voidInvoice(rest.id ?? "");
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ balance: -600 });
  });

  test("below the minimum charge waits on the balance", async () => {
    const small = await finalize(await bill(30));
    expect(small).toMatchObject({ status: "paid", amount_due: 0, ending_balance: 30 });
    expect(await finalize(await bill(100))).toMatchObject({ amount_due: 130 });
  });

  test("is less the coupon, once or for months as the coupon says", async () => {
    const once = await stripe.coupons.create({ amount_off: 900, currency: "usd", duration: "once" });
    const months = await stripe.coupons.create({ percent_off: 50, duration: "repeating", duration_in_months: 2 });
    const totals = async (coupon: string) => {
      const buyer = await subscriber(stripe);
      const { id } = await stripe.subscriptions.create({
        customer: buyer.id,
        items: [{ price: sold.base.id }],
        discounts: [{ coupon }],
      });
      await bench.advance(95 * day);
      return (await stripe.invoices.list({ subscription: id })).data.map(({ total }) => total).toReversed();
    };
    expect(await totals(once.id)).toEqual([2000, 2900, 2900, 2900]);
    expect((await totals(months.id)).slice(0, 4)).toEqual([1450, 1450, 2900, 2900]);
  });

  test("includes tax where it is on, and stays a draft while nobody knows where the customer is", async () => {
    const draft = await bill(1000, { automatic_tax: { enabled: true } });
    const error = await refusal(finalize(draft));
    expect(error.code).toBe("customer_tax_location_invalid");
    expect(await find(draft)).toMatchObject({
      status: "draft",
      last_finalization_error: { code: "customer_tax_location_invalid" },
    });
    expect(await bench.types()).toContain("invoice.finalization_failed");
    await stripe.customers.update(customer.id, { address: { country: "DE" } });
    expect(await finalize(draft)).toMatchObject({
      status: "open",
      subtotal: 1000,
      total: 1200,
      total_taxes: [{ amount: 200 }],
    });
  });

  test("of a tiered metered price has a line for each tier", async () => {
    const product = await stripe.products.create({ name: "Volume" });
    const price = await stripe.prices.create({
      product: product.id,
      currency: "usd",
      recurring: { interval: "month", usage_type: "metered", meter: sold.meter.id },
      billing_scheme: "tiered",
      tiers_mode: "graduated",
      tiers: [
        { up_to: 1000, unit_amount_decimal: Stripe.Decimal.from("2") },
        { up_to: "inf", unit_amount_decimal: Stripe.Decimal.from("0.5") },
      ],
    });
    const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await stripe.billing.meterEvents.create({
      event_name: sold.meter.event_name,
      payload: { stripe_customer_id: customer.id, value: "1500" },
    });
    await bench.advance(32 * day);
    const [renewal] = (await stripe.invoices.list({ subscription: subscription.id })).data;
    expect(renewal?.lines.data.map(({ quantity, amount }) => [quantity, amount])).toEqual([
      [1000, 2000],
      [500, 250],
    ]);
    expect(renewal?.total).toBe(2250);
  });
});
