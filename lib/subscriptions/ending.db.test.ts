import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import { spend } from "@/e2e/database/usage";
import { planOf } from "@/lib/billing/offers";
import { startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { billPeriod, billRemainder, usageIsVisible } from "@/lib/metering/remainder";
import { flushUsage } from "@/lib/metering/report";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { cancelPlan, resumePlan } from "./cancel";
import { endPlanNow, finishEndings } from "./ending";
import { previewChange } from "./preview";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
const { subscribe, advance, settle, useCard, entitlement, mails } = subscribersOf(() => scene);

const usage = { flushUsage, usageIsVisible, billRemainder, billPeriod };
const starter = planOf("starter").monthlyAllowance;
const MINUTE = 60;

const finish = () => finishEndings(usage);
/** Lets a moment pass, so that every call has settled. */
async function finishSoon(): Promise<void> {
  await advance(20);
  await finish();
}
const statusOf = async ({ subscription }: Subscriber) => (await stripe().subscriptions.retrieve(subscription)).status;
const ending = async ({ account }: Subscriber) => {
  const [row] = await scene.database
    .sql`select outcome, closed_at is not null as closed, last_error from public.subscription_endings where account_id = ${account}`;
  return row ? { ...row } : null;
};
const lastInvoice = async ({ subscription }: Subscriber) =>
  (await stripe().invoices.list({ subscription, limit: 1 })).data[0];

/** Somebody who has used their allowance and 20,000 credits more, worth 2 dollars. */
async function inOverage(): Promise<Subscriber> {
  const subscriber = await subscribe("starter");
  await rpc("set_overage", { account_id: subscriber.account, at: now(), cap: 1_000_000 });
  await spend(subscriber, starter + 20_000);
  return subscriber;
}

async function newCard({ customer }: Subscriber): Promise<string> {
  const { id } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  await stripe().paymentMethods.attach(id, { customer });
  return id;
}

describe("ending a plan at once", () => {
  test("takes the plan away now, bills what was used once Stripe shows it, and ends it then", async () => {
    await scene.control("settings", { meterLagSeconds: 120 });
    const subscriber = await inOverage();
    expect(await endPlanNow({ ...subscriber, reason: "unused" })).toEqual({ ok: true, code: "ending" });
    expect(await entitlement(subscriber)).toMatchObject({
      plan: "free",
      overagePermitted: 0,
      canChangePlan: "no",
      notice: { code: "ending" },
    });
    await finish();
    expect([await statusOf(subscriber), await ending(subscriber)]).toMatchObject(["active", { closed: false }]);
    await advance(3 * MINUTE);
    await finish();
    expect([await statusOf(subscriber), await ending(subscriber)]).toMatchObject(["canceled", { outcome: "ended" }]);
    await settle();
    expect(await lastInvoice(subscriber)).toMatchObject({ total: 200, status: "paid" });
    expect((await stripe().subscriptions.retrieve(subscriber.subscription)).cancellation_details).toMatchObject({
      feedback: "unused",
    });
    expect(await entitlement(subscriber)).toMatchObject({ plan: "free", canChangePlan: "yes", notice: null });
    expect((await mails(subscriber)).filter((kind) => kind === "subscription_ended")).toHaveLength(1);
    await scene.control("settings", { meterLagSeconds: 0 });
  });

  test("bills by invoice item what Stripe does not show within ten minutes", async () => {
    const subscriber = await inOverage();
    await scene.control("settings", { meterLagSeconds: 3600 });
    await endPlanNow(subscriber);
    await finish();
    await advance(9 * MINUTE);
    await finish();
    expect(await statusOf(subscriber)).toBe("active");
    await advance(2 * MINUTE);
    await finish();
    await settle();
    expect([await statusOf(subscriber), await ending(subscriber)]).toMatchObject(["canceled", { outcome: "ended" }]);
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription });
    const billed = data.filter(({ billing_reason: reason }) => reason !== "subscription_create");
    expect(billed.reduce((sum, invoice) => sum + invoice.total, 0)).toBe(200);
    await scene.control("settings", { meterLagSeconds: 0 });
  });

  test("asked twice, and worked on by two at once, ends it once", async () => {
    const subscriber = await subscribe("starter");
    await endPlanNow(subscriber);
    await endPlanNow(subscriber);
    await advance(20);
    await Promise.all([finish(), finish()]);
    await settle();
    expect([await statusOf(subscriber), await ending(subscriber)]).toMatchObject(["canceled", { outcome: "ended" }]);
    expect(await endPlanNow(subscriber)).toMatchObject({ ok: false, code: "no_subscription" });
    expect((await mails(subscriber)).filter((kind) => kind === "subscription_ended")).toHaveLength(1);
  });

  test("is finished by the next run when the one before died after Stripe had ended it", async () => {
    const subscriber = await inOverage();
    await endPlanNow(subscriber);
    await scene.control("faults", {
      method: "DELETE",
      path: `/v1/subscriptions/${subscriber.subscription}`,
      drop: "after",
      times: 3,
    });
    await expect(finishSoon()).rejects.toThrow();
    expect([await statusOf(subscriber), await ending(subscriber)]).toMatchObject(["canceled", { closed: false }]);
    await advance(MINUTE);
    await finish();
    await settle();
    expect(await ending(subscriber)).toMatchObject({ outcome: "ended_elsewhere", last_error: null });
    expect(await lastInvoice(subscriber)).toMatchObject({ total: 200 });
  });

  test("closes when the subscription was ended elsewhere meanwhile", async () => {
    const subscriber = await subscribe("starter");
    await endPlanNow(subscriber);
    await stripe().subscriptions.cancel(subscriber.subscription);
    await settle();
    await advance(MINUTE);
    await finish();
    expect(await ending(subscriber)).toMatchObject({ outcome: "ended_elsewhere" });
    expect(await entitlement(subscriber)).toMatchObject({ plan: "free", canChangePlan: "yes", notice: null });
  });

  test("and not paying for the last use leaves a debt that is paid before there is another plan", async () => {
    const subscriber = await inOverage();
    await useCard(subscriber, "tok_chargeCustomerFail");
    await endPlanNow(subscriber);
    await finishSoon();
    await settle();
    const unpaid = await lastInvoice(subscriber);
    expect(unpaid).toMatchObject({ total: 200, status: "open" });
    expect((await readStanding(subscriber.account)).dunning).toMatchObject({ stage: "downgraded" });
    expect((await mails(subscriber)).filter((kind) => kind === "plan_downgraded")).toHaveLength(1);
    const again = { plan: "starter", interval: "monthly" } as const;
    expect(await startCheckout(subscriber, again)).toMatchObject({ ok: false, code: "pay_first" });
    await stripe().invoices.pay(unpaid?.id ?? "", { payment_method: await newCard(subscriber) });
    await settle();
    expect((await readStanding(subscriber.account)).dunning).toBeNull();
    expect((await startCheckout(subscriber, again)).ok).toBe(true);
  });

  test("seconds before it renews bills the use of the period, and neither charges nor gives another one", async () => {
    const subscriber = await inOverage();
    const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
    const end = Math.max(...items.data.map((item) => item.current_period_end));
    await advance(end - Math.floor(now().getTime() / 1000) - 10);
    await endPlanNow(subscriber);
    await finishSoon();
    await settle();
    await finish();
    await advance(20);
    await finish();
    await advance(3 * 3600);
    expect([await statusOf(subscriber), await ending(subscriber)]).toMatchObject(["canceled", { outcome: "ended" }]);
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription });
    expect(data.filter(({ status }) => status !== "void").map(({ total, status }) => [total, status])).toEqual([
      [200, "paid"],
      [2900, "paid"],
    ]);
    const open = (await scene.grants(subscriber)).filter(
      ({ source, state }) => source !== "free" && state !== "closed",
    );
    expect(open).toEqual([]);
  });

  test("can no more be changed, canceled or resumed", async () => {
    const subscriber = await subscribe("starter");
    await endPlanNow(subscriber);
    const change = { plan: "pro", interval: "monthly" } as const;
    expect(await previewChange({ ...subscriber, change })).toMatchObject({ ok: false, code: "not_offered" });
    expect(await cancelPlan(subscriber)).toMatchObject({ ok: false, code: "ending" });
    expect(await resumePlan(subscriber)).toMatchObject({ ok: false, code: "ending" });
    await finishSoon();
  });

  test("works on a plan that was canceled for the period's end", async () => {
    const subscriber = await subscribe("starter");
    await cancelPlan(subscriber);
    expect(await endPlanNow(subscriber)).toMatchObject({ ok: true });
    await finishSoon();
    expect(await statusOf(subscriber)).toBe("canceled");
  });

  test("of a yearly plan brings no further months", async () => {
    const subscriber = await subscribe("starter", "yearly");
    await endPlanNow(subscriber);
    await finishSoon();
    await settle();
    expect((await scene.grants(subscriber)).filter(({ state }) => state === "scheduled")).toEqual([]);
  });
});
