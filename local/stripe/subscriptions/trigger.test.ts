import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDouble, type TestDouble } from "../test-double.ts";
import { triggerEvent } from "./test-trigger.ts";

let bench: TestDouble;
beforeAll(async () => {
  bench = await openTestDouble();
});
afterAll(() => bench.close());

describe("stripe trigger", () => {
  test.each([
    [
      "customer.subscription.deleted",
      { status: "canceled", cancellation_details: { reason: "cancellation_requested" } },
    ],
    ["customer.subscription.trial_will_end", { status: "trialing" }],
    ["customer.subscription.paused", { status: "paused" }],
  ])("%s ends well, and the event says what happened", async (type, said) => {
    const event = await triggerEvent(bench, type);
    expect(event.data.object).toMatchObject(said);
  });
});
