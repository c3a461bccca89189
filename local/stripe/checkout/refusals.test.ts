import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Catalogue, makeCatalogue, subscriber } from "../subscriptions/test-catalogue.ts";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
let stripe: Stripe;
let sold: Catalogue;
let pack: Stripe.Price;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
  sold = await makeCatalogue(stripe);
  const product = await stripe.products.create({ name: "Pack" });
  pack = await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 1900 });
});
afterAll(() => bench.close());

const create = (params: Record<string, unknown>) =>
  stripe.checkout.sessions.create({
    success_url: "http://localhost:3000/",
    ...params,
  } as Stripe.Checkout.SessionCreateParams);
const now = () => Math.floor(bench.double.engine.clock.nowMs() / 1000);

describe("a checkout session is refused", () => {
  test.each<[string, () => Record<string, unknown>, string, string | undefined]>([
    [
      "with a quantity on a metered line",
      () => ({
        mode: "subscription",
        line_items: [
          { price: sold.base.id, quantity: 1 },
          { price: sold.overage.id, quantity: 1 },
        ],
      }),
      "Quantity should not be specified where usage_type is `metered`. Remove quantity from `line_items[1]`",
      "line_items[1][quantity]",
    ],
    [
      "without a quantity on another line",
      () => ({ mode: "payment", line_items: [{ price: pack.id }] }),
      "Quantity is required. Add `quantity` to `line_items[0]`",
      "line_items[0]",
    ],
    [
      "with a yearly and a monthly price",
      () => ({
        mode: "subscription",
        line_items: [{ price: sold.yearly.id, quantity: 1 }, { price: sold.overage.id }],
      }),
      "Checkout does not support multiple prices with different billing intervals.",
      "line_items",
    ],
    [
      "with a recurring price in payment mode",
      () => ({ mode: "payment", line_items: [{ price: sold.base.id, quantity: 1 }] }),
      "You specified `payment` mode but passed a recurring price.",
      "mode",
    ],
    [
      "without a recurring price in subscription mode",
      () => ({ mode: "subscription", line_items: [{ price: pack.id, quantity: 1 }] }),
      "at least one recurring price",
      "line_items",
    ],
    [
      "with invoice_creation in subscription mode",
      () => ({
        mode: "subscription",
        line_items: [{ price: sold.base.id, quantity: 1 }],
        invoice_creation: { enabled: true },
      }),
      "You can only enable invoice creation when `mode` is set to `payment`",
      "invoice_creation",
    ],
    [
      "with an old ui_mode",
      () => ({ mode: "payment", ui_mode: "hosted", line_items: [{ price: pack.id, quantity: 1 }] }),
      "ui_mode",
      "ui_mode",
    ],
    [
      "with payment_method_types",
      () => ({ mode: "payment", payment_method_types: ["card"], line_items: [{ price: pack.id, quantity: 1 }] }),
      "payment_method_types",
      "payment_method_types",
    ],
    [
      "that expires too soon",
      () => ({ mode: "payment", line_items: [{ price: pack.id, quantity: 1 }], expires_at: now() + 60 }),
      "at least 30 minutes",
      "expires_at",
    ],
    [
      "that expires too late",
      () => ({ mode: "payment", line_items: [{ price: pack.id, quantity: 1 }], expires_at: now() + 100_000 }),
      "less than 24 hours",
      "expires_at",
    ],
    [
      "with a price that does not exist",
      () => ({ mode: "payment", line_items: [{ price: "price_gone", quantity: 1 }] }),
      "No such price: 'price_gone'",
      "line_items[0][price]",
    ],
    ["without lines", () => ({ mode: "payment" }), "line_items", "line_items"],
    [
      "with a trial that ends tomorrow",
      () => trial({ trial_end: now() + 86_400 }),
      "at least 2 days",
      "subscription_data[trial_end]",
    ],
    [
      "with a trial of no days",
      () => trial({ trial_period_days: 0 }),
      "minimum number of trial period days",
      "subscription_data[trial_period_days]",
    ],
  ])("%s", async (_case, params, message, param) => {
    const error = await refusal(create(params()));
    expect(error).toMatchObject({ statusCode: 400, type: "StripeInvalidRequestError", param });
    expect(error.message).toContain(message);
  });

  const trial = (subscription_data: object) => ({
    mode: "subscription",
    line_items: [{ price: sold.base.id, quantity: 1 }],
    subscription_data,
  });

  test("with both a customer and an email, and with both codes and discounts", async () => {
    const customer = await subscriber(stripe);
    const line_items = [{ price: pack.id, quantity: 1 }];
    const both = await refusal(
      create({ mode: "payment", line_items, customer: customer.id, customer_email: "a@example.com" }),
    );
    expect(both.message).toContain("You may only specify one of these parameters: customer, customer_email");
    const coupon = await stripe.coupons.create({ percent_off: 10, duration: "once" });
    const codes = await refusal(
      create({ mode: "payment", line_items, allow_promotion_codes: true, discounts: [{ coupon: coupon.id }] }),
    );
    expect(codes.param).toBe("discounts");
  });

  test("for a price that was deactivated or a product that was archived", async () => {
    const product = await stripe.products.create({ name: "Old pack" });
    const old = await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 500 });
    const lines = { mode: "payment", line_items: [{ price: old.id, quantity: 1 }] };
    await stripe.products.update(product.id, { active: false });
    expect((await refusal(create(lines))).message).toContain("not active");
    await stripe.products.update(product.id, { active: true });
    await stripe.prices.update(old.id, { active: false });
    expect((await refusal(create(lines))).message).toContain("The price specified is inactive");
  });

  test("in another currency than the customer is bound to", async () => {
    const customer = await subscriber(stripe);
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: sold.base.id }] });
    const product = await stripe.products.create({ name: "Euro plan" });
    const euro = await stripe.prices.create({
      product: product.id,
      currency: "eur",
      unit_amount: 2900,
      recurring: { interval: "month" },
    });
    const error = await refusal(
      create({ mode: "subscription", customer: customer.id, line_items: [{ price: euro.id, quantity: 1 }] }),
    );
    expect(error.message).toContain("You cannot combine currencies on a single customer.");
  });

  test("with automatic tax for a customer whose address is unknown and will not be saved", async () => {
    const customer = await subscriber(stripe);
    const params = {
      mode: "payment",
      customer: customer.id,
      line_items: [{ price: pack.id, quantity: 1 }],
      automatic_tax: { enabled: true },
    };
    expect((await refusal(create(params))).code).toBe("customer_tax_location_invalid");
    const session = await create({ ...params, customer_update: { address: "auto" } });
    expect(session).toMatchObject({ amount_subtotal: 1900, amount_total: 2280, total_details: { amount_tax: 380 } });
  });
});
