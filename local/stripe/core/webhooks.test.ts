import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openTestDouble, type TestDouble } from "../test-double.ts";
import { BACKOFF_SECONDS } from "./deliveries.ts";

let bench: TestDouble;
beforeAll(async () => {
  bench = await openTestDouble();
});
afterEach(async () => {
  bench.answer.status = 200;
  await bench.control("POST", "webhooks", {
    duplicate: 0,
    reorder: false,
    delaySeconds: 0,
    wrongSecret: false,
    lose: 0,
    down: false,
  });
  await bench.types();
  bench.caught.length = 0;
});
afterAll(() => bench.close());

async function customerEvent(): Promise<string> {
  const { id } = await bench.stripe.customers.create({ name: "Event" });
  const [event] = (await bench.stripe.events.list({ type: "customer.created", limit: 1 })).data;
  expect(event?.data.object).toMatchObject({ id });
  return event?.id ?? "";
}

describe("an event", () => {
  test("arrives signed, with the object as it was, and names the request it came from", async () => {
    const customer = await bench.stripe.customers.create({ name: "Signed" }, { idempotencyKey: "signed" });
    await bench.stripe.customers.update(customer.id, { name: "Renamed" });
    expect(await bench.types()).toEqual(["customer.created", "customer.updated"]);
    const [created, updated] = bench.caught.map(({ event }) => event);
    expect(created).toMatchObject({
      object: "event",
      api_version: "2026-10-28.endive",
      livemode: false,
      data: { object: { id: customer.id, name: "Signed" } },
      request: { id: customer.lastResponse.requestId, idempotency_key: "signed" },
    });
    expect(updated?.data.previous_attributes).toEqual({ name: "Signed" });
  });

  test("names of an object inside only what changed in it, with what was not there before as null", async () => {
    const customer = await bench.stripe.customers.create({ name: "Inside", metadata: { kept: "1", changed: "1" } });
    await bench.stripe.customers.update(customer.id, {
      invoice_settings: { footer: "Thanks" },
      metadata: { changed: "2", added: "1" },
    });
    await bench.types();
    expect(bench.caught.at(-1)?.event.data.previous_attributes).toEqual({
      invoice_settings: { footer: null },
      metadata: { changed: "1", added: null },
    });
  });

  test("is not sent for a change that changes nothing, nor for a request that fails", async () => {
    const customer = await bench.stripe.customers.create({ name: "Same" });
    await bench.stripe.customers.update(customer.id, { name: "Same" });
    await bench.stripe.paymentMethods.attach("pm_card_visa", { customer: "cus_none" }).catch(() => undefined);
    expect(await bench.types()).toEqual(["customer.created"]);
  });

  test("that was not taken is sent again, later each time, with a new signature, until it is", async () => {
    bench.answer.status = 500;
    const event = await customerEvent();
    await bench.advance(30);
    const refused = bench.caught.length;
    expect(refused).toBeGreaterThanOrEqual(2);
    bench.answer.status = 200;
    await bench.advance(3 * 86_400);
    expect(bench.caught.map((caught) => caught.event.id)).toEqual(Array(refused + 1).fill(event));
    expect(new Set(bench.caught.map(({ signature }) => signature)).size).toBe(refused + 1);
    expect((await bench.stripe.events.retrieve(event)).pending_webhooks).toBe(0);
  });

  test("of two hours in which nobody answered arrives afterwards, each once, by its own schedule", async () => {
    await bench.control("POST", "webhooks", { down: true });
    const first = await customerEvent();
    await bench.advance(3600);
    const second = await customerEvent();
    await bench.advance(3600);
    expect(await bench.types()).toEqual([]);
    await bench.control("POST", "webhooks", { down: false });
    await bench.advance(4 * 3600);
    expect(bench.caught.map(({ event }) => event.id)).toEqual([second, first]);
  });

  test("that is never taken is given up after about three days", async () => {
    bench.answer.status = 400;
    await customerEvent();
    await bench.advance(10 * 86_400);
    expect(bench.caught).toHaveLength(14);
    const { deliveries } = (await bench.control("GET", "deliveries")) as {
      deliveries: Array<{ status: string; attempts: Array<{ at: number }> }>;
    };
    const [last] = deliveries;
    expect(last?.status).toBe("failed");
    const waits = last?.attempts.slice(1).map(({ at }, before) => at - (last.attempts[before]?.at ?? 0)) ?? [];
    expect(waits.every((wait, after) => wait >= (BACKOFF_SECONDS[after] ?? 0))).toBe(true);
    const span = (last?.attempts.at(-1)?.at ?? 0) - (last?.attempts[0]?.at ?? 0);
    expect(span / 86_400).toBeGreaterThan(2.5);
    expect(span / 86_400).toBeLessThan(3.5);
  });

  test("can come twice, in the wrong order, late, not at all at first, or with a wrong signature", async () => {
    await bench.control("POST", "webhooks", { duplicate: 1 });
    await customerEvent();
    expect(await bench.types()).toEqual(["customer.created", "customer.created"]);
    expect(new Set(bench.caught.map(({ event }) => event.id)).size).toBe(1);

    bench.caught.length = 0;
    await bench.control("POST", "webhooks", { duplicate: 0, reorder: true });
    await bench.stripe.products.create({ name: "P", default_price_data: { currency: "usd", unit_amount: 500 } });
    expect(await bench.types()).toEqual(["product.updated", "price.created", "product.created"]);

    bench.caught.length = 0;
    await bench.control("POST", "webhooks", { reorder: false, delaySeconds: 600 });
    await customerEvent();
    expect(await bench.types()).toEqual([]);
    await bench.advance(600);
    expect(bench.caught).toHaveLength(1);

    bench.caught.length = 0;
    await bench.control("POST", "webhooks", { delaySeconds: 0, lose: 1 });
    await customerEvent();
    expect(await bench.types()).toEqual([]);
    await bench.advance(10);
    expect(bench.caught).toHaveLength(1);

    bench.caught.length = 0;
    await bench.control("POST", "webhooks", { wrongSecret: true });
    await customerEvent();
    expect(await bench.types()).toEqual([]);
    await bench.control("POST", "webhooks", { wrongSecret: false });
    await bench.advance(10);
    expect(bench.caught).toHaveLength(1);
  });

  test("can be sent again by hand", async () => {
    const event = await customerEvent();
    await bench.types();
    await bench.control("POST", `events/${event}/resend`);
    await bench.types();
    expect(bench.caught.map((caught) => caught.event.id)).toEqual([event, event]);
  });
});

describe("a webhook endpoint", () => {
  test("shows its secret when it is made and never again", async () => {
    expect(bench.endpoint.secret).toMatch(/^whsec_/);
    expect((await bench.stripe.webhookEndpoints.retrieve(bench.endpoint.id)).secret).toBeUndefined();
  });

  test("gets the events it asked for, and none while it is disabled", async () => {
    const { id, url } = bench.endpoint;
    await bench.stripe.webhookEndpoints.update(id, { enabled_events: ["product.created"] });
    await bench.stripe.customers.create({});
    await bench.stripe.products.create({ name: "Wanted" });
    expect(await bench.types()).toEqual(["product.created"]);
    await bench.stripe.webhookEndpoints.update(id, { disabled: true, enabled_events: ["*"] });
    await bench.stripe.products.create({ name: "Unheard" });
    expect(await bench.types()).toEqual(["product.created"]);
    expect(await bench.stripe.webhookEndpoints.update(id, { disabled: false })).toMatchObject({
      status: "enabled",
      url,
    });
  });

  test("that Stripe turned off says so, gets nothing of what happens then, and the rest once it is on again", async () => {
    expect(await bench.control("POST", "dashboard/disable-webhook", { endpoint: bench.endpoint.id })).toMatchObject({
      endpoints: [{ id: bench.endpoint.id, status: "disabled" }],
    });
    expect((await bench.stripe.webhookEndpoints.retrieve(bench.endpoint.id)).status).toBe("disabled");
    const missed = await customerEvent();
    await bench.control("POST", "dashboard/enable-webhook", {});
    const seen = await customerEvent();
    await bench.advance(3600);
    expect(bench.caught.map(({ event }) => event.id)).toEqual([seen]);
    expect((await bench.stripe.events.list({ limit: 2 })).data.map(({ id }) => id)).toEqual([seen, missed]);
  });

  test("whose secret is rolled is signed with both for a while", async () => {
    const { secret } = await bench.control("POST", `webhook-endpoints/${bench.endpoint.id}/roll-secret`, {
      keepSeconds: 3600,
    });
    await bench.stripe.customers.create({});
    await bench.types();
    const [both] = bench.caught;
    expect(both?.signature.match(/v1=/g)).toHaveLength(2);
    const { webhooks } = bench.stripe;
    expect(webhooks.constructEvent(both?.body ?? "", both?.signature ?? "", String(secret)).type).toBe(
      "customer.created",
    );
    await bench.advance(3600);
    await bench.stripe.customers.create({});
    await bench.types();
    expect(bench.caught).toHaveLength(1);
    await bench.stripe.webhookEndpoints.del(bench.endpoint.id);
  });

  test("must have an address, known events and the version the double speaks", async () => {
    const create = (params: object) =>
      bench.stripe.webhookEndpoints.create({ url: "http://127.0.0.1:9/", enabled_events: ["*"], ...params });
    await expect(create({ url: "nowhere" })).rejects.toThrow("Invalid URL");
    await expect(create({ enabled_events: ["customer.exploded"] })).rejects.toThrow("Invalid enabled_events[0]");
    await expect(create({ api_version: "2024-06-20" })).rejects.toThrow("2026-10-28.endive only");
  });
});
