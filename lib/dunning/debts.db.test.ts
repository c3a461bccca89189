import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { debtorsOf } from "@/e2e/database/debtors";
import { openCase } from "@/e2e/database/dunning";
import { spend } from "@/e2e/database/usage";
import { planOf } from "@/lib/billing/offers";
import { policy } from "@/lib/billing/plans";
import { now } from "@/lib/clock";
import { askAboutCustomer } from "@/lib/events/reconcile";
import { flushUsage } from "@/lib/metering/report";
import { syncPayment } from "@/lib/payments/payment";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";
import { paymentsOf } from "@/lib/stripe/invoices";
import { findPrice } from "@/lib/stripe/prices";
import { withCustomer } from "@/lib/subscriptions/lease";
import { rpc } from "@/lib/supabase/rpc";
import { forgiveInvoice } from "./forgive";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
beforeEach(async () => {
  scene.deliver = true;
  await scene.control("settings", { retryDays: [3, 5, 7], endOfRetries: "past_due" });
});
const {
  subscribe,
  settle,
  giveCard,
  failing,
  pay,
  days,
  pass,
  renew,
  tick,
  owed,
  stage,
  outcomes,
  mails,
  alerts,
  isFrozen,
  total,
} = debtorsOf(() => scene);

const starter = planOf("starter").monthlyAllowance;
const openedAt = async (account: Parameters<typeof readStanding>[0]) => (await readStanding(account)).dunning?.openedAt;
const dunningMails = async (subscriber: Parameters<typeof mails>[0]) =>
  (await mails(subscriber)).filter((kind) => kind !== "subscription_started");

describe("what Stripe tries", () => {
  test("a bank that says never of a card tried by hand does not end the tries with the card that is charged", async () => {
    const subscriber = await subscribe("starter");
    await giveCard(subscriber, "tok_chargeCustomerFail");
    scene.deliver = false;
    const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
    await scene.advance((items.data[0]?.current_period_end ?? 0) - Math.floor(now().getTime() / 1000) + 7200);
    const [invoice] = await owed(subscriber);
    const { id: other } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    await stripe().paymentMethods.attach(other, { customer: subscriber.customer });
    const lost = { customer: subscriber.customer, times: 1, decline_code: "lost_card", final: true };
    await scene.control("dashboard/decline-next", lost);
    await expect(stripe().invoices.pay(String(invoice?.id), { payment_method: other })).rejects.toThrow();
    scene.deliver = true;
    await askAboutCustomer(subscriber.customer);
    expect([await stage(subscriber), await dunningMails(subscriber)]).toEqual(["retrying", ["payment_failed"]]);
  });

  test("collection that Stripe itself switches off with its last try is over, and the clock goes on", async () => {
    await scene.control("settings", { retryDays: [1] });
    const subscriber = await failing();
    expect(await stage(subscriber)).toBe("retrying");
    scene.deliver = false;
    await scene.advance(1.1 * 86_400);
    const [invoice] = await owed(subscriber);
    expect(invoice).toMatchObject({ attempt_count: 2, next_payment_attempt: null });
    await stripe().invoices.update(String(invoice?.id), { auto_advance: false });
    scene.deliver = true;
    await tick();
    expect(await stage(subscriber)).toBe("warned");
    await days(7);
    expect(await stage(subscriber)).toBe("downgraded");
  });

  test("ending a plan that was bought twice keeps Stripe trying what is owed for the first", async () => {
    const subscriber = await failing();
    const price = await findPrice({ kind: "base", plan: planOf("pro"), interval: "monthly" });
    const { id: card } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    await stripe().paymentMethods.attach(card, { customer: subscriber.customer });
    const { id: second } = await stripe().subscriptions.create({
      customer: subscriber.customer,
      default_payment_method: card,
      items: [{ price }],
      metadata: { account: subscriber.account },
    });
    await settle();
    expect((await stripe().subscriptions.retrieve(second)).status).toBe("canceled");
    const [invoice] = await owed(subscriber);
    expect(invoice?.auto_advance).toBe(true);
    await days(3);
    expect(await stage(subscriber)).toBe("warned");
  });
});

test("several unpaid renewals are one case with one clock: each asks for its own confirmation, paying one leaves the other", async () => {
  await scene.control("settings", { retryDays: [] });
  const subscriber = await subscribe("starter");
  await scene.database
    .sql`insert into public.account_terms (account_id, monthly_allowance, overage_tiers, credit_limit_cents,
    net_days, warn_after_days, downgrade_after_days, suspend_after_days, agreed_at)
    values (${subscriber.account}, 350000, '[]', 1000000, 10, 80, 90, 100, now())`;
  await giveCard(subscriber, "tok_threeDSecure2Required");
  await renew(subscriber);
  const began = await openedAt(subscriber.account);
  const told = await dunningMails(subscriber);
  expect(told.filter((kind) => kind === "payment_action")).toHaveLength(1);
  await renew(subscriber);
  const invoices = await owed(subscriber);
  expect(invoices).toHaveLength(2);
  const { stage: reached } = (await readStanding(subscriber.account)).dunning ?? {};
  expect(await openedAt(subscriber.account)).toEqual(began);
  expect((await dunningMails(subscriber)).slice(told.length)).toEqual(["payment_action"]);
  await pay(subscriber, invoices[0]?.id);
  expect([await stage(subscriber), await openedAt(subscriber.account)]).toEqual([reached, began]);
  await pay(subscriber, invoices[1]?.id);
  expect([await stage(subscriber), await outcomes(subscriber)]).toEqual([null, ["paid"]]);
  expect((await dunningMails(subscriber)).filter((kind) => kind === "plan_restored")).toHaveLength(1);
});

describe("what was withdrawn for want of money", () => {
  test("comes back when it is paid, as much as was left, until the same day, and once", async () => {
    const subscriber = await failing();
    await spend(subscriber, 10_000);
    await days(7);
    const free = planOf("free").monthlyAllowance;
    expect([await stage(subscriber), await total(subscriber)]).toEqual(["downgraded", free]);
    await pay(subscriber);
    await tick();
    expect(await total(subscriber)).toBe(starter - 10_000 + free);
    const rows = await scene.database.sql`select source, expires_at from public.credit_grants
      where account_id = ${subscriber.account} and source in ('alw_back', 'alw_rest') and state = 'open' order by source`;
    expect(rows.map(({ source }) => source)).toEqual(["alw_back", "alw_rest"]);
    expect(rows[0]?.expires_at).toEqual(rows[1]?.expires_at);
  });

  test("stays away when its money has gone back before it was heard of", async () => {
    const subscriber = await failing();
    await days(7);
    const free = planOf("free").monthlyAllowance;
    scene.deliver = false;
    const [invoice] = await owed(subscriber);
    const { id: card } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    await stripe().paymentMethods.attach(card, { customer: subscriber.customer });
    await stripe().invoices.pay(String(invoice?.id), { payment_method: card });
    const [paymentIntent = ""] = await paymentsOf(String(invoice?.id));
    await stripe().refunds.create({ payment_intent: paymentIntent });
    await scene.control("settle");
    scene.deliver = true;
    const { customer } = subscriber;
    await withCustomer(customer, (lease) => syncPayment({ paymentIntent, customer, lease }));
    await askAboutCustomer(customer);
    await tick();
    expect([await stage(subscriber), await total(subscriber)]).toEqual([null, free]);
    expect(await scene.balance(subscriber)).toEqual({ total: free, debt: 0 });
  });

  test("a suspended account is told to founders until it pays", async () => {
    const subscriber = await failing();
    await days(14);
    expect(await alerts(subscriber)).toMatchObject([{ kind: "account_suspended", data: { amount: "$29.00" } }]);
    await pass(60);
    await pay(subscriber);
    expect(await alerts(subscriber)).toEqual([]);
    expect(await total(subscriber)).toBeGreaterThanOrEqual(starter);
  });
});

test("suspension leaves the plan at Stripe where the policy says so", async () => {
  const subscriber = await failing();
  Object.assign(policy.dunning, { endPlan: false });
  try {
    await days(14);
    await pass(60);
  } finally {
    Object.assign(policy.dunning, { endPlan: true });
  }
  expect([await stage(subscriber), await isFrozen(subscriber)]).toEqual(["suspended", true]);
  expect((await stripe().subscriptions.retrieve(subscriber.subscription)).status).toBe("past_due");
});

test("a case of test mode freezes nothing while the app runs with a live key, and counts again with the test key", async () => {
  const subscriber = await subscribe("starter");
  const note = (livemode: boolean) => rpc("note_stripe_mode", { livemode, at: now() });
  await openCase(scene.database.sql, subscriber.account, "suspended");
  await note(true);
  expect(await isFrozen(subscriber)).toBe(false);
  await note(false);
  expect(await isFrozen(subscriber)).toBe(true);
  await note(true);
  expect(await isFrozen(subscriber)).toBe(false);
  await note(false);
});

describe("forgiving", () => {
  test("the plan's price leaves what was used before to be paid, and brings no credits of the month", async () => {
    const subscriber = await subscribe("starter");
    await rpc("set_overage", { account_id: subscriber.account, at: now(), cap: 1_000_000 });
    await spend(subscriber, starter + 20_000);
    await flushUsage(subscriber.account, now());
    await pass(900);
    await giveCard(subscriber, "tok_chargeCustomerFail");
    await renew(subscriber);
    const [invoice] = await owed(subscriber);
    expect(invoice?.amount_remaining).toBe(3100);
    const asked = { invoice: String(invoice?.id), what: "base", requestId: randomUUID() } as const;
    expect(await forgiveInvoice(asked)).toEqual({ ok: true, code: "forgiven" });
    expect(await forgiveInvoice(asked)).toEqual({ ok: true, code: "forgiven" });
    expect((await forgiveInvoice({ ...asked, requestId: randomUUID() })).code).toBe("nothing_to_forgive");
    await tick();
    expect((await owed(subscriber))[0]?.amount_remaining).toBe(200);
    expect(await stage(subscriber)).toBe("retrying");
    await pay(subscriber);
    expect([await stage(subscriber), await outcomes(subscriber)]).toEqual([null, ["paid"]]);
    expect(await total(subscriber)).toBe(starter / 10);
    const [mail] = await scene.database
      .sql`select data from public.mail_outbox where account_id = ${subscriber.account} and kind = 'plan_restored'`;
    expect(mail?.data.creditsBack).toBe(false);
  });

  test("the plan's price, where nothing else is owed, ends the case without credits or a word of them", async () => {
    const subscriber = await failing();
    const [invoice] = await owed(subscriber);
    const asked = { invoice: String(invoice?.id), what: "base", requestId: randomUUID() } as const;
    expect(await forgiveInvoice(asked)).toEqual({ ok: true, code: "forgiven" });
    await tick();
    expect([await stage(subscriber), await outcomes(subscriber)]).toEqual([null, ["paid"]]);
    expect(await total(subscriber)).toBe(starter / 10);
    const mails = await scene.database
      .sql`select kind, data from public.mail_outbox where account_id = ${subscriber.account}`;
    expect(mails.find(({ kind }) => kind === "plan_restored")?.data.creditsBack).toBe(false);
    expect(mails.filter(({ kind }) => kind === "payment_receipt")).toEqual([]);
    expect(mails.filter(({ kind }) => kind === "subscription_started")).toHaveLength(1);
  });

  test("everything voids the invoice once, closes the case and says nothing", async () => {
    const subscriber = await failing();
    const [invoice] = await owed(subscriber);
    const asked = { invoice: String(invoice?.id), what: "all", requestId: randomUUID() } as const;
    expect(await forgiveInvoice(asked)).toEqual({ ok: true, code: "forgiven" });
    expect(await forgiveInvoice(asked)).toEqual({ ok: true, code: "forgiven" });
    await tick();
    expect([await stage(subscriber), await outcomes(subscriber)]).toEqual([null, ["forgiven"]]);
    expect(await dunningMails(subscriber)).toEqual(["payment_failed"]);
  });

  test("what is paid, unknown or another business's is refused in words", async () => {
    const subscriber = await subscribe("starter");
    const { data } = await stripe().invoices.list({ customer: subscriber.customer });
    const paid = await forgiveInvoice({ invoice: String(data[0]?.id), what: "all", requestId: randomUUID() });
    expect(paid).toMatchObject({ ok: false, code: "not_owed", message: "This invoice is paid already." });
    const stranger = await stripe().customers.create({ email: "stranger@example.test" });
    const foreign = await stripe().invoices.create({ customer: stranger.id });
    for (const invoice of ["in_unknown", String(foreign.id)])
      expect(await forgiveInvoice({ invoice, what: "all", requestId: randomUUID() })).toMatchObject({
        code: "unknown_invoice",
      });
  });
});
