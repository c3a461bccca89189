import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fillPage, goodCard, sendForm } from "../checkout/test-page.ts";
import { makeCatalogue, subscriber } from "../subscriptions/test-catalogue.ts";
import { openTestDouble, refusal, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
let stripe: Stripe;
let customer: Stripe.Customer;
let configuration: Stripe.BillingPortal.Configuration;
const back = "http://127.0.0.1:9/billing";

beforeAll(async () => {
  bench = await openTestDouble();
  stripe = bench.stripe;
  configuration = await stripe.billingPortal.configurations.create({
    business_profile: { headline: "Ledgerline" },
    features: {
      customer_update: { enabled: true, allowed_updates: ["address", "email", "name", "tax_id"] },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true },
    },
  });
});
beforeEach(async () => {
  customer = await subscriber(stripe);
  await bench.types();
  bench.caught.length = 0;
});
afterAll(() => bench.close());

const open = (more: Partial<Stripe.BillingPortal.SessionCreateParams> = {}) =>
  stripe.billingPortal.sessions.create({
    customer: customer.id,
    configuration: configuration.id,
    return_url: back,
    ...more,
  });
const cards = async () => (await stripe.customers.listPaymentMethods(customer.id)).data;
const standard = async () => {
  const found = (await stripe.customers.retrieve(customer.id)) as Stripe.Customer;
  return found.invoice_settings.default_payment_method;
};

describe("a configuration", () => {
  test("allows what it names and nothing else, and keeps the rest through a change", async () => {
    const made = await stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      metadata: { ledgerline: "1" },
    });
    expect(made).toMatchObject({ active: true, is_default: false, metadata: { ledgerline: "1" } });
    expect(made.features).toMatchObject({
      invoice_history: { enabled: true },
      customer_update: { enabled: false },
      subscription_cancel: { enabled: false, mode: "at_period_end", proration_behavior: "none" },
      subscription_update: { enabled: false },
    });
    const changed = await stripe.billingPortal.configurations.update(made.id, {
      features: { payment_method_update: { enabled: true } },
      business_profile: { headline: "New" },
    });
    expect(changed.features).toMatchObject({
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true },
    });
    expect(await bench.types()).toEqual(
      expect.arrayContaining(["billing_portal.configuration.created", "billing_portal.configuration.updated"]),
    );
    const listed = await stripe.billingPortal.configurations.list({ is_default: false, limit: 100 });
    expect(listed.data.map(({ id }) => id)).toContain(made.id);
  });

  test.each<[string, Stripe.BillingPortal.ConfigurationCreateParams.Features, string]>([
    [
      "changes of the customer without naming any",
      { customer_update: { enabled: true } },
      "features[customer_update][allowed_updates]",
    ],
    [
      "changes of the plan without products",
      { subscription_update: { enabled: true, default_allowed_updates: ["price"], products: [] } },
      "features[subscription_update][products]",
    ],
  ])("is refused when it allows %s", async (_what, features, param) => {
    const error = await refusal(stripe.billingPortal.configurations.create({ features }));
    expect(error).toMatchObject({ statusCode: 400, param });
  });

  test("offers no metered price, since the portal cannot change to one", async () => {
    const { overage } = await makeCatalogue(stripe);
    const products = [{ product: String(overage.product), prices: [overage.id] }];
    const subscription_update = { enabled: true, default_allowed_updates: ["price" as const], products };
    const error = await refusal(stripe.billingPortal.configurations.create({ features: { subscription_update } }));
    expect(error.message).toContain("metered");
  });
});

describe("a session", () => {
  test("needs a configuration until a default one was saved in the Dashboard", async () => {
    const error = await refusal(stripe.billingPortal.sessions.create({ customer: customer.id }));
    expect(error.statusCode).toBe(400);
    expect(error.message).toContain("default configuration has not been created");
    await bench.control("POST", "dashboard/portal-default", {});
    expect(await stripe.billingPortal.sessions.create({ customer: customer.id })).toHaveProperty("url");
    const inactive = await stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
    });
    await stripe.billingPortal.configurations.update(inactive.id, { active: false });
    expect((await refusal(open({ configuration: inactive.id }))).param).toBe("configuration");
  });

  test("is refused a deep link to what its configuration does not allow", async () => {
    const { base } = await makeCatalogue(stripe);
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: base.id }] });
    const flow = { type: "subscription_cancel" as const, subscription_cancel: { subscription: id } };
    expect((await refusal(open({ flow_data: flow }))).message).toContain("subscription_cancel");
  });

  test("shows nothing that its configuration leaves out, and says that no money moves", async () => {
    const markup = await fillPage((await open()).url);
    expect(markup).toContain("no money moves");
    expect(markup).toContain("visa ending in 4242");
    expect(markup).toContain(back);
    expect(markup).not.toContain("Cancel plan");
  });

  test("expires five minutes after it was made, and an hour after it was last used", async () => {
    const unused = await open();
    await bench.advance(301);
    expect((await fetch(unused.url)).status).toBe(410);
    const used = await open();
    expect((await fetch(used.url)).status).toBe(200);
    await bench.advance(3500);
    expect((await fetch(used.url)).status).toBe(200);
    await bench.advance(3601);
    const expired = await fetch(used.url);
    expect(expired.status).toBe(410);
    expect(await expired.text()).toContain(back);
    expect((await sendForm(used.url, { act: "add_card", ...goodCard })).status).toBe(410);
  });
});

describe("the portal's page", () => {
  const flow_data = {
    type: "payment_method_update" as const,
    after_completion: { type: "redirect" as const, redirect: { return_url: `${back}?card=saved` } },
  };

  test("goes straight to the card form by a deep link, makes the card the default, and returns", async () => {
    const { url } = await open({ flow_data });
    expect(await fillPage(url)).toContain("Card number");
    const answer = await sendForm(url, { act: "add_card", ...goodCard, number: "5555 5555 5555 4444" });
    expect(answer.headers.get("location")).toBe(`${back}?card=saved`);
    const card = (await cards()).find((method) => method.card?.last4 === "4444");
    expect(await standard()).toBe(card?.id);
    expect(await bench.types()).toEqual(
      expect.arrayContaining(["setup_intent.succeeded", "payment_method.attached", "customer.updated"]),
    );
  });

  test("keeps the old card when the new one is declined, and says so", async () => {
    const before = await standard();
    const { url } = await open({ flow_data });
    const answer = await sendForm(url, { act: "add_card", ...goodCard, number: "4000 0000 0000 0002" });
    expect(answer.status).toBe(402);
    expect(await answer.text()).toContain("declined");
    expect(await standard()).toBe(before);
  });

  test("asks the bank where the card wants it, and saves only what was passed", async () => {
    const { url } = await open();
    const card = { act: "add_card", ...goodCard, number: "4000 0025 0000 3155" };
    expect(await (await sendForm(url, card)).text()).toContain("Confirm it is you");
    expect((await sendForm(url, { act: "refuse" })).status).toBe(402);
    expect(await cards()).toHaveLength(1);
    await sendForm(url, card);
    expect((await sendForm(url, { act: "authenticate" })).status).toBe(303);
    expect(await cards()).toHaveLength(2);
  });

  test("makes another card the default, and removes one, but not the last that a plan lives on", async () => {
    const { base } = await makeCatalogue(stripe);
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: base.id }] });
    const { url } = await open();
    const [only] = await cards();
    expect(await (await sendForm(url, { act: "remove_card", of: only?.id ?? "" })).text()).toContain("Add another");
    const other = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: customer.id });
    await sendForm(url, { act: "make_default", of: other.id });
    expect(await standard()).toBe(other.id);
    await sendForm(url, { act: "remove_card", of: only?.id ?? "" });
    expect((await cards()).map(({ id }) => id)).toEqual([other.id]);
    expect(await bench.types()).toContain("payment_method.detached");
  });

  test("touches no card of another customer", async () => {
    const stranger = await subscriber(stripe);
    const [card] = (await stripe.customers.listPaymentMethods(stranger.id)).data;
    const { url } = await open();
    expect((await sendForm(url, { act: "remove_card", of: card?.id ?? "" })).status).toBe(400);
    expect((await stripe.customers.listPaymentMethods(stranger.id)).data).toHaveLength(1);
  });

  test("changes address and email, and what the configuration does not name stays", async () => {
    const { url } = await open();
    const details = { name: "Ada", email: "ada@example.com", phone: "+1 555", line1: "Main 1", country: "DE" };
    await sendForm(url, { act: "save_details", ...details });
    const found = await stripe.customers.retrieve(customer.id);
    expect(found).toMatchObject({
      name: "Ada",
      email: "ada@example.com",
      phone: null,
      address: { line1: "Main 1", country: "DE", city: null },
    });
    const wrong = await sendForm(url, { act: "save_details", name: "Ada Lovelace", email: "no address", city: "Bath" });
    expect(wrong.status).toBe(422);
    const page = await wrong.text();
    for (const typed of ["Ada Lovelace", "no address", "Bath"]) expect(page).toContain(`value="${typed}"`);
  });

  test("adds a tax id, which is verified a minute later, and removes it", async () => {
    const { url } = await open();
    expect((await sendForm(url, { act: "add_tax_id", type: "eu_vat", value: "nonsense" })).status).toBe(400);
    await sendForm(url, { act: "add_tax_id", type: "eu_vat", value: "DE123456789" });
    const [taxId] = (await stripe.customers.listTaxIds(customer.id)).data;
    expect(taxId).toMatchObject({ country: "DE", value: "DE123456789", verification: { status: "pending" } });
    await bench.advance(61);
    expect(await stripe.customers.retrieveTaxId(customer.id, taxId?.id ?? "")).toMatchObject({
      verification: { status: "verified" },
    });
    await sendForm(url, { act: "remove_tax_id", of: taxId?.id ?? "" });
    expect((await stripe.customers.listTaxIds(customer.id)).data).toEqual([]);
    const types = await bench.types();
    for (const verb of ["created", "updated", "deleted"]) expect(types).toContain(`customer.tax_id.${verb}`);
  });

  test("lists invoices with their pages", async () => {
    const { base } = await makeCatalogue(stripe);
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: base.id }] });
    const [invoice] = (await stripe.invoices.list({ customer: customer.id })).data;
    const markup = await fillPage((await open()).url);
    expect(markup).toContain(invoice?.number);
    expect(markup).toContain(invoice?.hosted_invoice_url);
    expect(markup).toContain("$29.00");
  });

  test("cancels at the period's end and takes it back, where the configuration allows it", async () => {
    const { base } = await makeCatalogue(stripe);
    const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: base.id }] });
    const { url: strict } = await open();
    expect((await sendForm(strict, { act: "cancel", of: subscription.id })).status).toBe(403);
    const lenient = await stripe.billingPortal.configurations.create({
      features: { subscription_cancel: { enabled: true, cancellation_reason: { enabled: true, options: ["unused"] } } },
    });
    const { url } = await open({ configuration: lenient.id });
    expect(await fillPage(`${url}?do=subscription_cancel&subscription=${subscription.id}`)).toContain("Keep plan");
    await sendForm(url, { act: "cancel", of: subscription.id, feedback: "unused", comment: "Too quiet" });
    const end = subscription.items.data[0]?.current_period_end;
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: "active",
      cancel_at: end,
      cancellation_details: { feedback: "unused", comment: "Too quiet", reason: "cancellation_requested" },
    });
    expect(await fillPage(url)).toContain("Don&#39;t cancel plan");
    await sendForm(url, { act: "resume", of: subscription.id });
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      cancel_at: null,
      cancel_at_period_end: false,
    });
  });
});
