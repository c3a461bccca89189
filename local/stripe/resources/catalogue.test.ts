import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
let stripe: Stripe;
let product: Stripe.Product;
beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
  product = await stripe.products.create({ name: "Pro" });
});
afterAll(() => bench.close());

const price = (params: Partial<Stripe.PriceCreateParams>) =>
  stripe.prices.create({ currency: "usd", product: product.id, ...params });

describe("a price", () => {
  test("is found by its lookup key, which moves to a new price only when that is asked", async () => {
    const old = await price({ unit_amount: 1900, lookup_key: "pro_monthly", recurring: { interval: "month" } });
    expect((await refusal(price({ unit_amount: 2900, lookup_key: "pro_monthly" }))).message).toContain(
      "already uses that lookup key",
    );
    const next = await price({ unit_amount: 2900, lookup_key: "pro_monthly", transfer_lookup_key: true });
    const found = await stripe.prices.list({ lookup_keys: ["pro_monthly"], expand: ["data.product"] });
    expect(found.data.map(({ id }) => id)).toEqual([next.id]);
    expect(found.data[0]?.product).toMatchObject({ name: "Pro" });
    expect((await stripe.prices.retrieve(old.id)).lookup_key).toBeNull();
  });

  test("has its amount as a number and as exact decimal text, or only as text when it is not whole", async () => {
    expect(await price({ unit_amount: 1900 })).toMatchObject({ unit_amount: 1900, type: "one_time", recurring: null });
    const fine = await price({ unit_amount_decimal: Stripe.Decimal.from("0.0125") });
    expect(fine.unit_amount).toBeNull();
    expect(fine.unit_amount_decimal?.toString()).toBe("0.0125");
  });

  test("in tiers shows them, and its other currencies, only when expanded", async () => {
    const tiered = await price({
      billing_scheme: "tiered",
      tiers_mode: "graduated",
      tiers: [
        { up_to: 100_000, unit_amount: 0 },
        { up_to: "inf", unit_amount_decimal: Stripe.Decimal.from("0.002") },
      ],
      currency_options: { eur: { tiers: [{ up_to: "inf", unit_amount: 1 }], tax_behavior: "inclusive" } },
      recurring: { interval: "month" },
    });
    expect(tiered.tiers).toBeUndefined();
    expect(tiered.currency_options).toBeUndefined();
    const whole = await stripe.prices.retrieve(tiered.id, { expand: ["tiers", "currency_options"] });
    expect(whole.tiers).toMatchObject([
      { up_to: 100_000, unit_amount: 0 },
      { up_to: null, unit_amount: null },
    ]);
    expect(Object.keys(whole.currency_options ?? {}).sort()).toEqual(["eur", "usd"]);
    expect(whole.currency_options?.eur).toMatchObject({ tax_behavior: "inclusive", unit_amount: null });
  });

  test.each<[string, Partial<Stripe.PriceCreateParams>, string]>([
    ["no amount", {}, "unit_amount"],
    [
      "a metered price without a meter",
      { unit_amount: 1, recurring: { interval: "month", usage_type: "metered" } },
      "recurring[meter]",
    ],
    [
      "tiers without a last one",
      { billing_scheme: "tiered", tiers_mode: "volume", tiers: [{ up_to: 5, unit_amount: 1 }] },
      "tiers[0][up_to]",
    ],
    ["a product that is not there", { unit_amount: 1, product: "prod_none" }, "product"],
    ["an interval there is not", { unit_amount: 1, recurring: { interval: "hour" as "day" } }, "recurring[interval]"],
  ])("with %s is refused", async (_, params, param) => {
    expect(await refusal(price(params))).toMatchObject({ statusCode: 400, param });
  });

  test("keeps its amount for ever, and its tax behavior once it is set", async () => {
    const { id } = await price({ unit_amount: 500 });
    expect((await refusal(stripe.prices.update(id, { unit_amount: 600 } as object))).code).toBe("parameter_unknown");
    expect((await stripe.prices.update(id, { tax_behavior: "exclusive" })).tax_behavior).toBe("exclusive");
    expect((await refusal(stripe.prices.update(id, { tax_behavior: "inclusive" }))).param).toBe("tax_behavior");
  });
});

describe("a product", () => {
  test("with prices cannot be deleted, only archived; its default price cannot be archived", async () => {
    const own = await stripe.products.create({
      name: "Own",
      default_price_data: { currency: "usd", unit_amount: 500 },
    });
    expect((await refusal(stripe.products.del(own.id))).message).toContain("one or more user-created prices");
    expect((await refusal(stripe.prices.update(String(own.default_price), { active: false }))).param).toBe("active");
    expect((await stripe.products.update(own.id, { active: false })).active).toBe(false);
    const bare = await stripe.products.create({ name: "Bare" });
    expect(await stripe.products.del(bare.id)).toMatchObject({ deleted: true });
    expect(await bench.types()).toEqual(
      expect.arrayContaining(["product.created", "product.updated", "product.deleted"]),
    );
  });
});

describe("a promotion code", () => {
  test("stands for a coupon and is unique while it is active", async () => {
    const coupon = await stripe.coupons.create({ percent_off: 20, duration: "forever" });
    const params = { promotion: { type: "coupon", coupon: coupon.id }, code: "SPRING" } as const;
    const code = await stripe.promotionCodes.create({ ...params, expand: ["promotion.coupon"] });
    expect(code.promotion.coupon).toMatchObject({ percent_off: 20, valid: true });
    expect((await refusal(stripe.promotionCodes.create(params))).code).toBe("resource_already_exists");
    expect((await stripe.promotionCodes.list({ code: "spring" })).data).toHaveLength(1);
    await stripe.promotionCodes.update(code.id, { active: false });
    expect((await stripe.promotionCodes.create(params)).active).toBe(true);
  });

  test("can no longer be made for a coupon whose time is over", async () => {
    const redeem_by = Math.floor(bench.double.engine.clock.nowSeconds()) + 60;
    const coupon = await stripe.coupons.create({ amount_off: 500, currency: "usd", redeem_by });
    await bench.advance(61);
    const params = { promotion: { type: "coupon", coupon: coupon.id } } as const;
    expect((await refusal(stripe.promotionCodes.create(params))).code).toBe("coupon_expired");
  });
});

describe("a customer", () => {
  test("can be made with a test card that is their default at once", async () => {
    const card = "pm_card_visa";
    const made = await stripe.customers.create({
      payment_method: card,
      invoice_settings: { default_payment_method: card },
    });
    const [method] = (await stripe.paymentMethods.list({ customer: made.id })).data;
    expect(made.invoice_settings.default_payment_method).toBe(method?.id);
  });

  test("that was deleted is still answered for, as deleted, and takes its cards along", async () => {
    const { id } = await stripe.customers.create({ payment_method: "pm_card_visa" });
    expect((await stripe.paymentMethods.list({ customer: id })).data).toHaveLength(1);
    await stripe.customers.del(id);
    expect(await stripe.customers.retrieve(id)).toMatchObject({ id, deleted: true });
    expect((await stripe.paymentMethods.list({ customer: id })).data).toEqual([]);
    expect((await refusal(stripe.customers.update(id, { name: "Gone" }))).code).toBe("resource_missing");
  });

  test("keeps the metadata it is not told about, and drops what is set to nothing", async () => {
    const { id } = await stripe.customers.create({ metadata: { account: "1", plan: "free" }, name: "Ada", phone: "1" });
    const changed = await stripe.customers.update(id, { metadata: { plan: "", seats: 2 }, phone: "" });
    expect(changed).toMatchObject({ metadata: { account: "1", seats: "2" }, name: "Ada", phone: null });
    expect(changed.metadata.plan).toBeUndefined();
  });
});
