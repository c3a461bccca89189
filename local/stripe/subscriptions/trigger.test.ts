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

  test.each(["created", "updated", "canceled", "released"])(
    "subscription_schedule.%s ends well once the parameters that are gone or left out are taken away",
    async (verb) => {
      const type = `subscription_schedule.${verb}`;
      const event = await triggerEvent(bench, type, ...scheduleArguments);
      expect(event.data.object).toMatchObject({ object: "subscription_schedule" });
    },
  );
});

/** The tool's fixtures still send a `source` and phases with `iterations`. */
const scheduleArguments = [
  ["--remove", "customer:source"],
  ["--remove", "subscription_schedule:phases"],
  ["--add", `subscription_schedule:phases[0][items][0][price]=\${price:id}`],
].flat();
