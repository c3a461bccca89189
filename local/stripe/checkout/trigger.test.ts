import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { triggerEvent } from "../subscriptions/test-trigger.ts";
import { openTestDouble, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
beforeAll(async () => {
  bench = await openTestDouble();
  await bench.control("POST", "settings", { asyncPaymentSeconds: 0 });
});
afterAll(() => bench.close());

describe("stripe trigger", () => {
  test.each([["checkout.session.completed", { status: "complete", payment_status: "paid", amount_total: 3000 }]])(
    "%s ends well, and the event says what happened",
    async (type, said) => {
      const event = await triggerEvent(bench, type);
      expect(event.data.object).toMatchObject(said);
    },
  );

  test("checkout.session.async_payment_succeeded ends well once the parameter that is gone is left out", async () => {
    const type = "checkout.session.async_payment_succeeded";
    const event = await triggerEvent(bench, type, "--remove", "checkout_session:payment_method_types");
    expect(event.data.object).toMatchObject({ status: "complete", payment_status: "paid", currency: "eur" });
  });
});
