import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCatalogue, subscriber } from "../subscriptions/test-catalogue.ts";
import { openTestDouble, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
let customer: Stripe.Customer;
beforeAll(async () => {
  bench = await openTestDouble();
  const { base, overage, meter } = await makeCatalogue(bench.stripe);
  customer = await subscriber(bench.stripe);
  const items = [{ price: base.id }, { price: overage.id }];
  await bench.stripe.subscriptions.create({ customer: customer.id, items });
  await bench.stripe.billing.meterEvents.create({
    event_name: meter.event_name,
    payload: { stripe_customer_id: customer.id, value: "12400" },
  });
});
afterAll(() => bench.close());

const read = async (path: string) => (await fetch(`${bench.double.url}${path}`)).text();

describe("the dashboard", () => {
  test("shows of a customer the plan, the use of the period, invoices and events", async () => {
    const [invoice] = (await bench.stripe.invoices.list({ customer: customer.id })).data;
    const markup = await read(`/customers/${customer.id}`);
    for (const shown of ["Starter overage", "$29.00 each month", "12,400", invoice?.number, "invoice.paid"]) {
      expect(markup).toContain(shown);
    }
    expect(await read("/")).toContain(`href="/customers/${customer.id}"`);
  });

  test("shows nobody else's events with a customer", async () => {
    const other = await bench.stripe.customers.create({ name: "Other" });
    const [created] = (await bench.stripe.events.list({ type: "customer.created", limit: 1 })).data;
    expect(await read(`/customers/${other.id}`)).toContain(created?.id);
    expect(await read(`/customers/${customer.id}`)).not.toContain(created?.id);
  });

  test("shows an event as it was sent, harmlessly", async () => {
    const name = "<script>alert(1)</script>";
    await bench.stripe.customers.create({ name });
    const [event] = (await bench.stripe.events.list({ type: "customer.created", limit: 1 })).data;
    const markup = await read(`/events/${event?.id}`);
    expect(markup).toContain("&lt;script&gt;alert(1)");
    expect(markup).not.toContain(name);
  });

  test("says what waits: a payment to be declined, deliveries that misbehave, a fault", async () => {
    await bench.control("POST", "dashboard/decline-next", { customer: customer.id, times: 1 });
    expect(await read(`/customers/${customer.id}`)).toContain("The next payment is declined");
    await bench.control("POST", "webhooks", { reorder: true });
    await bench.control("POST", "faults", { status: 503, path: "/v1/none" });
    const markup = await read("/");
    expect(markup.match(/role="switch" aria-checked="true"/g)).toHaveLength(1);
    expect(markup).toContain("/v1/none: 503");
    await bench.control("DELETE", "faults");
    await bench.control("POST", "webhooks", { reorder: false });
    await bench.control("POST", "dashboard/decline-next", { customer: customer.id, times: 0 });
  });

  test("says so when somebody or something is not there", async () => {
    expect((await fetch(`${bench.double.url}/customers/cus_none`)).status).toBe(404);
    expect((await fetch(`${bench.double.url}/events/evt_none`)).status).toBe(404);
  });
});
