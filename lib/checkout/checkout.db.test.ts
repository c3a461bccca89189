import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { openCase } from "@/e2e/database/dunning";
import { packOf, planOf } from "@/lib/billing/offers";
import { EVENT_TYPES } from "@/lib/events/types";
import { setUpStripe } from "@/lib/stripe/account";
import { stripe } from "@/lib/stripe/client";

import { sessionParams } from "./session";
import { type Buyer, startCheckout } from "./start";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const small = packOf("small");

async function urlOf(answer: ReturnType<typeof startCheckout>): Promise<string> {
  const result = await answer;
  if (!result.ok) throw new Error(result.message);
  return result.url;
}

const buyPack = (buyer: Buyer) => urlOf(startCheckout(buyer, { pack: "small" }));
const buyPlan = (buyer: Buyer, plan: "starter" | "pro" = "starter", interval: "monthly" | "yearly" = "monthly") =>
  urlOf(startCheckout(buyer, { plan, interval }));

test("setting Stripe up again changes nothing", async () => {
  const said: string[] = [];
  await setUpStripe(
    { dryRun: false, events: EVENT_TYPES, say: (line) => said.push(line) },
    { webhookSecret: "whsec_known", thinSecret: "whsec_known" },
  );
  expect(said).toEqual([]);
});

describe("a credit pack", () => {
  test("is granted once, by the event, with a receipt", async () => {
    const buyer = await scene.buyer();
    await scene.pay(await buyPack(buyer));
    await scene.settle();
    await scene.settle();
    expect(await scene.balance(buyer)).toEqual({ total: small.credits, debt: 0 });
    const mails = await scene.database
      .sql`select kind, data from public.mail_outbox where account_id = ${buyer.account}`;
    expect(mails.map(({ kind, data }) => [kind, data.credits, data.amountCents])).toEqual([
      ["pack_receipt", small.credits, small.price.usd],
    ]);
    const invoices = await scene.database
      .sql`select purpose, status, total_cents from public.invoices where account_id = ${buyer.account}`;
    expect(invoices.map((invoice) => ({ ...invoice }))).toEqual([
      { purpose: "pack", status: "paid", total_cents: String(small.price.usd) },
    ]);
  });

  test("bought twice is granted twice", async () => {
    const buyer = await scene.buyer();
    await scene.pay(await buyPack(buyer));
    await scene.settle();
    await scene.pay(await buyPack(buyer));
    await scene.settle();
    expect(await scene.balance(buyer)).toEqual({ total: 2 * small.credits, debt: 0 });
  });

  test("that is not paid for is not granted", async () => {
    const buyer = await scene.buyer();
    const url = await buyPack(buyer);
    await expect(scene.pay(url, "tok_chargeDeclined")).rejects.toThrow();
    await scene.settle();
    expect(await scene.balance(buyer)).toEqual({ total: 0, debt: 0 });
    await scene.pay(url);
    await scene.settle();
    expect((await scene.balance(buyer)).total).toBe(small.credits);
  });
});

describe("opening a checkout", () => {
  test("twenty clicks at once open one session with one customer", async () => {
    const buyer = await scene.buyer();
    const urls = await Promise.all(Array.from({ length: 20 }, () => buyPlan(buyer)));
    expect(new Set(urls).size).toBe(1);
    const customers = await scene.database
      .sql`select customer_id from public.stripe_customers where account_id = ${buyer.account}`;
    expect(customers).toHaveLength(1);
    const { data } = await stripe().checkout.sessions.list({ customer: customers[0]?.customer_id });
    expect(data).toHaveLength(1);
  });

  test("choosing another plan ends the session of the first", async () => {
    const buyer = await scene.buyer();
    const first = await buyPlan(buyer, "starter");
    const second = await buyPlan(buyer, "pro");
    expect(second).not.toBe(first);
    await expect(scene.pay(first)).rejects.toThrow(/expired/);
    await scene.pay(second);
    await scene.settle();
    const subscriptions = await scene.database
      .sql`select plan_key, status from public.subscriptions where account_id = ${buyer.account}`;
    expect(subscriptions.map((row) => ({ ...row }))).toEqual([{ plan_key: "pro", status: "trialing" }]);
  });

  test("choosing another plan after paying in another tab buys no second one", async () => {
    const buyer = await scene.buyer();
    scene.deliver = false;
    await scene.pay(await buyPlan(buyer, "starter"));
    const answer = await startCheckout(buyer, { plan: "pro", interval: "monthly" });
    scene.deliver = true;
    expect(answer).toMatchObject({ ok: false, code: "just_bought" });
  });

  test("whose earlier choice could not be ended at first ends it before it opens", async () => {
    const buyer = await scene.buyer();
    const first = await buyPlan(buyer, "starter");
    await scene.control("faults", { path: "/v1/checkout/sessions/*", status: 503, times: 6 });
    expect(await startCheckout(buyer, { plan: "pro", interval: "monthly" })).toMatchObject({
      ok: false,
      code: "stripe_unavailable",
    });
    await buyPlan(buyer, "pro");
    await expect(scene.pay(first)).rejects.toThrow(/expired/);
  }, 60_000);

  test.each(["/v1/customers", "/v1/prices"])(
    "while Stripe does not answer %s the buyer is told so",
    async (path) => {
      const buyer = await scene.buyer();
      await scene.control("faults", { path, status: 503, times: 3 });
      expect(await startCheckout(buyer, { pack: "small" })).toMatchObject({ ok: false, code: "stripe_unavailable" });
      await buyPack(buyer);
    },
    60_000,
  );

  test("an account on hold can buy nothing until the hold is lifted", async () => {
    const buyer = await scene.buyer();
    await scene.database
      .sql`insert into public.account_holds (account_id, reason, held_at) values (${buyer.account}, 'admin', now())`;
    expect(await startCheckout(buyer, { pack: "small" })).toMatchObject({ ok: false, code: "on_hold" });
    expect(await startCheckout(buyer, { plan: "starter", interval: "monthly" })).toMatchObject({
      ok: false,
      code: "on_hold",
    });
    await scene.database.sql`delete from public.account_holds where account_id = ${buyer.account}`;
    await buyPack(buyer);
  });

  test.each([
    ["downgraded", true],
    ["suspended", false],
  ] as const)(
    "an account that is %s for an unpaid invoice pays it before it takes a plan",
    async (stage, mayBuyPacks) => {
      const buyer = await scene.buyer();
      await openCase(scene.database.sql, buyer.account, stage);
      expect(await startCheckout(buyer, { plan: "starter", interval: "monthly" })).toMatchObject({
        ok: false,
        code: "pay_first",
      });
      expect((await startCheckout(buyer, { pack: "small" })).ok).toBe(mayBuyPacks);
    },
  );

  test("an account with a plan is told to change it instead of buying a second", async () => {
    const buyer = await scene.buyer();
    await scene.pay(await buyPlan(buyer));
    await scene.settle();
    expect(await startCheckout(buyer, { plan: "pro", interval: "monthly" })).toMatchObject({
      ok: false,
      code: "already_subscribed",
    });
  });

  test("when Stripe's answer is lost after it made the session, the same session is opened", async () => {
    const buyer = await scene.buyer();
    await scene.control("faults", { method: "POST", path: "/v1/checkout/sessions", drop: "after", times: 1 });
    const url = await buyPlan(buyer);
    const [customer] = await scene.database
      .sql`select customer_id from public.stripe_customers where account_id = ${buyer.account}`;
    const { data } = await stripe().checkout.sessions.list({ customer: customer?.customer_id });
    expect(data.map((session) => session.url)).toEqual([url]);
  });

  test("a customer that Stripe made without our hearing of it serves whoever buys next for the account", async () => {
    const buyer = await scene.buyer();
    await scene.control("faults", { method: "POST", path: "/v1/customers", drop: "after", times: 3 });
    expect(await startCheckout(buyer, { pack: "small" })).toMatchObject({ ok: false, code: "stripe_unavailable" });
    await buyPack({ ...buyer, email: "another-admin@example.test" });
    const { data } = await stripe().customers.list({ limit: 100 });
    const made = data.filter(({ metadata }) => metadata.account === buyer.account);
    expect(made.map(({ email, name }) => [email, name])).toEqual([["another-admin@example.test", buyer.accountName]]);
  }, 60_000);

  test("a price is never converted into another currency", async () => {
    const buyer = await scene.buyer();
    const plan = { kind: "pack", pack: small } as const;
    const facts = {
      checkout: "1",
      account: buyer.account,
      customer: "cus_1",
      price: "price_1",
      overagePrice: null,
      offer: plan,
      trialDays: 0,
    };
    expect(sessionParams(facts).adaptive_pricing).toEqual({ enabled: false });
  });

  test("while Stripe is out of order the buyer is told so, and the next click works", async () => {
    const buyer = await scene.buyer();
    await scene.control("faults", { method: "POST", path: "/v1/checkout/sessions", status: 503, times: 3 });
    expect(await startCheckout(buyer, { pack: "small" })).toMatchObject({ ok: false, code: "stripe_unavailable" });
    await scene.pay(await buyPack(buyer));
    await scene.settle();
    expect((await scene.balance(buyer)).total).toBe(small.credits);
  }, 60_000);

  test("a customer that was deleted at Stripe is replaced by a new one", async () => {
    const buyer = await scene.buyer();
    await buyPack(buyer);
    const [customer] = await scene.database
      .sql`select customer_id from public.stripe_customers where account_id = ${buyer.account}`;
    await stripe().customers.del(customer?.customer_id);
    await scene.pay(await urlOf(startCheckout(buyer, { pack: "medium" })));
    await scene.settle();
    expect((await scene.balance(buyer)).total).toBe(packOf("medium").credits);
  });

  test.each([
    ["free", "costs nothing"],
    ["enterprise", "agreed with a person"],
  ] as const)("the plan %s is refused with clear words", async (plan, words) => {
    const answer = await startCheckout(await scene.buyer(), { plan, interval: "monthly" });
    expect(answer).toMatchObject({ ok: false, code: "not_for_sale", message: expect.stringContaining(words) });
  });
});

describe("a plan", () => {
  test("brings its whole allowance when it is paid, as bridge and rest", async () => {
    const buyer = await scene.buyer();
    await scene.pay(await buyPlan(buyer));
    await scene.settle();
    const { monthlyAllowance } = planOf("starter");
    expect((await scene.grants(buyer)).map(({ source, amount }) => [source, amount])).toEqual([
      ["alw_bridge", monthlyAllowance / 10],
      ["alw_rest", (monthlyAllowance * 9) / 10],
    ]);
    const mails = await scene.database.sql`select kind from public.mail_outbox where account_id = ${buyer.account}`;
    expect(mails.map(({ kind }) => kind)).toEqual(["subscription_started"]);
  });
});
