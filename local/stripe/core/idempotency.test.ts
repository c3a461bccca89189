import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientOf, openTestDouble, refusal, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
beforeAll(async () => {
  bench = await openTestDouble();
});
afterAll(() => bench.close());

describe("an idempotency key", () => {
  test("sent twice with the same request acts once and repeats the answer", async () => {
    const first = await bench.stripe.customers.create({ name: "Ada" }, { idempotencyKey: "same" });
    const second = await bench.stripe.customers.create({ name: "Ada" }, { idempotencyKey: "same" });
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(first.lastResponse.headers["idempotent-replayed"]).toBeUndefined();
  });

  test("sent with another request is refused", async () => {
    await bench.stripe.customers.create({ name: "Ada" }, { idempotencyKey: "other" });
    const error = await refusal(bench.stripe.customers.create({ name: "Eve" }, { idempotencyKey: "other" }));
    expect(error).toMatchObject({ statusCode: 400, type: "StripeIdempotencyError" });
  });

  test("sent twice at once is 409 the second time, and stripe-node's retry then gets the first answer", async () => {
    await bench.control("POST", "faults", { path: "/v1/products", delayMs: 300 });
    const patient = clientOf(bench.double, 3);
    const params = { name: "At once" };
    const [a, b] = await Promise.all([
      bench.stripe.products.create(params, { idempotencyKey: "at once" }),
      patient.products.create(params, { idempotencyKey: "at once" }),
    ]);
    expect(b.id).toBe(a.id);

    await bench.control("POST", "faults", { path: "/v1/products", delayMs: 300 });
    const create = () => bench.stripe.products.create(params, { idempotencyKey: "at once again" });
    const results = await Promise.allSettled([create(), create()]);
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(refused).toMatchObject([{ statusCode: 409, code: "idempotency_key_in_use" }]);
  });

  test("repeats a declined card too, without trying it again", async () => {
    const params = { amount: 500, currency: "usd", payment_method: "pm_card_chargeDeclined", confirm: true } as const;
    const charges = async () => (await bench.stripe.charges.list({ limit: 100 })).data.length;
    const first = await refusal(bench.stripe.paymentIntents.create(params, { idempotencyKey: "declined" }));
    const made = await charges();
    const second = await refusal(bench.stripe.paymentIntents.create(params, { idempotencyKey: "declined" }));
    expect(second).toMatchObject({ statusCode: 402, code: "card_declined", charge: first.charge });
    expect(await charges()).toBe(made);
  });

  test("is free again after a request whose parameters were wrong", async () => {
    await refusal(bench.stripe.customers.create({ wrong: 1 } as object, { idempotencyKey: "mended" }));
    expect((await bench.stripe.customers.create({ name: "Mended" }, { idempotencyKey: "mended" })).name).toBe("Mended");
  });

  test("is forgotten after 24 hours, so that a late retry acts again", async () => {
    const first = await bench.stripe.customers.create({ name: "Late" }, { idempotencyKey: "late" });
    await bench.advance(24 * 3600 + 1);
    const again = await bench.stripe.customers.create({ name: "Late" }, { idempotencyKey: "late" });
    expect(again.id).not.toBe(first.id);
  });
});

describe("a fault that was asked for", () => {
  test("answers 429 without carrying the request out, and stripe-node does not retry it", async () => {
    await bench.control("POST", "faults", { method: "POST", path: "/v1/coupons", status: 429 });
    const error = await refusal(clientOf(bench.double, 2).coupons.create({ percent_off: 10 }));
    expect(error).toMatchObject({ statusCode: 429, type: "StripeRateLimitError" });
    expect((await bench.stripe.coupons.list()).data).toEqual([]);
  });

  test("of 500 is survived by stripe-node's own retries", async () => {
    await bench.control("POST", "faults", { path: "/v1/customers", status: 500, times: 2 });
    expect((await clientOf(bench.double, 2).customers.create({ name: "Retried" })).name).toBe("Retried");
  });

  test("after the commit leaves one object, however often the client retries", async () => {
    await bench.control("POST", "faults", { path: "/v1/promotion_codes", drop: "after" });
    const coupon = await bench.stripe.coupons.create({ percent_off: 10 });
    const params = { promotion: { type: "coupon", coupon: coupon.id } } as const;
    const code = await clientOf(bench.double, 2).promotionCodes.create(params);
    expect((await bench.stripe.promotionCodes.list()).data.map(({ id }) => id)).toEqual([code.id]);
  });

  test("of 429 tells its reason in a header, and a lock none", async () => {
    await bench.control("POST", "faults", { path: "/v1/customers", status: 429, reason: "endpoint-rate" });
    const limited = await refusal(bench.stripe.customers.create({}));
    expect(limited).toMatchObject({ statusCode: 429, code: "rate_limit" });
    expect(limited.headers?.["stripe-rate-limited-reason"]).toBe("endpoint-rate");
    await bench.control("POST", "faults", { path: "/v1/customers", status: 429, reason: "lock_timeout" });
    const locked = await refusal(bench.stripe.customers.create({}));
    expect(locked).toMatchObject({ statusCode: 429, code: "lock_timeout" });
    expect(locked.headers?.["stripe-rate-limited-reason"]).toBeUndefined();
  });

  test("can carry a request out and let the client time out before the answer", async () => {
    await bench.control("POST", "faults", { path: "/v1/customers", answerDelayMs: 400 });
    const idempotencyKey = "slow answer";
    const create = (timeout: number) =>
      bench.stripe.customers.create({ name: "Slow" }, { idempotencyKey, timeout, maxNetworkRetries: 0 });
    expect((await refusal(create(80))).type).toBe("StripeConnectionError");
    const made = (await bench.stripe.customers.list()).data.filter(({ name }) => name === "Slow");
    expect(made).toHaveLength(1);
    await expect
      .poll(() =>
        create(5000).then(
          ({ id }) => id,
          () => null,
        ),
      )
      .toBe(made[0]?.id);
  });

  test("must say what happens", async () => {
    await expect(bench.control("POST", "faults", { path: "/v1/customers" })).rejects.toThrow(
      "a status, a drop or a delayMs",
    );
  });
});
