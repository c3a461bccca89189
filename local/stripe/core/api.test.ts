import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDouble } from "../server.ts";
import { clientOf, openTestDouble, refusal, type TestDouble } from "../test-double.ts";

let bench: TestDouble;
beforeAll(async () => {
  bench = await openTestDouble();
});
afterAll(() => bench.close());

function raw(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
  const { url, key } = bench.double;
  return fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } });
}

describe("the key", () => {
  test("must be the double's own", async () => {
    const other = clientOf({ url: bench.double.url, key: "sk_test_double_ffffffffffffffff" });
    const error = await refusal(other.customers.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(error.message).toContain("Invalid API Key provided: sk_test_********ffff");
  });

  test("is refused with a warning when it is a live one", async () => {
    const live = clientOf({ url: bench.double.url, key: "sk_live_0123456789abcdef" });
    expect((await refusal(live.customers.list())).message).toContain("do not send live keys here");
  });

  test("that is not a double's does not start it, and production never does", async () => {
    await expect(startDouble({ key: "sk_live_0123456789abcdef" })).rejects.toThrow("never a real one");
    const before = process.env.NODE_ENV;
    Object.assign(process.env, { NODE_ENV: "production" });
    await expect(startDouble()).rejects.toThrow("does not run in production");
    Object.assign(process.env, { NODE_ENV: before });
  });
});

describe("an answer", () => {
  test("tells its request id and version", async () => {
    const { lastResponse } = await bench.stripe.customers.create({});
    expect(lastResponse.requestId).toMatch(/^req_/);
    expect(lastResponse.apiVersion).toBe("2026-10-28.endive");
  });

  test("without a Stripe-Version is in the account's version; another version is refused", async () => {
    expect((await raw("/v1/customers")).status).toBe(200);
    const other = await raw("/v1/customers", { headers: { "stripe-version": "2024-06-20" } });
    expect(other.status).toBe(400);
    expect(await other.text()).toContain("2026-10-28.endive only");
  });

  test("to an address that does not exist is a 404 that says so", async () => {
    const answer = await raw("/v1/quotes");
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("Unrecognized request URL (GET: /v1/quotes)");
  });

  test("names the parameter that is unknown or missing", async () => {
    const unknown = await refusal(bench.stripe.customers.create({ emial: "a@example.com" } as object));
    expect(unknown).toMatchObject({ statusCode: 400, code: "parameter_unknown", param: "emial" });
    const missing = await refusal(bench.stripe.products.create({} as Stripe.ProductCreateParams));
    expect(missing).toMatchObject({ statusCode: 400, code: "parameter_missing", param: "name" });
  });

  test("about an object that does not exist is 404 in a path, 400 in a parameter", async () => {
    expect(await refusal(bench.stripe.customers.retrieve("cus_none"))).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
      message: "No such customer: 'cus_none'",
    });
    const params = { amount: 500, currency: "usd", customer: "cus_none" };
    expect(await refusal(bench.stripe.paymentIntents.create(params))).toMatchObject({
      statusCode: 400,
      param: "customer",
    });
  });

  test("takes a form in brackets of any order, and empty text to unset", async () => {
    const created = await raw("/v1/customers", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "metadata[b]=2&address[city]=K%C3%B6ln&preferred_locales[]=de&preferred_locales[]=en&metadata[a]=1&name=",
    });
    expect(await created.json()).toMatchObject({
      metadata: { a: "1", b: "2" },
      address: { city: "Köln", line1: null },
      preferred_locales: ["de", "en"],
      name: null,
    });
  });
});

describe("expand", () => {
  test("opens ids, lists and what only shows when it is asked for", async () => {
    const intent = await bench.stripe.paymentIntents.create({
      amount: 500,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
      expand: ["latest_charge.balance_transaction", "latest_charge.refunds"],
    });
    expect(intent.latest_charge).toMatchObject({ object: "charge", refunds: { object: "list", data: [] } });
    expect((intent.latest_charge as Stripe.Charge).balance_transaction).toMatchObject({
      amount: 500,
      fee: 45,
      net: 455,
    });
    const listed = await bench.stripe.paymentIntents.list({ limit: 1, expand: ["data.payment_method"] });
    expect(listed.data[0]?.payment_method).toMatchObject({ object: "payment_method", card: { last4: "4242" } });
  });

  test("is silent about a field that is empty, and refuses one that holds no object", async () => {
    const { id } = await bench.stripe.customers.create({ email: "a@example.com" });
    await bench.stripe.customers.retrieve(id, { expand: ["invoice_settings.default_payment_method"] });
    const wrong = await refusal(bench.stripe.customers.retrieve(id, { expand: ["email"] }));
    expect(wrong).toMatchObject({ statusCode: 400, message: "This property cannot be expanded (email)." });
  });
});

describe("lists", () => {
  test("come in pages, newest first, forwards and backwards, and stripe-node walks them all", async () => {
    const names = Array.from({ length: 7 }, (_, at) => `page ${at}`);
    const email = "pages@example.com";
    for (const name of names) await bench.stripe.customers.create({ name, email });
    const first = await bench.stripe.customers.list({ email, limit: 3 });
    expect(first.data.map(({ name }) => name)).toEqual(["page 6", "page 5", "page 4"]);
    expect(first.has_more).toBe(true);
    const second = await bench.stripe.customers.list({ email, limit: 3, starting_after: first.data[2]?.id });
    expect(second.data.map(({ name }) => name)).toEqual(["page 3", "page 2", "page 1"]);
    const back = await bench.stripe.customers.list({ email, limit: 2, ending_before: second.data[0]?.id });
    expect(back.data.map(({ name }) => name)).toEqual(["page 5", "page 4"]);
    const all: Array<string | null | undefined> = [];
    for await (const customer of bench.stripe.customers.list({ email, limit: 2 })) all.push(customer.name);
    expect(all).toEqual(names.toReversed());
  });

  test("refuse a filter that is not carried out, rather than passing over it", async () => {
    const refused = async (call: Promise<unknown>) => (await refusal(call)).param;
    expect(await refused(bench.stripe.subscriptions.list({ current_period_end: { gt: 1 } }))).toBe(
      "current_period_end",
    );
    expect(await refused(bench.stripe.charges.list({ transfer_group: "group" }))).toBe("transfer_group");
    expect(await refused(bench.stripe.products.list({ type: "good" }))).toBe("type");
  });

  test("refuse a limit beyond 100 and a cursor that is not theirs", async () => {
    expect(await refusal(bench.stripe.customers.list({ limit: 101 }))).toMatchObject({
      statusCode: 400,
      param: "limit",
    });
    expect(await refusal(bench.stripe.customers.list({ starting_after: "cus_none" }))).toMatchObject({
      code: "resource_missing",
      param: "starting_after",
    });
  });
});
