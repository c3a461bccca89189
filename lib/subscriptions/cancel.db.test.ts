import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import { planOf } from "@/lib/billing/offers";
import { customerFor } from "@/lib/checkout/customer";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import { cancelPlan, resumePlan } from "./cancel";
import { changePlan } from "./change";
import { previewChange } from "./preview";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
const { subscribe, advance, settle, renew, useCard, entitlement, mails, prices, total } = subscribersOf(() => scene);

const DAY = 24 * 3600;
const starter = planOf("starter").monthlyAllowance;
const free = planOf("free").monthlyAllowance;
const atStripe = ({ subscription }: Subscriber) => stripe().subscriptions.retrieve(subscription);
const mailsOf = async (subscriber: Subscriber, kind: string) =>
  (await mails(subscriber)).filter((one) => one === kind).length;

describe("cancelling", () => {
  test("keeps the plan whole until what is paid is over, tells Stripe why, and is Free afterwards", async () => {
    const subscriber = await subscribe("starter");
    const answer = await cancelPlan({ ...subscriber, reason: "too_expensive", comment: "Next year again." });
    const { cancel_at: cancelAt, cancellation_details: details, items } = await atStripe(subscriber);
    expect(answer).toEqual({ ok: true, code: "canceled", at: new Date((cancelAt ?? 0) * 1000) });
    expect(cancelAt).toBe(items.data[0]?.current_period_end);
    expect(details).toMatchObject({ feedback: "too_expensive", comment: "Next year again." });
    expect(await entitlement(subscriber)).toMatchObject({
      plan: "starter",
      allowance: "full",
      canChangePlan: "resume",
      notice: { code: "ends_on" },
    });
    expect(await total(subscriber)).toBe(starter);
    await renew(subscriber);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "free", canChangePlan: "yes" });
    expect(await total(subscriber)).toBe(free);
    expect(await mailsOf(subscriber, "cancellation_scheduled")).toBe(1);
    expect(await mailsOf(subscriber, "subscription_ended")).toBe(1);
  });

  test("can be taken back, and done again; each time is told once", async () => {
    const subscriber = await subscribe("starter");
    const first = await cancelPlan(subscriber);
    expect(await cancelPlan(subscriber)).toEqual(first);
    expect(await resumePlan(subscriber)).toMatchObject({ ok: true, code: "resumed" });
    expect(await resumePlan(subscriber)).toMatchObject({ ok: true, code: "resumed" });
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", canChangePlan: "yes", notice: null });
    expect(await atStripe(subscriber)).toMatchObject({ cancel_at: null, cancel_at_period_end: false });
    await advance(DAY);
    await cancelPlan(subscriber);
    await settle();
    expect(await mailsOf(subscriber, "cancellation_scheduled")).toBe(2);
    await resumePlan(subscriber);
    await renew(subscriber);
    expect(await total(subscriber)).toBe(starter);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", notice: null });
  });

  test("a yearly plan ends with its year, not with the month of its overage", async () => {
    const subscriber = await subscribe("starter", "yearly");
    expect(await prices(subscriber)).toEqual(["starter_overage_v1", "starter_yearly_v1"]);
    await cancelPlan(subscriber);
    const { cancel_at: cancelAt, items } = await atStripe(subscriber);
    const ends = items.data.map((item) => item.current_period_end);
    expect(cancelAt).toBe(Math.max(...ends));
    expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(300 * DAY);
    await advance(70 * DAY);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", notice: { code: "ends_on" } });
    expect(await total(subscriber)).toBe(starter);
  });

  test("gives a planned change up, and a resumed plan goes on as it is", async () => {
    const subscriber = await subscribe("starter");
    const change = { plan: "payg", interval: "monthly" } as const;
    const preview = await previewChange({ ...subscriber, change });
    if (!preview.ok) throw new Error(preview.message);
    await changePlan({ ...subscriber, change, changeId: preview.changeId });
    await cancelPlan(subscriber);
    expect(await entitlement(subscriber)).toMatchObject({ notice: { code: "ends_on" } });
    expect((await readStanding(subscriber.account)).subscription?.scheduled).toBeNull();
    expect(await previewChange({ ...subscriber, change })).toMatchObject({ ok: false, code: "resume_first" });
    await resumePlan(subscriber);
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["starter_monthly_v1", "starter_overage_v1"]);
  });

  test("at Stripe is obeyed and told, and can be taken back here", async () => {
    const subscriber = await subscribe("starter");
    await stripe().subscriptions.update(subscriber.subscription, { cancel_at_period_end: true });
    await settle();
    expect(await entitlement(subscriber)).toMatchObject({ notice: { code: "ends_on" }, canChangePlan: "resume" });
    expect(await mailsOf(subscriber, "cancellation_scheduled")).toBe(1);
    expect(await resumePlan(subscriber)).toMatchObject({ ok: true, code: "resumed" });
    expect(await atStripe(subscriber)).toMatchObject({ cancel_at: null, cancel_at_period_end: false });
  });

  test("without a plan, or after its end, is refused in words", async () => {
    const buyer = await scene.buyer();
    expect(await cancelPlan(buyer)).toMatchObject({ ok: false, code: "no_subscription" });
    const subscriber = await subscribe("starter");
    await stripe().subscriptions.cancel(subscriber.subscription);
    await settle();
    expect(await resumePlan(subscriber)).toMatchObject({ ok: false, code: "no_subscription" });
  });
});

describe("a plan that paused when its trial ended without a card", () => {
  async function paused(): Promise<Subscriber> {
    const buyer = await scene.buyer();
    const customer = await customerFor(buyer.account, { name: buyer.accountName, email: buyer.email });
    const plan = planOf("pro");
    const [base, overage] = [{ kind: "base", plan, interval: "monthly" } as const, { kind: "overage", plan } as const];
    const { id: subscription } = await stripe().subscriptions.create({
      customer,
      items: [{ price: await findPrice(base) }, { price: await findPrice(overage) }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: "pause" } },
      metadata: { account: buyer.account },
    });
    const subscriber = { ...buyer, customer, subscription };
    await settle();
    await advance(8 * DAY);
    expect((await atStripe(subscriber)).status).toBe("paused");
    expect(await entitlement(subscriber)).toMatchObject({ plan: "free", canChangePlan: "resume" });
    return subscriber;
  }

  test("asks for a card first, and goes on with a whole new period that is paid", async () => {
    const subscriber = await paused();
    expect(await resumePlan(subscriber)).toMatchObject({ ok: false, code: "card_first" });
    await useCard(subscriber, "tok_visa");
    expect(await resumePlan(subscriber)).toMatchObject({ ok: true, code: "restarted" });
    await settle();
    expect(await entitlement(subscriber)).toMatchObject({ plan: "pro", canChangePlan: "yes" });
    expect((await scene.balance(subscriber)).total).toBeGreaterThanOrEqual(planOf("pro").monthlyAllowance);
    expect(await resumePlan(subscriber)).toMatchObject({ ok: true, code: "resumed" });
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription });
    expect(data.map(({ total }) => total)).toEqual([9900, 0]);
  });

  test("stays paused when the bank declines, is charged once, and goes on when that invoice is paid", async () => {
    const subscriber = await paused();
    await useCard(subscriber, "tok_chargeCustomerFail");
    const refused = { ok: false, code: "payment_failed", url: expect.stringContaining("http") };
    expect(await resumePlan(subscriber)).toMatchObject(refused);
    expect(await resumePlan(subscriber)).toMatchObject(refused);
    await settle();
    expect(await entitlement(subscriber)).toMatchObject({ plan: "free", canChangePlan: "resume" });
    const card = await useCard(subscriber, "tok_visa");
    const { latest_invoice: invoice } = await stripe().subscriptions.retrieve(subscriber.subscription);
    await stripe().invoices.pay(String(invoice), { payment_method: card });
    await settle();
    expect(await entitlement(subscriber)).toMatchObject({ plan: "pro" });
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription });
    expect(data.map(({ total, status }) => [total, status])).toEqual([
      [9900, "paid"],
      [0, "paid"],
    ]);
  });
});
