import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import { planOf, planVersion } from "@/lib/billing/offers";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import { cancelPlan, resumePlan } from "./cancel";
import { changePlan } from "./change";
import { readMove, toReport } from "./move-prices";
import { previewChange } from "./preview";
import { type MovedSubscriber, movePrices } from "./price-moves";

vi.mock("@/lib/billing/plans", async (original) => {
  const { plans, catalogue, ...rest } = await original<typeof import("@/lib/billing/plans")>();
  const starter = plans.find(({ key }) => key === "starter");
  if (!starter) throw new Error("plans.ts has no Starter");
  const dearer = {
    ...starter,
    version: 2,
    monthlyAllowance: 300_000,
    base: { monthly: { usd: 3_500, eur: 3_300 }, yearly: { usd: 35_000, eur: 33_000 } },
    overage: { per1000: { usd: 11, eur: 10 }, mostCreditsPerPeriod: 1_000_000 },
  };
  const sold = plans.map((plan) => (plan.key === "starter" ? dearer : plan));
  const former = [starter];
  return { ...rest, plans: sold, formerPlans: former, catalogue: { ...catalogue, plans: sold, formerPlans: former } };
});

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
const { subscribe, advance, settle, renew, entitlement, mails, prices, total } = subscribersOf(() => scene);

const DAY = 86_400;
const move = { plan: "starter", from: 1, noticeDays: 30, dryRun: false } as const;
const old = () => {
  const plan = planVersion("starter", 1);
  if (!plan) throw new Error("The former version is missing");
  return plan;
};

/** Somebody who bought Starter while it was sold in its first version. */
async function oldSubscriber(interval: "monthly" | "yearly" = "monthly"): Promise<Subscriber> {
  const subscriber = await subscribe("starter", interval);
  const { items } = await stripe().subscriptions.retrieve(subscriber.subscription);
  const swapped = await Promise.all(
    items.data.map(async ({ id, price }) => ({
      id,
      price: await findPrice(
        price.recurring?.usage_type === "metered"
          ? { kind: "overage", plan: old() }
          : { kind: "base", plan: old(), interval },
      ),
    })),
  );
  await stripe().subscriptions.update(subscriber.subscription, { items: swapped, proration_behavior: "none" });
  await (interval === "monthly" ? renew(subscriber) : settle());
  return subscriber;
}
const of = (report: MovedSubscriber[], { account }: Subscriber) => report.find((one) => one.account === account);
const notices = async (subscriber: Subscriber) =>
  (await mails(subscriber)).filter((kind) => kind === "price_change").length;
const atEnd = async ({ subscription }: Subscriber) =>
  (await stripe().subscriptions.retrieve(subscription)).items.data[0]?.current_period_end ?? 0;

describe("a new price", () => {
  test("does not reach who bought the old one by itself", async () => {
    const subscriber = await oldSubscriber();
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["starter_monthly_v1", "starter_overage_v1"]);
    expect(await total(subscriber)).toBe(old().monthlyAllowance);
    expect(await entitlement(subscriber)).toMatchObject({ plan: "starter" });
  });

  test("is told once, and takes effect with the first renewal that is far enough away", async () => {
    const subscriber = await oldSubscriber();
    await advance(10 * DAY);
    expect(of(await movePrices({ ...move, dryRun: true }), subscriber)?.outcome).toBe("planned");
    expect(await notices(subscriber)).toBe(0);
    const first = await atEnd(subscriber);
    expect(of(await movePrices(move), subscriber)?.outcome).toBe("planned");
    expect(of(await movePrices(move), subscriber)?.outcome).toBe("already_planned");
    expect((await readStanding(subscriber.account)).subscription?.scheduled).toBeNull();
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["starter_monthly_v1", "starter_overage_v1"]);
    expect(of(await movePrices(move), subscriber)?.outcome).toBe("already_planned");
    await renew(subscriber);
    expect(await atEnd(subscriber)).toBeGreaterThan(first + 50 * DAY);
    expect(await prices(subscriber)).toEqual(["starter_monthly_v2", "starter_overage_v2"]);
    expect(await total(subscriber)).toBe(planOf("starter").monthlyAllowance);
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription, limit: 1 });
    expect(data[0]).toMatchObject({ total: 3_500, status: "paid" });
    expect(await notices(subscriber)).toBe(1);
    expect(of(await movePrices(move), subscriber)).toBeUndefined();
    expect(await mails(subscriber)).not.toContain("plan_changed");
  });

  test("that was announced survives a cancellation that is taken back", async () => {
    const subscriber = await oldSubscriber();
    await movePrices(move);
    await cancelPlan(subscriber);
    expect(of(await movePrices(move), subscriber)).toMatchObject({ outcome: "not_moved" });
    await resumePlan(subscriber);
    await settle();
    expect(of(await movePrices(move), subscriber)?.outcome).toBe("already_planned");
    await renew(subscriber);
    await renew(subscriber);
    expect(await prices(subscriber)).toEqual(["starter_monthly_v2", "starter_overage_v2"]);
    expect(await notices(subscriber)).toBe(1);
  });

  test("is not imposed on who leaves or changes, and the report says so", async () => {
    const [leaving, changing] = [await oldSubscriber(), await oldSubscriber()];
    await cancelPlan(leaving);
    const change = { plan: "payg", interval: "monthly" } as const;
    const preview = await previewChange({ ...changing, change });
    if (!preview.ok) throw new Error(preview.message);
    await changePlan({ ...changing, change, changeId: preview.changeId });
    const report = await movePrices(move);
    expect(of(report, leaving)).toMatchObject({ outcome: "not_moved", words: expect.stringContaining("leaves on") });
    expect(of(report, changing)).toMatchObject({ outcome: "not_moved", words: expect.stringContaining("changes") });
    expect(await notices(leaving)).toBe(0);
    expect(toReport(report, false)).toContain(`(${leaving.account}): leaves on`);
  });

  test("for a yearly plan waits for the year", async () => {
    const subscriber = await oldSubscriber("yearly");
    await movePrices(move);
    await advance(40 * DAY);
    expect(await prices(subscriber)).toEqual(["starter_overage_v1", "starter_yearly_v1"]);
  });
});

test("the command says what is missing", () => {
  expect(readMove(["--plan", "starter", "--from", "1", "--notice-days", "30", "--dry-run"])).toEqual({
    ...move,
    dryRun: true,
  });
  for (const args of [
    ["--from", "1"],
    ["--plan", "starter", "--from", "x"],
    ["--plan", "starter", "--from", "1"],
  ])
    expect(() => readMove(args)).toThrow("Usage: npm run prices:move");
});

test("nobody is told of a price that Stripe does not have yet", async () => {
  const subscriber = await oldSubscriber();
  const price = await findPrice({ kind: "base", plan: planOf("starter"), interval: "yearly" });
  await stripe().prices.update(price, { active: false });
  for (const dryRun of [true, false])
    await expect(movePrices({ ...move, dryRun })).rejects.toThrow(/no price "starter_yearly_v2".*stripe:setup/);
  await stripe().prices.update(price, { active: true });
  expect(await notices(subscriber)).toBe(0);
});

test("a version that plans.ts does not know, or that is sold now, is refused", async () => {
  await expect(movePrices({ ...move, from: 7 })).rejects.toThrow("formerPlans");
  await expect(movePrices({ ...move, from: 2 })).rejects.toThrow("sold in version 2");
});
