import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import { planOf } from "@/lib/billing/offers";
import { customerFor } from "@/lib/checkout/customer";
import { startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { renderMail } from "@/lib/email/mails";
import { processPendingEvents, receiveStripeEvent } from "@/lib/events/inbox";
import { askAboutCustomer, reconcileSubscriptions } from "@/lib/events/reconcile";
import { billPeriod, billRemainder, usageIsVisible } from "@/lib/metering/remainder";
import { flushUsage } from "@/lib/metering/report";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import { finishEndings } from "@/lib/subscriptions/ending";
import { rpc } from "@/lib/supabase/rpc";
import { advanceDunning } from "./advance";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
beforeEach(async () => {
  scene.deliver = true;
  await scene.control("settings", { retryDays: [3, 5, 7], endOfRetries: "past_due" });
});
const { subscribe, settle, useCard: giveCard, entitlement } = subscribersOf(() => scene);

const HOUR = 3600;
const DAY = 24 * HOUR;
const allowance = planOf("starter").monthlyAllowance;
const bridge = allowance / 10;
const free = planOf("free").monthlyAllowance;

/** What the tick does about debts. */
async function tick(): Promise<void> {
  await settle();
  await advanceDunning(askAboutCustomer);
  await finishEndings({ flushUsage, usageIsVisible, billRemainder, billPeriod });
  await settle();
}
async function pass(seconds: number): Promise<void> {
  await scene.advance(seconds);
  await tick();
}
const days = (count: number) => pass(count * DAY);

/** Two hours past the end of the running period, when its renewal has been tried. */
async function renew({ subscription }: Subscriber): Promise<void> {
  const { items } = await stripe().subscriptions.retrieve(subscription);
  const end = items.data[0]?.current_period_end ?? 0;
  await pass(end - Math.floor(now().getTime() / 1000) + 2 * HOUR);
}
/** Somebody whose renewal was declined an hour ago. */
async function failing(token = "tok_chargeCustomerFail"): Promise<Subscriber> {
  const subscriber = await subscribe("starter");
  await giveCard(subscriber, token);
  await renew(subscriber);
  return subscriber;
}
const owed = async ({ customer }: Subscriber): Promise<Stripe.Invoice[]> =>
  (await stripe().invoices.list({ customer, status: "open" })).data;
async function pay(subscriber: Subscriber, invoice?: string): Promise<void> {
  const { id } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  await stripe().paymentMethods.attach(id, { customer: subscriber.customer });
  await stripe().invoices.pay(invoice ?? (await owed(subscriber)).at(-1)?.id ?? "", { payment_method: id });
  await tick();
}
const stage = async ({ account }: Subscriber) => (await readStanding(account)).dunning?.stage ?? null;
const outcome = async ({ account }: Subscriber) => {
  const rows = await scene.database
    .sql`select outcome from public.dunning_cases where account_id = ${account} order by opened_at`;
  return rows.map((row) => row.outcome);
};
const openedAt = async ({ account }: Subscriber) => (await readStanding(account)).dunning?.openedAt;
const statusOf = async ({ subscription }: Subscriber) => (await stripe().subscriptions.retrieve(subscription)).status;
const total = async (subscriber: Subscriber) => (await scene.balance(subscriber)).total;
const endings = async ({ account }: Subscriber) => {
  const rows = await scene.database.sql`select outcome from public.subscription_endings where account_id = ${account}`;
  return rows.map((row) => row.outcome);
};
async function isFrozen({ account }: Subscriber): Promise<boolean> {
  const [row] = await scene.database.sql`select frozen_at from public.credit_balances where account_id = ${account}`;
  return row?.frozen_at !== null;
}
/** The mails of dunning, in the order they were queued. */
async function mails({ account }: Subscriber): Promise<string[]> {
  const rows = await scene.database.sql`select kind from public.mail_outbox
    where account_id = ${account} and kind not in ('low_credit', 'subscription_started', 'pack_receipt') order by queued_at, kind`;
  return rows.map(({ kind }) => String(kind));
}
async function buyPack(subscriber: Subscriber): Promise<number> {
  const answer = await startCheckout(subscriber, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  await scene.pay(answer.url);
  await settle();
  return 50_000;
}

describe("two weeks unpaid", () => {
  test("retried, warned, downgraded, suspended: each once, bought credits kept, and paying brings all of it back", async () => {
    const subscriber = await subscribe("starter");
    const bought = await buyPack(subscriber);
    await giveCard(subscriber, "tok_chargeCustomerFail");
    await renew(subscriber);
    expect(await stage(subscriber)).toBe("retrying");
    expect(await total(subscriber)).toBe(bridge + bought);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", access: "full", autoTopUp: false });
    expect(await mails(subscriber)).toEqual(["payment_failed"]);
    const began = await openedAt(subscriber);

    await days(1);
    expect([await stage(subscriber), await mails(subscriber)]).toEqual(["retrying", ["payment_failed"]]);
    await days(2);
    expect([await stage(subscriber), await mails(subscriber)]).toEqual([
      "warned",
      ["payment_failed", "payment_warned"],
    ]);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", overagePermitted: 0, canChangePlan: "no" });

    await days(4);
    expect(await stage(subscriber)).toBe("downgraded");
    expect(await entitlement(subscriber)).toMatchObject({ plan: "free", prepaid: "use", canChangePlan: "pay_first" });
    expect(await total(subscriber)).toBe(bought + free);
    expect(await statusOf(subscriber)).toBe("past_due");

    await days(7);
    expect(await stage(subscriber)).toBe("suspended");
    expect(await openedAt(subscriber)).toEqual(began);
    expect(await isFrozen(subscriber)).toBe(true);
    expect(await entitlement(subscriber)).toMatchObject({ prepaid: "frozen", access: "read_only", canBuy: false });
    await pass(60);
    expect([await statusOf(subscriber), await endings(subscriber)]).toEqual(["canceled", ["ended"]]);
    const told = ["payment_failed", "payment_warned", "plan_downgraded", "account_suspended"];
    expect(await mails(subscriber)).toEqual(told);
    await days(3);
    expect([await mails(subscriber), await endings(subscriber)]).toEqual([told, ["ended"]]);

    await pay(subscriber);
    expect([await stage(subscriber), await outcome(subscriber)]).toEqual([null, ["paid"]]);
    expect(await isFrozen(subscriber)).toBe(false);
    expect(await mails(subscriber)).toEqual([...told, "plan_restored"]);
    expect(await entitlement(subscriber)).toMatchObject({
      plan: "starter",
      allowance: "rest",
      canChangePlan: "yes",
      notice: { code: "paid_until" },
    });
    expect(await total(subscriber)).toBeGreaterThanOrEqual(bought + allowance);
    const rows = await scene.database
      .sql`select kind, data from public.mail_outbox where account_id = ${subscriber.account}`;
    for (const { kind, data } of rows) expect((await renderMail(kind, data)).text).toContain("support@example.test");
  });

  test("with the app down all the while send the last mail alone, and have every effect once", async () => {
    const subscriber = await subscribe("starter");
    await giveCard(subscriber, "tok_chargeCustomerFail");
    scene.deliver = false;
    const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
    const end = items.data[0]?.current_period_end ?? 0;
    await scene.advance(end - Math.floor(now().getTime() / 1000) + 15 * DAY);
    expect(await stage(subscriber)).toBeNull();
    await reconcileSubscriptions();
    expect(await stage(subscriber)).toBe("suspended");
    await pass(60);
    await pass(60);
    scene.deliver = true;
    for (const { body, signature } of [...scene.received].reverse()) await receiveStripeEvent(body, signature);
    await processPendingEvents();
    expect([await mails(subscriber), await endings(subscriber)]).toEqual([["account_suspended"], ["ended"]]);
    expect([await stage(subscriber), await isFrozen(subscriber), await total(subscriber)]).toEqual([
      "suspended",
      true,
      0,
    ]);
  });
});

describe("paying", () => {
  test("after the first failure goes on as before", async () => {
    const subscriber = await failing();
    await pay(subscriber);
    expect([await stage(subscriber), await total(subscriber)]).toEqual([null, allowance]);
    expect(await mails(subscriber)).toEqual(["payment_failed", "plan_restored"]);
  });

  test("after the warning gives the rest of the allowance", async () => {
    const subscriber = await failing();
    await days(3);
    await pay(subscriber);
    expect([await stage(subscriber), await total(subscriber)]).toEqual([null, allowance]);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", allowance: "full", notice: null });
  });

  test("after the downgrade brings the plan back with all of the month's credits", async () => {
    const subscriber = await failing();
    await days(7);
    expect([await stage(subscriber), await total(subscriber)]).toEqual(["downgraded", free]);
    await pay(subscriber);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", allowance: "full", notice: null });
    expect(await total(subscriber)).toBe(allowance + free);
  });

  test("between suspension and the end of the plan keeps the plan", async () => {
    const subscriber = await failing();
    await scene.advance(14 * DAY);
    await settle();
    await advanceDunning(askAboutCustomer);
    expect([await stage(subscriber), await endings(subscriber)]).toEqual(["suspended", [null]]);
    scene.deliver = false;
    const { id } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    await stripe().paymentMethods.attach(id, { customer: subscriber.customer });
    await stripe().invoices.pay((await owed(subscriber))[0]?.id ?? "", { payment_method: id });
    await scene.advance(60);
    await finishEndings({ flushUsage, usageIsVisible, billRemainder, billPeriod });
    expect([await statusOf(subscriber), await endings(subscriber)]).toEqual(["active", ["withdrawn"]]);
    expect([await stage(subscriber), await isFrozen(subscriber)]).toEqual([null, false]);
  });

  test("by another card in the portal pays what is owed and closes the case", async () => {
    const subscriber = await failing();
    await days(3);
    const { id } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    await stripe().paymentMethods.attach(id, { customer: subscriber.customer });
    await stripe().customers.update(subscriber.customer, { invoice_settings: { default_payment_method: id } });
    await settle();
    await tick();
    expect([await stage(subscriber), await outcome(subscriber)]).toEqual([null, ["paid"]]);
  });

  test("by hand with cards that are declined moves no stage, however often", async () => {
    const subscriber = await failing();
    const invoice = (await owed(subscriber))[0]?.id ?? "";
    const { default_payment_method: own } = await stripe().subscriptions.retrieve(subscriber.subscription);
    const cards = [String(own)];
    for (const token of ["tok_visa", "tok_threeDSecure2Required"]) {
      const { id } = await stripe().paymentMethods.create({ type: "card", card: { token } });
      await stripe().paymentMethods.attach(id, { customer: subscriber.customer });
      cards.push(id);
    }
    const lost = { customer: subscriber.customer, times: 2, decline_code: "lost_card", final: true };
    await scene.control("dashboard/decline-next", lost);
    for (const card of cards) {
      await expect(stripe().invoices.pay(invoice, { payment_method: card })).rejects.toThrow();
      await tick();
    }
    expect([await stage(subscriber), await mails(subscriber)]).toEqual(["retrying", ["payment_failed"]]);
  });
});

describe("what is tried", () => {
  test("a hard decline warns at once", async () => {
    const subscriber = await subscribe("starter");
    await scene.control("dashboard/decline-next", {
      customer: subscriber.customer,
      times: 1,
      decline_code: "lost_card",
      final: true,
    });
    await renew(subscriber);
    expect([await stage(subscriber), await mails(subscriber)]).toEqual(["warned", ["payment_warned"]]);
  });

  test("no card at all warns at once", async () => {
    const buyer = await scene.buyer();
    const customer = await customerFor(buyer.account, { name: "Anna", email: buyer.email });
    const { id: card } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    await stripe().paymentMethods.attach(card, { customer });
    await stripe().customers.update(customer, { invoice_settings: { default_payment_method: card } });
    const price = await findPrice({ kind: "base", plan: planOf("starter"), interval: "monthly" });
    const { id: subscription } = await stripe().subscriptions.create({
      customer,
      items: [{ price }],
      metadata: { account: buyer.account },
    });
    await stripe().paymentMethods.detach(card);
    const subscriber = { ...buyer, customer, subscription };
    await renew(subscriber);
    expect([await stage(subscriber), await mails(subscriber)]).toEqual(["warned", ["payment_warned"]]);
  });

  test("retries that are switched off warn at once, and the clock downgrades", async () => {
    await scene.control("settings", { retryDays: [] });
    const subscriber = await failing();
    expect([await stage(subscriber), await mails(subscriber)]).toEqual(["warned", ["payment_warned"]]);
    await days(7);
    expect(await stage(subscriber)).toBe("downgraded");
  });

  test("attempts that come fast go faster than the clock", async () => {
    await scene.control("settings", { retryDays: [0.5, 0.5, 0.5] });
    const subscriber = await failing();
    await days(0.5);
    expect(await stage(subscriber)).toBe("warned");
    await days(0.5);
    expect(await stage(subscriber)).toBe("downgraded");
    await days(3);
    expect([await stage(subscriber), await mails(subscriber)]).toEqual([
      "downgraded",
      ["payment_failed", "payment_warned", "plan_downgraded"],
    ]);
  });

  test("a bank that wants to see its customer is told of once, with the invoice's page", async () => {
    const subscriber = await failing("tok_threeDSecure2Required");
    expect([await stage(subscriber), await mails(subscriber)]).toEqual(["retrying", ["payment_action"]]);
    await tick();
    await days(3);
    expect(await mails(subscriber)).toEqual(["payment_action", "payment_warned"]);
    const [row] = await scene.database.sql`select data from public.mail_outbox
      where account_id = ${subscriber.account} and kind = 'payment_action'`;
    expect(row?.data.invoiceUrl).toContain("http");
  });

  test("the clock stands still while a person has stopped the retries, and while collection is paused", async () => {
    const subscriber = await failing();
    const [invoice] = await owed(subscriber);
    await stripe().invoices.update(invoice?.id ?? "", { auto_advance: false });
    await tick();
    await days(10);
    expect([await stage(subscriber), await mails(subscriber)]).toEqual(["retrying", ["payment_failed"]]);
    await stripe().invoices.update(invoice?.id ?? "", { auto_advance: true });
    await stripe().subscriptions.update(subscriber.subscription, { pause_collection: { behavior: "keep_as_draft" } });
    await tick();
    await days(5);
    expect(await stage(subscriber)).not.toBe("suspended");
    const before = await stage(subscriber);
    await stripe().subscriptions.update(subscriber.subscription, { pause_collection: "" });
    await tick();
    expect(await stage(subscriber)).toBe(before);
  });
});

describe("what others do with invoices and plans", () => {
  test("voiding forgives: access back, nothing granted, nothing said", async () => {
    const subscriber = await failing();
    await days(7);
    await stripe().invoices.voidInvoice((await owed(subscriber))[0]?.id ?? "");
    await tick();
    expect([await stage(subscriber), await outcome(subscriber)]).toEqual([null, ["forgiven"]]);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", access: "full" });
    expect(await total(subscriber)).toBe(free);
    expect(await mails(subscriber)).toEqual(["payment_failed", "plan_downgraded"]);
  });

  test("crediting the base leaves the rest to be paid; a credited base brings no allowance", async () => {
    const subscriber = await failing();
    const [invoice] = await owed(subscriber);
    const line = invoice?.lines.data.find(({ amount }) => amount > 0);
    await stripe().creditNotes.create({
      invoice: invoice?.id ?? "",
      lines: [{ type: "invoice_line_item", invoice_line_item: line?.id ?? "", amount: line?.amount ?? 0 }],
    });
    await tick();
    expect([await stage(subscriber), await outcome(subscriber)]).toEqual([null, ["paid"]]);
    expect(await total(subscriber)).toBe(bridge);
  });

  test("writing off downgrades and is still owed; paid elsewhere it ends the case", async () => {
    const subscriber = await failing();
    const id = (await owed(subscriber))[0]?.id ?? "";
    await stripe().invoices.markUncollectible(id);
    await tick();
    expect([await statusOf(subscriber), await stage(subscriber)]).toEqual(["active", "downgraded"]);
    expect((await entitlement(subscriber)).plan).toBe("free");
    await stripe().invoices.pay(id, { paid_out_of_band: true });
    await tick();
    expect([await stage(subscriber), await outcome(subscriber)]).toEqual([null, ["paid"]]);
    expect((await entitlement(subscriber)).plan).toBe("starter");
  });

  test("a plan canceled in the dashboard is downgraded, and its clock goes on", async () => {
    const subscriber = await failing();
    await stripe().subscriptions.cancel(subscriber.subscription);
    await tick();
    expect([await stage(subscriber), await mails(subscriber)]).toEqual([
      "downgraded",
      ["payment_failed", "plan_downgraded"],
    ]);
    await days(14);
    expect([await stage(subscriber), await isFrozen(subscriber), await endings(subscriber)]).toEqual([
      "suspended",
      true,
      [],
    ]);
  });

  test.each(["canceled", "unpaid"])("Stripe's own end of retries as %s is a downgrade", async (end) => {
    await scene.control("settings", { retryDays: [1], endOfRetries: end });
    const subscriber = await failing();
    await days(1.1);
    expect([await statusOf(subscriber), await stage(subscriber)]).toEqual([end, "downgraded"]);
    expect(await mails(subscriber)).toEqual(["payment_failed", "plan_downgraded"]);
  });

  test("a deleted customer is lost: nothing is owed here, but overage is kept back until an admin lets go", async () => {
    const subscriber = await failing();
    scene.deliver = false;
    await stripe().customers.del(subscriber.customer);
    await days(1);
    scene.deliver = true;
    expect([await stage(subscriber), await outcome(subscriber)]).toEqual([null, ["lost"]]);
    expect((await readStanding(subscriber.account)).overageHeld).toBe(true);
    await tick();
    expect(await outcome(subscriber)).toEqual(["lost"]);
    await rpc("release_overage", { account_id: subscriber.account, at: now() });
    expect((await readStanding(subscriber.account)).overageHeld).toBe(false);
  });
});

test("events twice, in any order, bring nothing twice", async () => {
  const begin = scene.received.length;
  const subscriber = await failing();
  await days(7);
  await pay(subscriber);
  const before = [await mails(subscriber), await total(subscriber), await outcome(subscriber)];
  const own = scene.received.slice(begin);
  await scene.database.sql`delete from public.stripe_events where customer_id = ${subscriber.customer}`;
  for (const { body, signature } of [...own.toReversed(), ...own]) await receiveStripeEvent(body, signature);
  await processPendingEvents();
  expect([await mails(subscriber), await total(subscriber), await outcome(subscriber)]).toEqual(before);
});
