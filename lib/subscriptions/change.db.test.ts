import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import type { PlanChange } from "@/lib/billing/changes";
import { planOf } from "@/lib/billing/offers";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import { changePlan, dropPending, revokeScheduledChange } from "./change";
import { withCustomer } from "./lease";
import { type ChangePreview, previewChange } from "./preview";
import type { ReadSubscription } from "./snapshot";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
const { subscribe, advance, settle, renew, useCard, toHalf, entitlement, mails, prices, total } = subscribersOf(
  () => scene,
);

const HOUR = 3600;
const DAY = 24 * HOUR;
const starter = planOf("starter").monthlyAllowance;
const pro = planOf("pro").monthlyAllowance;
const toPro: PlanChange = { plan: "pro", interval: "monthly" };

type Upgrade = Extract<ChangePreview, { kind: "now" }>;
async function preview({ account }: Subscriber, change: PlanChange = toPro): Promise<Upgrade> {
  const answer = await previewChange({ account, change });
  if (!answer.ok || answer.kind !== "now") throw new Error(`${JSON.stringify(answer)} is no upgrade`);
  return answer;
}
const confirm = ({ account }: Subscriber, { changeId, prorationDate }: Upgrade, change: PlanChange = toPro) =>
  changePlan({ account, change, changeId, prorationDate });
const upgradeInvoices = async ({ subscription }: Subscriber) =>
  (await stripe().invoices.list({ subscription, limit: 100 })).data.filter(
    ({ billing_reason: reason }) => reason === "subscription_update",
  );
const ofUpgrades = async (subscriber: Subscriber) =>
  (await scene.grants(subscriber)).filter(({ source }) => source === "upg");

describe("an upgrade", () => {
  test("costs to the cent what its preview said, minutes later too, and brings the credits it said", async () => {
    const subscriber = await subscribe("starter");
    await advance(10 * DAY + 7 * HOUR + 13);
    const shown = await preview(subscriber);
    expect(shown.lines.reduce((sum, { cents }) => sum + cents, 0)).toBe(shown.dueNowCents);
    await advance(17 * 60);
    expect(await confirm(subscriber, shown)).toEqual({ ok: true, code: "changed" });
    const [invoice, ...others] = await upgradeInvoices(subscriber);
    expect(others).toEqual([]);
    expect(invoice).toMatchObject({ status: "paid", total: shown.dueNowCents });
    expect(invoice?.lines.data.map(({ amount }) => amount).sort()).toEqual(
      shown.lines.map(({ cents }) => cents).sort(),
    );
    expect(await total(subscriber)).toBe(starter + shown.creditsNow);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "pro", canChangePlan: "yes" });
  });

  test("swaps the base at once, and the overage only when its item renews", async () => {
    const subscriber = await subscribe("starter");
    await advance(10 * DAY);
    const shown = await preview(subscriber);
    await confirm(subscriber, shown);
    await settle();
    expect(await prices(subscriber)).toEqual(["pro_monthly_v1", "starter_overage_v1"]);
    expect([shown.overagePer1000Now, shown.overagePer1000Next]).toEqual([10, 8]);
    const ratedNow = async () => (await readStanding(subscriber.account)).subscription?.overagePlan?.plan;
    expect(await ratedNow()).toBe("starter");
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["pro_monthly_v1", "pro_overage_v1"]);
    expect(await ratedNow()).toBe("pro");
    expect(await total(subscriber)).toBe(pro);
    expect((await upgradeInvoices(subscriber)).length).toBe(1);
  });

  test("is said by mail once, with what was paid", async () => {
    const subscriber = await subscribe("starter");
    await confirm(subscriber, await preview(subscriber));
    await settle();
    await renew(subscriber);
    expect((await mails(subscriber)).filter((kind) => kind === "plan_changed")).toHaveLength(1);
    const [mail] = await scene.database
      .sql`select data from public.mail_outbox where account_id = ${subscriber.account} and kind = 'plan_changed'`;
    expect(mail?.data).toMatchObject({ planName: "Pro", formerPlanName: "Starter", amountCents: 9900 });
    expect(mail?.data.paidCents).toBeGreaterThan(6900);
  });

  test("with a code for half the price costs half, and brings all of its credits", async () => {
    const subscriber = await subscribe("starter");
    const coupon = await stripe().coupons.create({ percent_off: 50, duration: "forever" });
    await stripe().subscriptions.update(subscriber.subscription, { discounts: [{ coupon: coupon.id }] });
    await toHalf(subscriber);
    const shown = await preview(subscriber);
    expect(shown.nextCents).toBe(4950);
    await confirm(subscriber, shown);
    const [invoice] = await upgradeInvoices(subscriber);
    expect(invoice).toMatchObject({ status: "paid", total: shown.dueNowCents });
    expect(await total(subscriber)).toBe(starter + shown.creditsNow);
    expect(Math.abs(shown.creditsNow - (pro - starter) / 2)).toBeLessThan(3);
    await renew(subscriber);
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription, limit: 1 });
    expect(data[0]?.total).toBe(4950);
  });

  test("with a code for 100 % off costs nothing, and brings all of its credits", async () => {
    const subscriber = await subscribe("starter");
    const coupon = await stripe().coupons.create({ percent_off: 100, duration: "forever" });
    await stripe().subscriptions.update(subscriber.subscription, { discounts: [{ coupon: coupon.id }] });
    await renew(subscriber);
    await toHalf(subscriber);
    const shown = await preview(subscriber);
    expect([shown.dueNowCents, shown.nextCents]).toEqual([0, 0]);
    expect(await confirm(subscriber, shown)).toEqual({ ok: true, code: "changed" });
    const [invoice] = await upgradeInvoices(subscriber);
    expect(invoice).toMatchObject({ status: "paid", total: 0 });
    expect(Math.abs(shown.creditsNow - (pro - starter) / 2)).toBeLessThan(3);
    expect(await total(subscriber)).toBe(starter + shown.creditsNow);
  });

  test("from pay as you go brings the new allowance for the time that is left", async () => {
    const subscriber = await subscribe("payg");
    await toHalf(subscriber);
    const shown = await preview(subscriber, { plan: "starter", interval: "monthly" });
    expect(Math.abs(shown.creditsNow - starter / 2)).toBeLessThan(2);
    await confirm(subscriber, shown, { plan: "starter", interval: "monthly" });
    expect(await total(subscriber)).toBe(shown.creditsNow);
  });
});

describe("a change that is asked for more than once", () => {
  test("by a double click is one change and one invoice", async () => {
    const subscriber = await subscribe("starter");
    const shown = await preview(subscriber);
    const answers = await Promise.all([confirm(subscriber, shown), confirm(subscriber, shown)]);
    expect(answers).toEqual([
      { ok: true, code: "changed" },
      { ok: true, code: "changed" },
    ]);
    expect(await upgradeInvoices(subscriber)).toHaveLength(1);
  });

  test("from two tabs, to different plans, is carried out one after the other on what is true then", async () => {
    const subscriber = await subscribe("payg");
    await advance(3 * DAY);
    const toStarter: PlanChange = { plan: "starter", interval: "monthly" };
    const [one, other] = [await preview(subscriber, toStarter), await preview(subscriber, toPro)];
    const answers = await Promise.all([confirm(subscriber, one, toStarter), confirm(subscriber, other, toPro)]);
    expect(answers.map(({ code }) => code).sort()).toEqual(["changed", "preview_expired"]);
    expect(await upgradeInvoices(subscriber)).toHaveLength(1);
  });

  test("because no answer came from Stripe, which had made it, is made once and then said to be made", async () => {
    const subscriber = await subscribe("starter");
    const shown = await preview(subscriber);
    await scene.control("faults", {
      method: "POST",
      path: `/v1/subscriptions/${subscriber.subscription}`,
      drop: "after",
      times: 3,
    });
    expect(await confirm(subscriber, shown)).toMatchObject({ ok: false, code: "stripe_unavailable" });
    expect(await confirm(subscriber, shown)).toEqual({ ok: true, code: "changed" });
    await settle();
    expect(await upgradeInvoices(subscriber)).toHaveLength(1);
    expect(await ofUpgrades(subscriber)).toHaveLength(1);
    expect(await prices(subscriber)).toContain("pro_monthly_v1");
  });

  test("while somebody else has the customer waits for its turn", async () => {
    const subscriber = await subscribe("starter");
    const shown = await preview(subscriber);
    let answer: Promise<unknown> | undefined;
    await withCustomer(subscriber.customer, async () => {
      answer = confirm(subscriber, shown);
      await stripe().subscriptions.retrieve(subscriber.subscription);
    });
    expect(await answer).toEqual({ ok: true, code: "changed" });
  });
});

describe("a preview that is no longer true changes nothing", () => {
  test("half an hour later", async () => {
    const subscriber = await subscribe("starter");
    const shown = await preview(subscriber);
    await advance(31 * 60);
    expect(await confirm(subscriber, shown)).toMatchObject({ ok: false, code: "preview_expired" });
    expect(await prices(subscriber)).toContain("starter_monthly_v1");
  });

  test("with another second than it was made for, or the id of another", async () => {
    const subscriber = await subscribe("starter");
    const shown = await preview(subscriber);
    for (const forged of [
      { ...shown, prorationDate: shown.prorationDate - 60 },
      { ...shown, changeId: "00000000-0000-8000-a000-000000000000" },
    ])
      expect(await confirm(subscriber, forged)).toMatchObject({ ok: false, code: "preview_expired" });
    expect(await upgradeInvoices(subscriber)).toEqual([]);
  });

  test("after the plan was changed elsewhere", async () => {
    const subscriber = await subscribe("payg");
    const shown = await preview(subscriber);
    const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
    const base = items.data.find(({ price }) => price.lookup_key === "payg_monthly_v1");
    const price = await findPrice({ kind: "base", plan: planOf("starter"), interval: "monthly" });
    await stripe().subscriptions.update(subscriber.subscription, { items: [{ id: base?.id ?? "", price }] });
    expect(await confirm(subscriber, shown)).toMatchObject({ ok: false, code: "preview_expired" });
  });
});

describe("an upgrade whose payment fails", () => {
  test("leaves plan and credits as they were, says where to pay, and is gone after 23 hours", async () => {
    const subscriber = await subscribe("starter");
    await useCard(subscriber, "tok_chargeCustomerFail");
    await advance(5 * DAY);
    const shown = await preview(subscriber);
    const answer = await confirm(subscriber, shown);
    expect(answer).toMatchObject({ ok: false, code: "payment_failed", url: expect.stringContaining("http") });
    expect(await entitlement(subscriber)).toMatchObject({
      plan: "starter",
      canChangePlan: "finish_payment",
      notice: { code: "change_pending", plan: "pro", url: expect.stringContaining("http") },
    });
    expect(await total(subscriber)).toBe(starter);
    expect(await previewChange({ account: subscriber.account, change: toPro })).toMatchObject({
      ok: false,
      code: "payment_pending",
    });
    expect(await confirm(subscriber, shown)).toMatchObject({ code: "payment_failed" });
    await advance(23 * HOUR + 60);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", canChangePlan: "yes", notice: null });
    expect(await total(subscriber)).toBe(starter);
    expect((await upgradeInvoices(subscriber)).map(({ status }) => status)).toEqual(["void"]);
    expect(await mails(subscriber)).toEqual(["subscription_started"]);
  });

  test("is in force, with its credits, once its invoice is paid by another card", async () => {
    const subscriber = await subscribe("starter");
    await useCard(subscriber, "tok_chargeCustomerFail");
    const shown = await preview(subscriber);
    await confirm(subscriber, shown);
    const { id: working } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    await stripe().paymentMethods.attach(working, { customer: subscriber.customer });
    const [invoice] = await upgradeInvoices(subscriber);
    await stripe().invoices.pay(invoice?.id ?? "", { payment_method: working });
    await settle();
    expect(await entitlement(subscriber)).toMatchObject({ plan: "pro", notice: null });
    expect(await total(subscriber)).toBe(starter + shown.creditsNow);
  });

  test("because the bank wants to hear from the cardholder waits for them", async () => {
    const subscriber = await subscribe("starter");
    await useCard(subscriber, "tok_threeDSecure2Required");
    const answer = await confirm(subscriber, await preview(subscriber));
    expect(answer).toMatchObject({ ok: true, code: "payment_pending", url: expect.stringContaining("http") });
    expect((await entitlement(subscriber)).plan).toBe("starter");
  });

  test("can be taken back, and another change be made at once", async () => {
    const subscriber = await subscribe("starter");
    await useCard(subscriber, "tok_chargeCustomerFail");
    await confirm(subscriber, await preview(subscriber));
    expect(await revokeScheduledChange(subscriber)).toMatchObject({ ok: true, code: "revoked" });
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", notice: null });
    await useCard(subscriber, "tok_visa");
    expect(await confirm(subscriber, await preview(subscriber))).toEqual({ ok: true, code: "changed" });
  });
});

describe("a plan changed in Stripe's own dashboard", () => {
  async function changeThere(subscriber: Subscriber, behavior: "always_invoice" | "create_prorations") {
    const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
    const base = items.data.find(({ price }) => price.lookup_key === "starter_monthly_v1");
    const price = await findPrice({ kind: "base", plan: planOf("pro"), interval: "monthly" });
    await stripe().subscriptions.update(subscriber.subscription, {
      items: [{ id: base?.id ?? "", price }],
      proration_behavior: behavior,
    });
    await settle();
  }

  test("and billed at once brings its credits, and its overage with the next renewal", async () => {
    const subscriber = await subscribe("starter");
    await toHalf(subscriber);
    await changeThere(subscriber, "always_invoice");
    expect(Math.abs((await total(subscriber)) - starter - (pro - starter) / 2)).toBeLessThan(3);
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["pro_monthly_v1", "pro_overage_v1"]);
  });

  test("and billed with the renewal brings nothing for a time that is over by then", async () => {
    const subscriber = await subscribe("starter");
    await advance(15 * DAY);
    await changeThere(subscriber, "create_prorations");
    expect((await entitlement(subscriber)).plan).toBe("pro");
    expect(await total(subscriber)).toBe(starter);
    await renew(subscriber);
    expect(await ofUpgrades(subscriber)).toEqual([]);
    expect(await total(subscriber)).toBe(pro);
  });
});

test("giving up an upgrade voids the invoice of an upgrade, and never another that is unpaid", async () => {
  const subscriber = await subscribe("starter");
  await useCard(subscriber, "tok_chargeCustomerFail");
  await renew(subscriber);
  const raw = await stripe().subscriptions.retrieve(subscriber.subscription);
  const held = { pending: { plan: "pro", until: new Date() }, raw } as unknown as ReadSubscription;
  expect(await dropPending(held)).toBe(true);
  expect(await stripe().invoices.retrieve(String(raw.latest_invoice))).toMatchObject({
    status: "open",
    billing_reason: "subscription_cycle",
  });
});

test("a refund of an upgrade takes its credits back, and those alone", async () => {
  const subscriber = await subscribe("starter");
  await advance(15 * DAY);
  await confirm(subscriber, await preview(subscriber));
  const [invoice] = await upgradeInvoices(subscriber);
  const { data } = await stripe().invoicePayments.list({ invoice: invoice?.id ?? "" });
  await stripe().refunds.create({ payment_intent: String(data[0]?.payment.payment_intent) });
  await settle();
  expect(await total(subscriber)).toBe(starter);
});

test("somebody without a plan, with an unfinished one, or in debt for one is refused in words", async () => {
  const buyer = await scene.buyer();
  const change = toPro;
  expect(await previewChange({ account: buyer.account, change })).toMatchObject({ ok: false, code: "no_subscription" });
  const unfinished = await subscribe("starter", "monthly", "tok_threeDSecure2Required");
  expect(await previewChange({ account: unfinished.account, change })).toMatchObject({ ok: false, code: "pay_first" });
  const subscriber = await subscribe("starter");
  await useCard(subscriber, "tok_chargeCustomerFail");
  await renew(subscriber);
  expect(await previewChange({ account: subscriber.account, change })).toMatchObject({
    ok: false,
    code: "pay_first",
    url: expect.stringContaining("http"),
  });
});
