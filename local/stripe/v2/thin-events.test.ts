import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeCatalogue, subscriber } from "../subscriptions/test-catalogue.ts";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

const REPORT = "v1.billing.meter.error_report_triggered";
const NO_METER = "v1.billing.meter.no_meter_found";

let bench: TestDouble;
let stripe: Stripe;
let meter: Stripe.Billing.Meter;
let customer: Stripe.Customer;
let secret = "";
let url = "";
let close: () => Promise<unknown>;
let status = 200;
const arrived: Array<{ body: string; signature: string }> = [];

beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      arrived.push({ body: Buffer.concat(chunks).toString(), signature: String(request.headers["stripe-signature"]) });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/thin`;
  meter = (await makeCatalogue(stripe)).meter;
  const destination = await stripe.v2.core.eventDestinations.create({
    name: "Thin",
    type: "webhook_endpoint",
    event_payload: "thin",
    enabled_events: [REPORT, NO_METER],
    webhook_endpoint: { url },
    include: ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
  });
  secret = destination.webhook_endpoint?.signing_secret ?? "";
  expect(destination).toMatchObject({ status: "enabled", webhook_endpoint: { url } });
});
beforeEach(async () => {
  status = 200;
  customer = await subscriber(stripe);
  arrived.length = 0;
});
afterAll(async () => {
  await bench.close();
  await close();
});

const send = (payload: Record<string, string>, identifier: string, event_name = meter.event_name) =>
  stripe.billing.meterEvents.create({ event_name, payload, identifier });

/** The last notification, verified as an app does it, and the event that it names. */
async function lastReport() {
  await bench.control("POST", "settle");
  const last = arrived.at(-1);
  if (!last) throw new Error("no thin event arrived");
  const now = bench.double.engine.clock.nowMs();
  const notification = stripe.parseEventNotification(last.body, last.signature, secret, undefined, undefined, now);
  const event = await stripe.v2.core.events.retrieve(notification.id);
  if (event.type !== REPORT && event.type !== NO_METER) throw new Error(`unexpected ${event.type}`);
  return { notification, event, body: last.body };
}

describe("a thin event", () => {
  test("names what went wrong with which of our identifiers, and its notification carries none of it", async () => {
    await send({ stripe_customer_id: "cus_unknown", value: "5" }, "row-1");
    await send({ stripe_customer_id: "cus_unknown", value: "6" }, "row-2");
    expect(arrived).toEqual([]);
    await bench.advance(61);
    const { notification, event, body } = await lastReport();
    expect(arrived).toHaveLength(1);
    expect(notification).toMatchObject({
      type: REPORT,
      livemode: false,
      related_object: { id: meter.id, type: "billing.meter" },
    });
    expect(body).not.toContain("row-1");
    expect(event.data.reason).toMatchObject({
      error_count: 2,
      error_types: [{ code: "meter_event_customer_not_found", error_count: 2 }],
    });
    const identifiers = event.data.reason.error_types.flatMap(({ sample_errors }) =>
      sample_errors.map(({ request }) => request.identifier),
    );
    expect(identifiers).toEqual(["row-1", "row-2"]);
  });

  test("is refused by the parser of snapshots, and by the wrong secret", async () => {
    await bench.control("POST", "meter-errors", { identifier: "row-3" });
    await bench.control("POST", "settle");
    const last = arrived.at(-1);
    const now = bench.double.engine.clock.nowMs();
    const parse = (key: string) =>
      stripe.parseEventNotification(last?.body ?? "", last?.signature ?? "", key, undefined, undefined, now);
    expect(() => parse("whsec_other")).toThrow(Stripe.errors.StripeSignatureVerificationError);
    expect(() =>
      stripe.webhooks.constructEvent(last?.body ?? "", last?.signature ?? "", secret, undefined, undefined, now),
    ).toThrow();
    expect(parse(secret).id).toContain("evt_");
  });

  test("that was not taken is sent again", async () => {
    status = 500;
    await bench.control("POST", "meter-errors", { identifier: "row-4" });
    await bench.control("POST", "settle");
    status = 200;
    await bench.advance(60);
    expect(arrived.length).toBeGreaterThanOrEqual(2);
    expect(new Set(arrived.map(({ body }) => body)).size).toBe(1);
    expect((await lastReport()).event.data.reason.error_types[0]?.sample_errors[0]?.request.identifier).toBe("row-4");
  });

  test("tells of use whose customer is deleted before it is counted, and the use is gone", async () => {
    await bench.control("POST", "settings", { meterLagSeconds: 300 });
    await send({ stripe_customer_id: customer.id, value: "5" }, "row-5");
    await stripe.customers.del(customer.id);
    await bench.advance(61);
    const { event } = await lastReport();
    expect(event.data.reason.error_types).toMatchObject([
      { code: "meter_event_customer_not_found", sample_errors: [{ request: { identifier: "row-5" } }] },
    ]);
    await bench.control("POST", "settings", { meterLagSeconds: 0 });
  });

  test("tells of use whose meter is deactivated before it is counted", async () => {
    const { meter: other } = await makeCatalogue(stripe);
    await bench.control("POST", "settings", { meterLagSeconds: 300 });
    await send({ stripe_customer_id: customer.id, value: "5" }, "row-6", other.event_name);
    await stripe.billing.meters.deactivate(other.id);
    await bench.advance(61);
    const { event, notification } = await lastReport();
    expect(notification).toMatchObject({ related_object: { id: other.id } });
    expect(event.data.reason.error_types[0]?.code).toBe("archived_meter");
    await bench.control("POST", "settings", { meterLagSeconds: 0 });
  });

  test("tells of wrong values and of meters that are not there, where Stripe checks later", async () => {
    await bench.control("POST", "settings", { meterChecks: "later", meterErrorSeconds: 0 });
    await send({ stripe_customer_id: customer.id, value: "many" }, "row-7");
    expect((await lastReport()).event.data.reason.error_types[0]?.code).toBe("meter_event_invalid_value");
    await send({ stripe_customer_id: customer.id, value: "1" }, "row-8", "no_such_meter");
    const { event, notification } = await lastReport();
    expect(notification.type).toBe(NO_METER);
    expect(event.data.reason.error_types[0]).toMatchObject({
      code: "no_meter",
      sample_errors: [{ request: { identifier: "row-8" } }],
    });
    await bench.control("POST", "settings", { meterChecks: "at_once", meterErrorSeconds: 60 });
  });

  test("asked for by the door takes the event it names out of the sum", async () => {
    await send({ stripe_customer_id: customer.id, value: "5" }, `wrong-${customer.id}`);
    await send({ stripe_customer_id: customer.id, value: "7" }, `right-${customer.id}`);
    await bench.control("POST", "meter-errors", { identifier: `wrong-${customer.id}`, code: "archived_meter" });
    const start = Math.floor(bench.double.engine.clock.nowSeconds() / 60) * 60;
    const { data } = await stripe.billing.meters.listEventSummaries(meter.id, {
      customer: customer.id,
      start_time: start - 3600,
      end_time: start + 60,
    });
    expect(data.map(({ aggregated_value }) => aggregated_value)).toEqual([7]);
    await expect(bench.control("POST", "meter-errors", { identifier: "x", code: "bad" })).rejects.toThrow("code is");
  });
});

describe("an event destination", () => {
  const create = (more: Partial<Stripe.V2.Core.EventDestinationCreateParams> = {}) =>
    stripe.v2.core.eventDestinations.create({
      name: "Other",
      type: "webhook_endpoint",
      event_payload: "thin",
      enabled_events: [REPORT],
      webhook_endpoint: { url },
      ...more,
    });

  test("tells its secret and its address only when asked, and the secret only once", async () => {
    const made = await create();
    expect(made.webhook_endpoint).toBeUndefined();
    const found = await stripe.v2.core.eventDestinations.retrieve(made.id, { include: ["webhook_endpoint.url"] });
    expect(found.webhook_endpoint).toEqual({ url });
    const listed: string[] = [];
    for await (const { id } of stripe.v2.core.eventDestinations.list({ limit: 1 })) listed.push(id);
    expect(listed[0]).toBe(made.id);
    expect(listed.length).toBeGreaterThan(1);
    expect(await stripe.v2.core.eventDestinations.del(made.id)).toMatchObject({ id: made.id });
    expect((await refusal(stripe.v2.core.eventDestinations.retrieve(made.id))).statusCode).toBe(404);
  });

  test("hears nothing while it is disabled, and a ping alone", async () => {
    const made = await create();
    expect(await stripe.v2.core.eventDestinations.disable(made.id)).toMatchObject({ status: "disabled" });
    expect(await stripe.v2.core.eventDestinations.enable(made.id)).toMatchObject({ status: "enabled" });
    await stripe.v2.core.eventDestinations.ping(made.id);
    await bench.control("POST", "settle");
    expect(arrived.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
      "v2.core.event_destination.ping",
    ]);
    await stripe.v2.core.eventDestinations.del(made.id);
  });

  test("of snapshots, for events the double does not make, or with unknown parameters, is refused", async () => {
    expect((await refusal(create({ event_payload: "snapshot" }))).message).toContain("thin events");
    expect((await refusal(create({ enabled_events: ["v1.customer.created"] }))).message).toContain("not v1.customer");
    const unknown = { colour: "blue" } as Partial<Stripe.V2.Core.EventDestinationCreateParams>;
    expect((await refusal(create(unknown))).message).toContain("unknown parameter: colour");
  });
});
