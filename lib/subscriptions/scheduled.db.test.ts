import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import type { PlanChange } from "@/lib/billing/changes";
import { planOf } from "@/lib/billing/offers";
import { customerFor } from "@/lib/checkout/customer";
import { stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import { revokeScheduledChange } from "./change";
import { previewChange } from "./preview";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
const { subscribe, advance, settle, renew, choose, entitlement, mails, prices, total } = subscribersOf(() => scene);

const DAY = 24 * 3600;
const starter = planOf("starter").monthlyAllowance;
const pro = planOf("pro").monthlyAllowance;
const toStarter: PlanChange = { plan: "starter", interval: "monthly" };

const periodEnd = async ({ subscription }: Subscriber) => {
  const { items } = await stripe().subscriptions.retrieve(subscription);
  return new Date(Math.max(...items.data.map((item) => item.current_period_end)) * 1000);
};

/** Somebody whose Pro has been paid for a whole month; through checkout it would begin with a trial. */
async function onPro(): Promise<Subscriber> {
  const subscriber = await subscribe("starter");
  const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
  const idOfPrice = (key: string) => items.data.find(({ price }) => price.lookup_key === key)?.id ?? "";
  await stripe().subscriptions.update(subscriber.subscription, {
    items: [
      {
        id: idOfPrice("starter_monthly_v1"),
        price: await findPrice({ kind: "base", plan: planOf("pro"), interval: "monthly" }),
      },
      { id: idOfPrice("starter_overage_v1"), price: await findPrice({ kind: "overage", plan: planOf("pro") }) },
    ],
    proration_behavior: "none",
  });
  await renew(subscriber);
  return subscriber;
}

describe("a downgrade", () => {
  test("waits for the end of the period, costs nothing before, and brings the smaller allowance then", async () => {
    const subscriber = await onPro();
    const end = await periodEnd(subscriber);
    expect(await previewChange({ account: subscriber.account, change: toStarter })).toMatchObject({
      ok: true,
      kind: "at_period_end",
      at: end,
      nextCents: 2900,
      allowance: starter,
      overagePer1000Next: 10,
    });
    expect(await choose(subscriber, toStarter)).toEqual({ ok: true, code: "scheduled", at: end });
    expect(await entitlement(subscriber)).toMatchObject({
      plan: "pro",
      allowance: "full",
      notice: { code: "change_scheduled", plan: "starter", at: end },
    });
    const before = await total(subscriber);
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["starter_monthly_v1", "starter_overage_v1"]);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter", notice: null, canChangePlan: "yes" });
    expect([before > starter, await total(subscriber)]).toEqual([true, starter]);
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription, limit: 1 });
    expect(data[0]).toMatchObject({ status: "paid", total: 2900, billing_reason: "subscription_cycle" });
    expect(await mails(subscriber)).toContain("plan_change_scheduled");
    expect((await mails(subscriber)).filter((kind) => kind === "plan_changed")).toHaveLength(2);
  });

  test("is shown at the price that the renewal then charges, with the discounts that still hold by then", async () => {
    const subscriber = await onPro();
    const nextCents = async (change: PlanChange) => {
      const shown = await previewChange({ account: subscriber.account, change });
      return shown.ok ? shown.nextCents : shown.message;
    };
    const forever = await stripe().coupons.create({ percent_off: 50, duration: "forever" });
    await stripe().subscriptions.update(subscriber.subscription, { discounts: [{ coupon: forever.id }] });
    expect(await nextCents(toStarter)).toBe(1450);
    expect(await nextCents({ plan: "starter", interval: "yearly" })).toBe(14_500);
    await choose(subscriber, { plan: "payg", interval: "monthly" });
    expect(await nextCents(toStarter)).toBe(1450);
    await choose(subscriber, toStarter);
    await renew(subscriber);
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription, limit: 1 });
    expect(data[0]).toMatchObject({ status: "paid", total: 1450, billing_reason: "subscription_cycle" });
    const brief = await stripe().coupons.create({ percent_off: 50, duration: "repeating", duration_in_months: 1 });
    await stripe().subscriptions.update(subscriber.subscription, { discounts: [{ coupon: brief.id }] });
    expect(await nextCents({ plan: "starter", interval: "yearly" })).toBe(14_500);
    await renew(subscriber, 60);
    expect(await nextCents({ plan: "starter", interval: "yearly" })).toBe(29_000);
  });

  test("that is taken back in time never happens, and can be chosen again", async () => {
    const subscriber = await onPro();
    await choose(subscriber, toStarter);
    expect(await revokeScheduledChange(subscriber)).toMatchObject({ ok: true, code: "revoked" });
    expect(await entitlement(subscriber)).toMatchObject({ plan: "pro", notice: null });
    expect(await revokeScheduledChange(subscriber)).toEqual({ ok: true, code: "nothing_planned" });
    expect(await choose(subscriber, toStarter)).toMatchObject({ ok: true, code: "scheduled" });
    expect(await choose(subscriber, toStarter)).toMatchObject({ ok: true, code: "scheduled" });
    await settle();
    expect((await mails(subscriber)).filter((kind) => kind === "plan_change_scheduled")).toHaveLength(2);
    await revokeScheduledChange(subscriber);
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["pro_monthly_v1", "pro_overage_v1"]);
    expect(await total(subscriber)).toBe(pro);
  });

  test("gives way to another choice, of which the last one counts", async () => {
    const subscriber = await onPro();
    await choose(subscriber, toStarter);
    await choose(subscriber, { plan: "payg", interval: "monthly" });
    expect((await entitlement(subscriber)).notice).toMatchObject({ plan: "payg" });
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["payg_monthly_v1", "payg_overage_v1"]);
    expect(await total(subscriber)).toBe(0);
  });

  test("of a trial begins when the trial is over", async () => {
    const subscriber = await subscribe("pro", "monthly", "tok_mastercard");
    expect((await entitlement(subscriber)).allowance).toBe("trial");
    expect(await choose(subscriber, toStarter)).toMatchObject({ ok: true, code: "scheduled" });
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["starter_monthly_v1", "starter_overage_v1"]);
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription });
    expect([data[0]?.total, data.at(-1)?.total]).toEqual([2900, 0]);
    expect(await total(subscriber)).toBe(starter);
  });

  test("after an upgrade in the same period finds its overage in step", async () => {
    const subscriber = await subscribe("starter");
    await advance(5 * DAY);
    await choose(subscriber, { plan: "pro", interval: "monthly" });
    await choose(subscriber, toStarter);
    await revokeScheduledChange(subscriber);
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["pro_monthly_v1", "pro_overage_v1"]);
  });

  test("that was planned gives way to an upgrade, and is not carried out behind it", async () => {
    const subscriber = await subscribe("starter");
    await choose(subscriber, { plan: "payg", interval: "monthly" });
    expect(await choose(subscriber, { plan: "pro", interval: "monthly" })).toMatchObject({ code: "changed" });
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["pro_monthly_v1", "pro_overage_v1"]);
  });
});

test("a plan changed at Stripe while overage was about to follow the former one stays, and overage follows it", async () => {
  const subscriber = await subscribe("payg");
  await choose(subscriber, toStarter);
  const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
  const base = items.data.find(({ price }) => price.lookup_key === "starter_monthly_v1");
  const price = await findPrice({ kind: "base", plan: planOf("pro"), interval: "monthly" });
  await stripe().subscriptions.update(subscriber.subscription, {
    items: [{ id: base?.id ?? "", price }],
    proration_behavior: "always_invoice",
  });
  await settle();
  expect(await entitlement(subscriber)).toMatchObject({ plan: "pro", notice: null });
  await renew(subscriber);
  expect(await prices(subscriber)).toEqual(["pro_monthly_v1", "pro_overage_v1"]);
});

test("a schedule left half made by a crash does not keep a yearly plan from its overage", async () => {
  const buyer = await scene.buyer();
  const customer = await customerFor(buyer.account, { name: buyer.accountName, email: buyer.email });
  const card = await stripe().paymentMethods.attach("pm_card_visa", { customer });
  scene.deliver = false;
  const { id: subscription } = await stripe().subscriptions.create({
    customer,
    default_payment_method: card.id,
    items: [{ price: await findPrice({ kind: "base", plan: planOf("starter"), interval: "yearly" }) }],
    metadata: { account: buyer.account },
  });
  await stripe().subscriptionSchedules.create({ from_subscription: subscription });
  await settle();
  scene.deliver = true;
  await stripe().subscriptions.update(subscription, { description: "A year" });
  await settle();
  expect(await prices({ ...buyer, customer, subscription })).toEqual(["starter_overage_v1", "starter_yearly_v1"]);
});

test("a schedule left half made by a crash is no obstacle", async () => {
  const subscriber = await subscribe("starter");
  await stripe().subscriptionSchedules.create({ from_subscription: subscriber.subscription });
  await settle();
  expect(await choose(subscriber, { plan: "payg", interval: "monthly" })).toMatchObject({ code: "scheduled" });
  await renew(subscriber);
  expect(await prices(subscriber)).toEqual(["payg_monthly_v1", "payg_overage_v1"]);
});

describe("a schedule that somebody made at Stripe", () => {
  test("is left alone, shown, and named as the reason why nothing can be changed", async () => {
    const subscriber = await onPro();
    const { id, phases } = await stripe().subscriptionSchedules.create({ from_subscription: subscriber.subscription });
    const price = await findPrice({ kind: "base", plan: planOf("starter"), interval: "monthly" });
    const [first] = phases;
    await stripe().subscriptionSchedules.update(id, {
      metadata: { by: "finance" },
      phases: [
        {
          start_date: first?.start_date ?? 0,
          end_date: first?.end_date ?? 0,
          items: (first?.items ?? []).map((item) => ({
            price: String(item.price),
            ...(item.quantity ? { quantity: item.quantity } : {}),
          })),
        },
        { items: [{ price, quantity: 1 }], duration: { interval: "month", interval_count: 1 } },
      ],
    });
    await settle();
    expect((await entitlement(subscriber)).notice).toMatchObject({ code: "change_scheduled", plan: "starter" });
    const refused = { ok: false, code: "not_offered", message: expect.stringContaining("Write to us") };
    expect(await previewChange({ account: subscriber.account, change: toStarter })).toMatchObject(refused);
    expect(await revokeScheduledChange(subscriber)).toMatchObject(refused);
    expect((await stripe().subscriptionSchedules.retrieve(id)).status).toBe("active");
  });
});
