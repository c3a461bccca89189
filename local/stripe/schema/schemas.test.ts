import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { eventTypes, objectRoot, paramsRoot } from "./catalog.ts";
import { mismatch } from "./check.ts";
import { generateSchemas } from "./generate.ts";
import { readParameters } from "./parameters.ts";
import { resourceRoots } from "./roots.ts";
import { skeleton } from "./skeleton.ts";

const kept = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const read = (name: string, sent: Record<string, unknown>) => readParameters(paramsRoot(name), sent);
const empty = (object: string) => {
  const root = objectRoot(object);
  if (!root) throw new Error(`no schema for ${object}`);
  return skeleton(root) as Record<string, unknown>;
};

describe("the schemas", () => {
  test("are those of the stripe-node that is installed", () => {
    for (const [name, text] of Object.entries(generateSchemas())) {
      expect(
        text === kept(`./${name}`),
        `${name} is out of date: run npm run stripe:schemas and read the difference`,
      ).toBe(true);
    }
  });

  test("give an empty object of every kind that passes its own check", () => {
    const wrong = Object.keys(resourceRoots).filter((object) => mismatch(empty(object)) !== undefined);
    // An empty event has no object in it, which is a mismatch of its own.
    expect(wrong).toEqual(["event"]);
  });

  test("know the events a webhook endpoint may ask for", () => {
    expect(eventTypes.has("checkout.session.completed")).toBe(true);
    expect(eventTypes.has("*")).toBe(false);
  });
});

describe("an answer is refused", () => {
  test("when a field is missing, and the field is named", () => {
    const { email: _, ...customer } = empty("customer");
    expect(mismatch(customer)).toBe("customer.email is missing");
  });

  test("when a field is there that Stripe does not declare", () => {
    expect(mismatch({ ...empty("subscription"), current_period_end: 1 })).toBe(
      "subscription.current_period_end is not a field Stripe declares",
    );
  });

  test("when a status is not a documented one", () => {
    expect(mismatch({ ...empty("subscription"), status: "paid" })).toContain(
      'subscription.status is "paid", not one of',
    );
  });

  test("when an item of a list or an expanded object is wrong", () => {
    const price = { ...empty("price"), unit_amount: "5" };
    expect(mismatch({ object: "list", data: [price], has_more: false, url: "/" })).toContain(
      "data[0]: price.unit_amount",
    );
    expect(mismatch({ ...empty("product"), default_price: price })).toContain("default_price.unit_amount");
  });

  test("when an event carries an object that is wrong", () => {
    const event = {
      ...empty("event"),
      type: "customer.created",
      data: { object: { ...empty("customer"), balance: "0" } },
    };
    expect(mismatch(event)).toContain("customer.balance");
  });
});

describe("parameters", () => {
  test("become numbers and booleans where Stripe declares them", () => {
    const sent = { currency: "usd", product: "prod_1", unit_amount: "500", active: "false", nickname: "500" };
    expect(read("PriceCreateParams", sent)).toEqual({ ...sent, unit_amount: 500, active: false });
  });

  test("that Stripe does not know are refused by name, inside others too", () => {
    const sent = { mode: "payment", line_items: [{ price: "price_1", amount: "5" }] };
    expect(() => read("Checkout.SessionCreateParams", sent)).toThrowError(
      expect.objectContaining({
        body: expect.objectContaining({ code: "parameter_unknown", param: "line_items[0][amount]" }),
      }),
    );
  });

  test("that are missing are named", () => {
    expect(() => read("PriceCreateParams", { product: "prod_1" })).toThrowError("Missing required param: currency.");
  });

  test("that Stripe has removed are refused: payment_method_types, ui_mode hosted", () => {
    const types = { amount: "500", currency: "usd", payment_method_types: ["card"] };
    expect(() => read("PaymentIntentCreateParams", types)).toThrowError("no longer supported");
    expect(() => read("Checkout.SessionCreateParams", { payment_method_types: ["card"] })).toThrowError(
      "payment_method_types",
    );
    expect(() => read("Checkout.SessionCreateParams", { ui_mode: "hosted" })).toThrowError(
      "Invalid ui_mode: must be one of",
    );
  });

  test("are unset by an empty text", () => {
    expect(read("CustomerUpdateParams", { metadata: "", email: "" })).toEqual({ metadata: "", email: "" });
  });

  test("of meter events are text, as Stripe wants them", () => {
    const payload = { stripe_customer_id: "cus_1", value: 5 };
    expect(read("Billing.MeterEventCreateParams", { event_name: "tokens", payload })).toEqual({
      event_name: "tokens",
      payload: { stripe_customer_id: "cus_1", value: "5" },
    });
  });
});
