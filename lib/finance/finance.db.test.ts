import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import { payAsYouGo, spend } from "@/e2e/database/usage";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { checkLedger, describeDiscrepancies } from "@/lib/credits/check";
import { reportUsage } from "@/lib/metering/report";
import { stripe } from "@/lib/stripe/client";
import { evidenceFor } from "./evidence";
import { evidenceText } from "./evidence-text";
import { monthsCsv } from "./export";
import { readGrantMonths } from "./grant-months";
import { closeFinanceMonths, type FinanceMonth, readFinanceMonths } from "./months";
import { type PaymentUse, readPaymentUses } from "./uses";

const DAY = 24 * 3600;
let scene: BillingScene;
let pack: Buyer & { payment: string };
let disputed: Buyer & { payment: string };
let subscriber: Subscriber;
let months: FinanceMonth[];
const { subscribe, advance, settle, renew, choose } = subscribersOf(() => scene);

async function buyPack(): Promise<Buyer & { payment: string }> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await settle();
  return { ...buyer, payment: String(session.payment_intent) };
}

/** What Stripe has taken and given back, from its own lists. */
async function atStripe() {
  let charged = 0;
  let returned = 0;
  for await (const charge of stripe().charges.list({ limit: 100 })) if (charge.paid) charged += charge.amount;
  for await (const refund of stripe().refunds.list({ limit: 100 }))
    if (refund.status === "succeeded") returned += refund.amount;
  for await (const dispute of stripe().disputes.list({ limit: 100 }))
    if (dispute.status === "lost") returned += dispute.amount;
  return { charged, returned };
}

async function usesOf(payment: string): Promise<PaymentUse[]> {
  const uses: PaymentUse[] = [];
  for await (const page of readPaymentUses(payment)) uses.push(...page);
  return uses;
}

/** Moves a plan to another interval at once, which ends its period and credits the rest of it on the next one's invoice. */
async function changeInDashboard({ subscription }: Subscriber, plan: "starter", interval: "yearly"): Promise<void> {
  const { items } = await stripe().subscriptions.retrieve(subscription);
  const base = items.data.find(({ price }) => price.recurring?.usage_type === "licensed");
  const { data: prices } = await stripe().prices.list({ lookup_keys: [`${plan}_${interval}_v1`] });
  const [price] = prices;
  if (!base || !price) throw new Error(`${subscription} cannot be moved to ${plan}, ${interval}`);
  await stripe().subscriptions.update(subscription, {
    items: [{ id: base.id, price: price.id }],
    proration_behavior: "always_invoice",
  });
  await settle();
}

const sumOf = (of: (month: FinanceMonth) => number) =>
  months.filter(({ currency }) => currency === "usd").reduce((sum, month) => sum + of(month), 0);

// Ten weeks of a small business: two packs, of which one is half refunded and one disputed and lost, three
// plans with a renewal, an upgrade and changes of interval, later and at once, and somebody who pays as they go.
beforeAll(async () => {
  scene = await openBillingScene();
  pack = await buyPack();
  disputed = await buyPack();
  await spend(pack, 25_000);
  await spend(disputed, 10_001);
  await stripe().refunds.create({ payment_intent: pack.payment, amount: 299 });
  const { id: dispute } = await scene.control("dashboard/dispute", {
    payment_intent: disputed.payment,
    reason: "general",
  });
  await settle();
  await scene.control("dashboard/close-dispute", { dispute, outcome: "lost" });
  await settle();
  subscriber = await subscribe("starter");
  await subscribe("starter", "yearly");
  const mover = await subscribe("starter");
  const payer = await payAsYouGo(scene);
  await spend(subscriber, 100_003);
  await spend(payer, 12_345);
  await reportUsage();
  await advance(10 * DAY);
  await choose(subscriber, { plan: "pro", interval: "monthly" });
  await settle();
  await changeInDashboard(mover, "starter", "yearly");
  await spend(subscriber, 77_777);
  await renew(subscriber);
  await choose(subscriber, { plan: "pro", interval: "yearly" });
  await settle();
  await advance(40 * DAY);
  months = await readFinanceMonths();
}, 120_000);
afterAll(() => scene.close());

describe("the books", () => {
  test("hold every cent that Stripe charged, and every cent that went back", async () => {
    const { charged, returned } = await atStripe();
    expect(charged).toBeGreaterThan(0);
    expect(sumOf(({ owed, overage, other }) => owed.packs + owed.plans + owed.imports + overage + other)).toBe(charged);
    expect(sumOf((month) => month.returned)).toBe(returned);
    expect(sumOf(({ overage }) => overage)).toBeGreaterThan(0);
  });
  test("call earned what was neither given back nor is still owed", async () => {
    const { charged, returned } = await atStripe();
    const owed = months.find(({ currency }) => currency === "usd")?.owed.closing ?? 0;
    expect(owed).toBeGreaterThan(0);
    expect(sumOf(({ earned }) => earned)).toBe(charged - returned - owed);
  });
  test("leave no money of a plan without a grant that carries it", () => {
    expect(sumOf(({ other }) => other)).toBe(0);
  });
  test("say the same after a month is closed as before, and list the grants behind it", async () => {
    await closeFinanceMonths();
    const after = await readFinanceMonths();
    expect(after.map(({ isClosed: _, ...month }) => month)).toEqual(months.map(({ isClosed: _, ...month }) => month));
    const closed = after.find(({ isClosed, currency, owed }) => isClosed && currency === "usd" && owed.used > 0);
    if (!closed) throw new Error("no month is over");
    let used = 0;
    for await (const grants of readGrantMonths(closed.month))
      for (const grant of grants) if (grant.currency === "usd") used += grant.used_cents;
    expect(used).toBe(closed.owed.used);
    expect(describeDiscrepancies(await checkLedger(scene.database.sql))).toBe("");
  });
  test("as CSV have a line a month and currency, with sums that add up", () => {
    const [head = "", ...lines] = monthsCsv(months).trim().split("\r\n");
    const columns = head.split(",");
    expect(lines).toHaveLength(months.length);
    for (const line of lines) {
      const cells = line.split(",");
      const of = (name: string) => Number(cells[columns.indexOf(`${name}_cents`)]);
      expect(
        of("opening") +
          of("packs_sold") +
          of("plans_sold") +
          of("imported") +
          of("reinstated") -
          of("used") -
          of("expired") -
          of("clawed_back"),
      ).toBe(of("closing"));
    }
  });
});

describe("evidence", () => {
  test("of a pack shows who bought it, when, and each use of its credits", async () => {
    const found = await evidenceFor(disputed.payment);
    if (!found) throw new Error("there is no evidence");
    const text = evidenceText(found, {
      terms: "https://app.test/legal/terms",
      refunds: "https://app.test/legal/refunds",
    });
    expect(text).toContain(`customer_email_address\n  anna@example.test`);
    expect(text).toContain(disputed.email);
    expect(text).toContain("$6.00 on ");
    expect(text).toContain("10,001 of 50,000 credits of this payment were used, in 1 use");
    expect(text).toMatch(/access_activity_log\n {2}\d{4}-\d\d-\d\d {2}assistant: 1 use, 10,001 credits/);
    const uses = await usesOf(disputed.payment);
    expect(uses.map(({ credits, feature }) => [credits, feature])).toEqual([[10_001, "assistant"]]);
  });
  test("counts credits that were taken back with a dispute and came again when it was won", async () => {
    const buyer = await buyPack();
    await spend(buyer, 4000);
    const { id } = await scene.control("dashboard/dispute", { payment_intent: buyer.payment, reason: "general" });
    await settle();
    await scene.control("dashboard/close-dispute", { dispute: id, outcome: "won" });
    await settle();
    await spend(buyer, 6000);
    const found = await evidenceFor(buyer.payment);
    if (!found) throw new Error("there is no evidence");
    const text = evidenceText(found, { terms: "https://app.test/terms", refunds: "https://app.test/refunds" });
    expect(text).toContain("10,000 of 50,000 credits of this payment were used, in 2 uses");
    expect(text).toContain("A pack of 50,000 credits");
    expect((await usesOf(buyer.payment)).map(({ credits }) => credits)).toEqual([4000, 6000]);
  });
  test("of a plan's payment counts the credits of its period alone", async () => {
    const { data } = await stripe().invoices.list({ subscription: subscriber.subscription, limit: 10 });
    const first = data.at(-1);
    const payments = await stripe().invoicePayments.list({ invoice: first?.id ?? "", limit: 1 });
    const payment = String(payments.data[0]?.payment.payment_intent);
    await stripe().refunds.create({ payment_intent: payment, amount: 1 });
    await settle();
    const found = await evidenceFor(payment);
    if (!found) throw new Error("there is no evidence");
    const used = found.grants.reduce((sum, grant) => sum + grant.used, 0);
    expect(used).toBe(177_780);
    expect(found.days.reduce((sum, { credits }) => sum + credits, 0)).toBe(used);
    expect(found.invoice?.number).toBe(first?.number);
  });
  test("is there for nobody's payment but ours", async () => {
    expect(await evidenceFor("pi_of_somebody_else")).toBeNull();
    expect(await usesOf("pi_of_somebody_else")).toEqual([]);
  });
});
