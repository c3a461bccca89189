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

  test("offers for a payment what Stripe and banks can do to it, and shows what was done", async () => {
    const [charge] = (await bench.stripe.charges.list({ customer: customer.id })).data;
    const path = `/charges/${charge?.id}`;
    const doors = async () => [...(await read(path)).matchAll(/data-(?:door|post)="([^"]+)"/g)].map(([, door]) => door);
    const act = (name: string) => `/_double/dashboard/${name}`;
    expect(await doors()).toEqual(["refund", "dispute", "prevent-dispute", "early-fraud-warning"].map(act));
    expect(await read(`/customers/${customer.id}`)).toContain(`href="${path}"`);
    await bench.control("POST", "dashboard/refund", { charge: charge?.id, amount: 500, status: "pending" });
    await bench.control("POST", "dashboard/early-fraud-warning", { charge: charge?.id });
    await bench.control("POST", "dashboard/dispute", { charge: charge?.id, amount: 900 });
    const markup = await read(path);
    for (const shown of [
      "charge for pending refund disputed",
      "needs response",
      "While it is disputed",
      "warned of fraud",
    ]) {
      expect(markup).toContain(shown);
    }
    expect(await doors()).toEqual(expect.arrayContaining([act("close-dispute")]));
    expect(await doors()).not.toContain(act("refund"));
  });

  test("offers for an invoice what fits its status", async () => {
    const [paid] = (await bench.stripe.invoices.list({ customer: customer.id })).data;
    const doorsOf = async (id?: string) =>
      [...(await read(`/invoices/${id}`)).matchAll(/data-(?:door|post)="\/_double\/dashboard\/([^"]+)"/g)].map(
        ([, door]) => door,
      );
    expect(await doorsOf(paid?.id)).toEqual(["credit-note"]);
    await bench.stripe.invoiceItems.create({ customer: customer.id, amount: 900, currency: "usd" });
    const draft = await bench.stripe.invoices.create({
      customer: customer.id,
      pending_invoice_items_behavior: "include",
    });
    expect(await doorsOf(draft.id)).toEqual(["finalize"]);
    await bench.control("POST", "dashboard/finalize", { invoice: draft.id });
    expect(await doorsOf(draft.id)).toEqual(["void", "uncollectible", "pay-out-of-band", "credit-note"]);
    await bench.control("POST", "dashboard/void", { invoice: draft.id });
    expect(await doorsOf(draft.id)).toEqual([]);
  });

  test("shows on a product's page who has a price, and takes it off sale or back", async () => {
    const [price] = (await bench.stripe.subscriptions.list({ customer: customer.id })).data[0]?.items.data ?? [];
    const path = `/products/${String(price?.price.product)}`;
    expect(await read("/products")).toContain(`href="${path}"`);
    expect(await read(path)).toContain("1 subscription has it.");
    await bench.control("POST", "dashboard/archive-price", { price: price?.price.id });
    expect(await read(path)).toContain("Sell again");
    expect(await read(`/customers/${customer.id}`)).toContain("price archived");
    await bench.control("POST", "dashboard/archive-price", { price: price?.price.id, active: true });
  });

  test("says so when somebody or something is not there", async () => {
    expect((await fetch(`${bench.double.url}/customers/cus_none`)).status).toBe(404);
    for (const path of ["events/evt_none", "charges/ch_none", "invoices/in_none", "products/prod_none"]) {
      expect((await fetch(`${bench.double.url}/${path}`)).status).toBe(404);
    }
  });
});
