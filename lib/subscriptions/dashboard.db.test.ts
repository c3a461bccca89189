import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { debtorsOf } from "@/e2e/database/debtors";
import type { Subscriber } from "@/e2e/database/subscribers";
import { spend } from "@/e2e/database/usage";
import { planOf } from "@/lib/billing/offers";
import { customerFor } from "@/lib/checkout/customer";
import { startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { renderMail } from "@/lib/email/mails";
import { askAboutCustomer } from "@/lib/events/reconcile";
import { readLacking } from "@/lib/invoices/lacking";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import { rpc } from "@/lib/supabase/rpc";
import { endPlanNow } from "./ending";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.deliver = true;
});
const { subscribe, settle, failing, renew, tick, pass, owed, alerts, entitlement, mails, total, outcomes, prices } =
  debtorsOf(() => scene);

const starter = planOf("starter").monthlyAllowance;
const priceOf = (plan: "starter" | "pro") => findPrice({ kind: "base", plan: planOf(plan), interval: "monthly" });
const kinds = async (subscriber: Subscriber) => (await alerts(subscriber)).map(({ kind }) => kind);

async function itemsOf({ subscription }: Subscriber) {
  const { items } = await stripe().subscriptions.retrieve(subscription);
  const base = items.data.find(({ price }) => price.recurring?.usage_type === "licensed");
  const metered = items.data.find(({ price }) => price.recurring?.usage_type === "metered");
  if (!base) throw new Error(`${subscription} has no base item`);
  return { base, metered };
}

async function foreignPrice(): Promise<string> {
  const product = await stripe().products.create({ name: "Consulting" });
  const { id } = await stripe().prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 4200,
    recurring: { interval: "month" },
  });
  return id;
}

/** A second subscription, as somebody would make it in Stripe's dashboard. */
async function addSecond({ customer }: Subscriber, metadata: Record<string, string> = {}): Promise<string> {
  const { id: card } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  await stripe().paymentMethods.attach(card, { customer });
  const { id } = await stripe().subscriptions.create({
    customer,
    default_payment_method: card,
    items: [{ price: await priceOf("pro") }],
    metadata,
  });
  await settle();
  return id;
}

describe("a subscription changed at Stripe", () => {
  test("to another quantity gives its credits once, and founders are told until it is put right", async () => {
    const subscriber = await subscribe("starter");
    const { base } = await itemsOf(subscriber);
    await stripe().subscriptionItems.update(base.id, { quantity: 3, proration_behavior: "none" });
    await settle();
    expect(await alerts(subscriber)).toMatchObject([
      { kind: "subscription_changed", data: { what: expect.stringContaining("3 times, and gives its credits once") } },
    ]);
    expect([await total(subscriber), (await entitlement(subscriber)).plan]).toEqual([starter, "starter"]);
    await stripe().subscriptionItems.update(base.id, { quantity: 1, proration_behavior: "none" });
    await settle();
    expect(await alerts(subscriber)).toEqual([]);
  });

  test("by an item that is none of ours, or a second plan, stays on its plan and is told", async () => {
    const subscriber = await subscribe("starter");
    const extra = await stripe().subscriptionItems.create({
      subscription: subscriber.subscription,
      price: await foreignPrice(),
    });
    await settle();
    expect(await kinds(subscriber)).toEqual(["subscription_changed"]);
    await stripe().subscriptionItems.del(extra.id);
    const second = await stripe().subscriptionItems.create({
      subscription: subscriber.subscription,
      price: await priceOf("pro"),
    });
    await settle();
    expect((await alerts(subscriber))[0]?.data.what).toContain("2 plans");
    expect((await entitlement(subscriber)).plan).toBe("starter");
    await stripe().subscriptionItems.del(second.id);
    await settle();
    expect(await alerts(subscriber)).toEqual([]);
  });

  test("that lost its metered item gets it back, and again when it is taken away once more", async () => {
    const subscriber = await subscribe("starter");
    const whole = await prices(subscriber);
    for (let time = 0; time < 2; time += 1) {
      await pass(3600);
      const { metered } = await itemsOf(subscriber);
      await stripe().subscriptionItems.del(String(metered?.id), { clear_usage: true });
      await settle();
      expect(await prices(subscriber)).toEqual(whole);
    }
  });

  test("to a price nobody knows keeps the last known plan with what is there, gives nothing new, and is told", async () => {
    const subscriber = await subscribe("starter");
    const { base } = await itemsOf(subscriber);
    const price = await foreignPrice();
    await stripe().subscriptions.update(subscriber.subscription, {
      items: [{ id: base.id, price }],
      proration_behavior: "none",
    });
    await settle();
    expect(await entitlement(subscriber)).toMatchObject({
      plan: "starter",
      allowance: "existing",
      canChangePlan: "no",
    });
    expect(await alerts(subscriber)).toMatchObject([{ kind: "unknown_price", data: { price } }]);
    await renew(subscriber);
    expect(await total(subscriber)).toBe(0);
    const { base: now_is } = await itemsOf(subscriber);
    await stripe().subscriptions.update(subscriber.subscription, {
      items: [{ id: now_is.id, price: await priceOf("starter") }],
      proration_behavior: "none",
    });
    await settle();
    expect(await alerts(subscriber)).toEqual([]);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", allowance: "full" });
  });

  test("without the account's name on it is the account's all the same", async () => {
    const subscriber = await subscribe("starter");
    await stripe().subscriptions.update(subscriber.subscription, { metadata: "" });
    await stripe().customers.update(subscriber.customer, { metadata: "" });
    await settle();
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", allowance: "full", alert: null });
    expect(await alerts(subscriber)).toEqual([]);
  });

  test("to be collected no more keeps what is there, gives nothing new, and is told until it is resumed", async () => {
    const subscriber = await subscribe("starter");
    const { subscription } = subscriber;
    await stripe().subscriptions.update(subscription, { pause_collection: { behavior: "void" } });
    await settle();
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", allowance: "existing" });
    expect(await kinds(subscriber)).toEqual(["subscription_changed"]);
    await renew(subscriber);
    expect(await total(subscriber)).toBe(0);
    await stripe().subscriptions.update(subscription, { pause_collection: "" });
    await settle();
    expect(await alerts(subscriber)).toEqual([]);
  });
});

test("a price that was archived stays whose it is; buying it is refused in words and told, until it is back", async () => {
  const subscriber = await subscribe("pro", "yearly");
  const price = await findPrice({ kind: "base", plan: planOf("pro"), interval: "yearly" });
  await stripe().prices.update(price, { active: false });
  await askAboutCustomer(subscriber.customer);
  expect(await entitlement(subscriber)).toMatchObject({ plan: "pro" });
  expect(await alerts(subscriber)).toEqual([]);
  const buyer = await scene.buyer();
  const choice = { plan: "pro", interval: "yearly" } as const;
  expect(await startCheckout(buyer, choice)).toMatchObject({ ok: false, code: "not_for_sale" });
  const told = () =>
    scene.database
      .sql`select key from public.alerts where kind = 'unknown_price' and closed_at is null and account_id is null`;
  expect(await told()).toHaveLength(1);
  await stripe().prices.update(price, { active: true });
  expect(await startCheckout(buyer, choice)).toMatchObject({ ok: true });
  expect(await told()).toHaveLength(0);
});

describe("a second subscription", () => {
  /** A person who bought a plan in two tabs at once, of which nothing has been heard. */
  async function buyTwice() {
    const buyer = await scene.buyer();
    scene.deliver = false;
    const urls: string[] = [];
    for (let tab = 0; tab < 2; tab += 1) {
      const answer = await startCheckout(buyer, { plan: "starter", interval: "monthly" });
      if (!answer.ok) throw new Error(answer.message);
      urls.push(answer.url);
      const session = /\/(cs_\w+)/.exec(answer.url)?.[1] ?? "";
      await rpc("close_checkout", { id: null, session_id: session, outcome: "failed", at: now() });
    }
    const [first, second] = [await scene.pay(String(urls[0])), await scene.pay(String(urls[1]))];
    const customer = String(first.customer);
    expect(second.customer).toBe(customer);
    scene.deliver = true;
    return { ...buyer, customer, subscription: String(first.subscription) };
  }

  async function refundsOfSecond(customer: string): Promise<number[]> {
    const { data } = await stripe().subscriptions.list({ customer, status: "all" });
    expect(data.map(({ status }) => status).sort()).toEqual(["active", "canceled"]);
    const { data: refunds } = await stripe().refunds.list({ limit: 10 });
    const gone = data.find(({ status }) => status === "canceled")?.id;
    return refunds.filter(({ metadata }) => metadata?.subscription === gone).map(({ amount }) => amount);
  }

  test("bought in another tab is ended and refunded whole by itself, told to the owners, and to no founder", async () => {
    const subscriber = await buyTwice();
    await askAboutCustomer(subscriber.customer);
    await settle();
    expect(await refundsOfSecond(subscriber.customer)).toEqual([2900]);
    expect([await total(subscriber), await alerts(subscriber)]).toEqual([starter, []]);
    expect((await mails(subscriber)).filter((kind) => kind === "duplicate_refunded")).toHaveLength(1);
  });

  test("is refunded once and ended all the same when Stripe fails between the two", async () => {
    const subscriber = await buyTwice();
    await scene.control("faults", { method: "DELETE", path: "/v1/subscriptions/*", status: 500, times: 3 });
    await expect(askAboutCustomer(subscriber.customer)).rejects.toThrow();
    await askAboutCustomer(subscriber.customer);
    await settle();
    expect(await refundsOfSecond(subscriber.customer)).toEqual([2900]);
    expect((await mails(subscriber)).filter((kind) => kind === "duplicate_refunded")).toHaveLength(1);
  });

  test("made elsewhere, or older than an hour, is left alone and told until it is ended", async () => {
    const subscriber = await subscribe("starter");
    scene.deliver = false;
    const second = await addSecond(subscriber, { account: subscriber.account });
    await scene.advance(3700);
    scene.deliver = true;
    await askAboutCustomer(subscriber.customer);
    const elsewhere = await addSecond(subscriber);
    expect((await alerts(subscriber)).map(({ kind, key }) => [kind, key])).toEqual(
      [second, elsewhere].sort().map((key) => ["second_subscription", key]),
    );
    expect((await stripe().subscriptions.retrieve(second)).status).not.toBe("canceled");
    await stripe().subscriptions.cancel(second);
    await stripe().subscriptions.cancel(elsewhere);
    await settle();
    expect(await alerts(subscriber)).toEqual([]);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", allowance: "full" });
  });
});

describe("an invoice that Stripe cannot finalize", () => {
  test("for want of an address is told to founders and to its customer, and made once the address is there", async () => {
    const subscriber = await subscribe("starter");
    await stripe().subscriptions.update(subscriber.subscription, { automatic_tax: { enabled: true } });
    await renew(subscriber);
    const [alert] = await alerts(subscriber);
    expect(alert).toMatchObject({ kind: "finalization_failed" });
    expect(alert?.data.reason).toContain("location");
    expect(alert?.data.wayOut).toContain("asked for it by mail");
    expect(await readLacking(subscriber.account)).toBe("address");
    await tick();
    expect((await mails(subscriber)).filter((kind) => kind === "invoice_stuck")).toHaveLength(1);
    expect(await total(subscriber)).toBe(starter / 10);
    await stripe().customers.update(subscriber.customer, { address: { country: "DE", postal_code: "10115" } });
    await tick();
    await pass(7200);
    expect(await alerts(subscriber)).toEqual([]);
    expect(await readLacking(subscriber.account)).toBeNull();
    expect(await total(subscriber)).toBe(starter);
    const rows = await scene.database
      .sql`select kind, data from public.mail_outbox where account_id = ${subscriber.account} and kind = 'invoice_stuck'`;
    for (const { kind, data } of rows) expect((await renderMail(kind, data)).text).toContain("billing address");
  });
});

describe("an invoice that Stripe cannot finalize for want of a tax id", () => {
  test("is told to its customer, and made once they have entered one", async () => {
    const subscriber = await subscribe("starter");
    await scene.control("dashboard/fail-finalization", { customer: subscriber.customer, code: "tax_id_invalid" });
    await renew(subscriber);
    expect(await alerts(subscriber)).toMatchObject([{ kind: "finalization_failed" }]);
    expect((await mails(subscriber)).filter((kind) => kind === "invoice_stuck")).toHaveLength(1);
    expect(await total(subscriber)).toBe(starter / 10);
    await stripe().customers.createTaxId(subscriber.customer, { type: "eu_vat", value: "DE123456789" });
    await tick();
    await pass(7200);
    expect(await alerts(subscriber)).toEqual([]);
    expect(await total(subscriber)).toBe(starter);
  });
});

describe("a customer deleted at Stripe", () => {
  test("is told, charged and given nothing more; the next purchase makes one new customer, and ends the alert", async () => {
    const subscriber = await subscribe("starter");
    await stripe().customers.del(subscriber.customer);
    await settle();
    expect(await alerts(subscriber)).toMatchObject([{ kind: "customer_deleted", key: subscriber.customer }]);
    const before = await scene.grants(subscriber);
    await pass(35 * 86_400);
    const paidFor = ({ source }: { source: string }) => source.startsWith("alw");
    expect((await scene.grants(subscriber)).filter(paidFor)).toHaveLength(before.filter(paidFor).length);
    const made = await Promise.all(
      ["Anna", "Anna"].map((name) => customerFor(subscriber.account, { name, email: subscriber.email })),
    );
    expect(new Set(made).size).toBe(1);
    expect(made[0]).not.toBe(subscriber.customer);
    expect(await alerts(subscriber)).toEqual([]);
  });

  test("while its plan was being ended leaves nothing to be billed or waited for", async () => {
    const subscriber = await subscribe("starter");
    await rpc("set_overage", { account_id: subscriber.account, at: now(), cap: 1_000_000 });
    await spend(subscriber, starter + 20_000);
    await endPlanNow({ account: subscriber.account });
    await stripe().customers.del(subscriber.customer);
    const endings = async () => {
      const rows = await scene.database.sql`select outcome, last_error from public.subscription_endings
        where account_id = ${subscriber.account}`;
      return rows.map((row) => ({ ...row }));
    };
    await settle();
    expect(await endings()).toEqual([{ outcome: "ended_elsewhere", last_error: null }]);
    await pass(900);
    expect(await endings()).toEqual([{ outcome: "ended_elsewhere", last_error: null }]);
  });

  test("while it owed something is lost: overage is kept back, and what was owed is named", async () => {
    const subscriber = await failing();
    expect(await owed(subscriber)).toHaveLength(1);
    await stripe().customers.del(subscriber.customer);
    await tick();
    expect(await outcomes(subscriber)).toEqual(["lost"]);
    expect((await readStanding(subscriber.account)).overageHeld).toBe(true);
    const [alert] = await alerts(subscriber);
    expect(alert).toMatchObject({ kind: "customer_deleted", data: { owed_cents: 2900, currency: "usd" } });
  });
});

test("a plan in another currency than the account has paid in before is told", async () => {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  const customer = String((await scene.pay(answer.url)).customer);
  await settle();
  const { id: card } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  await stripe().paymentMethods.attach(card, { customer });
  await stripe().subscriptions.create({
    customer,
    currency: "eur",
    default_payment_method: card,
    items: [{ price: await priceOf("starter") }],
    metadata: { account: buyer.account },
  });
  await settle();
  const [alert] = await alerts(buyer);
  const what = "It is in EUR, and the account has paid in USD before";
  expect(alert).toMatchObject({ kind: "subscription_changed", data: { what } });
  expect((await entitlement(buyer)).plan).toBe("starter");
});
