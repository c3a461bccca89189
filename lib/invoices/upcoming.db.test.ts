import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Payer, payAsYouGo, spend } from "@/e2e/database/usage";
import { startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { processPendingEvents } from "@/lib/events/inbox";
import { flushUsage } from "@/lib/metering/report";
import { stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { readPeriodSoFar } from "./upcoming";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
  await scene.control("settings", { meterLagSeconds: 0 });
});
afterAll(() => scene.close());

const HOUR = 3600;
const DAY = 24 * HOUR;

async function subscribe(plan: "starter" | "pro", interval: "monthly" | "yearly" = "monthly"): Promise<Payer> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { plan, interval });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.settle();
  await scene.settle();
  await rpc("set_overage", { account_id: buyer.account, at: now(), cap: 5_000_000 });
  return { ...buyer, customer: String(session.customer), subscription: String(session.subscription) };
}

async function useBeyond(payer: Payer, overage: number): Promise<void> {
  await spend(payer, (await scene.balance(payer)).total + overage);
}

const figureOf = async ({ account }: Payer) => {
  const figure = await readPeriodSoFar(account);
  if (!figure) throw new Error("Nothing is billed");
  return figure;
};

/** Lets the period end and its invoice be finalized, with nothing more used. */
async function nextInvoice(payer: Payer) {
  const { periodEnd } = await figureOf(payer);
  const seen = new Set(
    (await stripe().invoices.list({ customer: payer.customer, limit: 100 })).data.map(({ id }) => id),
  );
  await scene.advance(Math.ceil((periodEnd.getTime() - now().getTime()) / 1000) + 2 * HOUR);
  await processPendingEvents();
  await scene.settle();
  const made = (await stripe().invoices.list({ customer: payer.customer, limit: 100 })).data.filter(
    ({ id }) => !seen.has(id),
  );
  expect(made).toHaveLength(1);
  const [invoice] = made;
  if (!invoice) throw new Error("No invoice was made");
  return invoice;
}

/** The figure says the same before and after everything was sent, and the invoice then says it too. */
async function comesTrue(payer: Payer): Promise<{ totalCents: number; overageCents: number | undefined }> {
  const before = await figureOf(payer);
  await flushUsage(payer.account, now());
  const after = await figureOf(payer);
  expect(after.unsentCredits).toBe(0);
  expect(after.source).toBe("stripe");
  expect(after.totalCents).toBe(before.totalCents);
  expect(after.lines.map(({ kind, cents }) => [kind, cents])).toEqual(
    before.lines.map(({ kind, cents }) => [kind, cents]),
  );
  const invoice = await nextInvoice(payer);
  expect(invoice.amount_due).toBe(after.totalCents);
  return { totalCents: after.totalCents, overageCents: after.lines.find(({ kind }) => kind === "overage")?.cents };
}

test("pay as you go: 123,456 credits are 14.81, before they are sent, after, and on the invoice", async () => {
  const payer = await payAsYouGo(scene);
  await spend(payer, 123_456);
  expect((await figureOf(payer)).unsentCredits).toBe(123_456);
  expect(await comesTrue(payer)).toEqual({ totalCents: 1481, overageCents: 1481 });
});

test("a plan with overage, half of it sent: 29.00 and 12,350 × 0.010 = 123.5 → 1.24", async () => {
  const payer = await subscribe("starter");
  await useBeyond(payer, 6_000);
  await flushUsage(payer.account, now());
  await spend(payer, 6_350);
  const half = await figureOf(payer);
  expect(half.unsentCredits).toBe(6_350);
  expect(await comesTrue(payer)).toEqual({ totalCents: 3024, overageCents: 124 });
});

test("a code for 15 % off: (29.00 − 4.35) + (1.30 − 0.20) = 25.75", async () => {
  const payer = await subscribe("starter");
  const coupon = await stripe().coupons.create({ percent_off: 15, duration: "forever" });
  await stripe().subscriptions.update(payer.subscription, { discounts: [{ coupon: coupon.id }] });
  await useBeyond(payer, 13_000);
  expect(await comesTrue(payer)).toEqual({ totalCents: 2575, overageCents: 130 });
});

test("a sum off, and a balance in their favor: 29.00 + 3.00 − 5.00 − 10.00 = 17.00", async () => {
  const payer = await subscribe("starter");
  const coupon = await stripe().coupons.create({ amount_off: 500, currency: "usd", duration: "forever" });
  await stripe().subscriptions.update(payer.subscription, { discounts: [{ coupon: coupon.id }] });
  await stripe().customers.createBalanceTransaction(payer.customer, { amount: -1000, currency: "usd" });
  await useBeyond(payer, 30_000);
  expect(await comesTrue(payer)).toEqual({ totalCents: 1700, overageCents: 300 });
});

test("a yearly plan: the month's overage alone, 70,000 × 0.010 = 7.00", async () => {
  const payer = await subscribe("starter", "yearly");
  await useBeyond(payer, 70_000);
  expect(await comesTrue(payer)).toEqual({ totalCents: 700, overageCents: 700 });
});

test("a plan that ends with its period: no base any more, only what was used, 80,000 × 0.008 = 6.40", async () => {
  const payer = await subscribe("pro");
  // Two weeks of trial first, if the plan has them.
  const { trial_end: trialEnd } = await stripe().subscriptions.retrieve(payer.subscription);
  if (trialEnd) {
    await scene.advance(trialEnd - Math.floor(now().getTime() / 1000) + 2 * HOUR);
    await processPendingEvents();
    await scene.settle();
  }
  await stripe().subscriptions.update(payer.subscription, { cancel_at: "max_period_end" });
  await scene.settle();
  await useBeyond(payer, 80_000);
  expect((await figureOf(payer)).isLast).toBe(true);
  expect(await comesTrue(payer)).toEqual({ totalCents: 640, overageCents: 640 });
});

test("too little to charge waits for the next invoice: 3,000 × 0.012 = 0.36 → 0 now, and 0.36 + 0.60 then", async () => {
  const payer = await payAsYouGo(scene);
  await spend(payer, 3_000);
  expect(await comesTrue(payer)).toEqual({ totalCents: 0, overageCents: 36 });
  await spend(payer, 5_000);
  expect(await comesTrue(payer)).toEqual({ totalCents: 96, overageCents: 60 });
});

test("what waits for the invoice is on it: 29.00 + 12.34 + 0.50 = 41.84", async () => {
  const payer = await subscribe("starter");
  const item = { customer: payer.customer, subscription: payer.subscription, amount: 1234, currency: "usd" };
  await stripe().invoiceItems.create({ ...item, description: "Help with the set-up" });
  await useBeyond(payer, 5_000);
  expect(await comesTrue(payer)).toEqual({ totalCents: 4184, overageCents: 50 });
});

test("while Stripe does not answer, our own books say it, and say so", async () => {
  const payer = await subscribe("starter");
  await useBeyond(payer, 12_350);
  await scene.control("faults", { method: "POST", path: "/v1/invoices/create_preview", status: 500, times: 1 });
  const figure = await figureOf(payer);
  expect(figure.source).toBe("ours");
  expect(figure.lines.map(({ kind, cents }) => [kind, cents])).toEqual([
    ["base", 2900],
    ["overage", 124],
  ]);
  expect((await figureOf(payer)).source).toBe("stripe");
});

test("without a plan nothing is billed", async () => {
  const buyer = await scene.buyer();
  expect(await readPeriodSoFar(buyer.account)).toBeNull();
});

test("a new period begins at nothing, whatever the last one had", async () => {
  const payer = await payAsYouGo(scene);
  await spend(payer, 50_000);
  await comesTrue(payer);
  await scene.advance(DAY);
  const figure = await figureOf(payer);
  expect([figure.totalCents, figure.unsentCredits]).toEqual([0, 0]);
});
