import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import type { PlanChange } from "@/lib/billing/changes";
import { planOf } from "@/lib/billing/offers";
import { stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import { previewChange } from "./preview";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
const { subscribe, advance, settle, renew, choose, entitlement, prices, total } = subscribersOf(() => scene);

const DAY = 24 * 3600;
const starter = planOf("starter").monthlyAllowance;
const pro = planOf("pro").monthlyAllowance;
const toStarter: PlanChange = { plan: "starter", interval: "monthly" };

const periodEnd = async ({ subscription }: Subscriber) => {
  const { items } = await stripe().subscriptions.retrieve(subscription);
  return new Date(Math.max(...items.data.map((item) => item.current_period_end)) * 1000);
};

describe("a change of the interval", () => {
  test("from yearly to monthly waits for the year and brings one month's credits then", async () => {
    const subscriber = await subscribe("starter", "yearly");
    const end = await periodEnd(subscriber);
    expect(await choose(subscriber, toStarter)).toEqual({ ok: true, code: "scheduled", at: end });
    await advance(100 * DAY);
    expect(await prices(subscriber)).toEqual(["starter_overage_v1", "starter_yearly_v1"]);
    expect(await total(subscriber)).toBe(starter);
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["starter_monthly_v1", "starter_overage_v1"]);
    expect(await total(subscriber)).toBe(starter);
    const running = (await scene.grants(subscriber)).filter(({ state }) => state === "scheduled");
    expect(running).toEqual([]);
  });

  test("is no part of an upgrade within the year, whose next renewal is shown as a whole year", async () => {
    const subscriber = await subscribe("starter", "yearly");
    const shown = await previewChange({ account: subscriber.account, change: { plan: "pro", interval: "yearly" } });
    expect(shown).toMatchObject({ ok: true, kind: "now", nextCents: 99_000, nextAt: await periodEnd(subscriber) });
  });

  test("from monthly to yearly begins with the next period and brings its credits month by month", async () => {
    const subscriber = await subscribe("starter");
    await choose(subscriber, { plan: "starter", interval: "yearly" });
    expect((await entitlement(subscriber)).notice).toMatchObject({ code: "change_scheduled", plan: "starter" });
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["starter_overage_v1", "starter_yearly_v1"]);
    expect(await total(subscriber)).toBe(starter);
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription, limit: 1 });
    expect(data[0]).toMatchObject({ status: "paid", total: 29_000 });
    for (let month = 0; month < 3; month += 1) {
      await advance(31 * DAY);
      expect(await total(subscriber)).toBe(starter);
    }
    expect((await entitlement(subscriber)).overageMost).toBeGreaterThan(0);
  });

  test("of a yearly plan that was upgraded brings the dearer months until its end", async () => {
    const subscriber = await subscribe("starter", "yearly");
    await advance(3 * DAY);
    const shown = await previewChange({ account: subscriber.account, change: { plan: "pro", interval: "yearly" } });
    if (!shown.ok || shown.kind !== "now") throw new Error("A dearer yearly plan is an upgrade");
    await choose(subscriber, { plan: "pro", interval: "yearly" });
    expect(await total(subscriber)).toBe(starter + shown.creditsNow);
    expect(await prices(subscriber)).toEqual(["pro_yearly_v1", "starter_overage_v1"]);
    await advance(35 * DAY);
    expect(await total(subscriber)).toBe(pro);
    expect(await prices(subscriber)).toEqual(["pro_overage_v1", "pro_yearly_v1"]);
    await advance(60 * DAY);
    expect(await total(subscriber)).toBe(pro);
  });

  test("made in Stripe's dashboard in mid-period takes the old period's rest back and brings the new one's", async () => {
    const subscriber = await subscribe("starter");
    await advance(5 * DAY);
    await choose(subscriber, { plan: "pro", interval: "monthly" });
    await advance(5 * DAY);
    const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
    const base = items.data.find(({ price }) => price.lookup_key === "pro_monthly_v1");
    const price = await findPrice({ kind: "base", plan: planOf("pro"), interval: "yearly" });
    const { schedule } = await stripe().subscriptions.retrieve(subscriber.subscription);
    if (schedule) await stripe().subscriptionSchedules.release(String(schedule));
    await stripe().subscriptions.update(subscriber.subscription, { items: [{ id: base?.id ?? "", price }] });
    await settle();
    expect(await total(subscriber)).toBe(pro);
    await advance(35 * DAY);
    expect(await total(subscriber)).toBe(pro);
  });
});
