import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { seeAlert } from "@/lib/alerts";
import { clawBackTarget } from "@/lib/billing/allowance";
import { policy } from "@/lib/billing/plans";
import type { CheckoutRequest } from "@/lib/checkout/product";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { processPendingEvents, receiveStripeEvent } from "@/lib/events/inbox";
import { flushUsage } from "@/lib/metering/report";
import { stripe } from "@/lib/stripe/client";
import { paymentsOf } from "@/lib/stripe/invoices";
import { changePlan } from "@/lib/subscriptions/change";
import { previewChange } from "@/lib/subscriptions/preview";
import { rpc } from "@/lib/supabase/rpc";
import { readPayments } from "./list";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.deliver = true;
});

interface Paid extends Buyer {
  payment: string;
  invoice: string;
  customer: string;
}

async function buy(request: CheckoutRequest, card?: string): Promise<Paid> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, request);
  if (!answer.ok) throw new Error(answer.message);
  const customer = String((await scene.pay(answer.url, card)).customer);
  await scene.settle();
  const payments = await stripe().paymentIntents.list({ customer });
  const invoices = await stripe().invoices.list({ customer });
  return { ...buyer, payment: payments.data[0]?.id ?? "", invoice: invoices.data[0]?.id ?? "", customer };
}

async function spend({ account }: Buyer, amount: number): Promise<void> {
  await scene.database
    .sql`select public.deduct_credits(account_id => ${account}, key => ${randomUUID()}, amount => ${amount}, feature => 'test', at => ${now()})`;
}

/** What stands taken back of an account's grants, of one source or all. */
async function taken({ account }: Buyer, source: string): Promise<number> {
  const [row] = await scene.database.sql`
    select coalesce(sum(clawed - reinstated), 0)::bigint as net from public.credit_grants
    where account_id = ${account} and source like ${source}`;
  return Number(row?.net);
}

const mailsOf = async ({ account }: Buyer) =>
  (await scene.database
    .sql`select kind, data from public.mail_outbox where account_id = ${account} order by queued_at, kind`) as unknown as Array<{
    kind: string;
    data: Record<string, unknown>;
  }>;

const alertsOf = async ({ account }: Buyer, kind: string) =>
  scene.database.sql`select key, closed_at from public.alerts where account_id = ${account} and kind = ${kind}`;

const dispute = (payment: string, body: object = {}) =>
  scene.control("dashboard/dispute", { payment_intent: payment, reason: "general", ...body });

/** A sequence that looks random and is the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}

/** Delivers what Stripe has sent since `from` in any order, some of it twice. */
async function deliverShuffled(from: number, roll: (sides: number) => number): Promise<void> {
  await scene.control("settle");
  const events = scene.received.slice(from).flatMap((event) => (roll(3) === 0 ? [event, event] : [event]));
  for (let left = events.length; left > 0; left -= 1) {
    const [event] = events.splice(roll(left), 1);
    if (event) await receiveStripeEvent(event.body, event.signature);
    if (roll(2) === 0) await processPendingEvents();
  }
  await processPendingEvents();
}

test.each([1, 2, 3, 4])(
  "whatever goes back, fails and is disputed in whatever order, the end is that of the state (%d)",
  async (seed) => {
    const roll = dice(seed * 7_919);
    const buyer = await buy({ pack: "small" });
    await spend(buyer, 5_000 + roll(45_000));
    const before = await scene.balance(buyer);
    const refunds = new Map<string, number>();
    let disputed = 0;
    let rest = 600;
    scene.deliver = false;
    let from = scene.received.length;
    for (let step = 0; step < 5; step += 1) {
      const act = roll(3);
      if (act === 0 && rest > 10 && disputed === 0) {
        const amount = 1 + roll(rest - 1);
        refunds.set((await stripe().refunds.create({ payment_intent: buyer.payment, amount })).id, amount);
        rest -= amount;
      } else if (act === 1 && refunds.size > 0) {
        const [[refund, amount] = ["", 0]] = [...refunds];
        await scene.control("dashboard/fail-refund", { refund });
        refunds.delete(refund);
        rest += amount;
      } else if (disputed === 0 && rest > 0) {
        const { id } = await dispute(buyer.payment, { amount: rest });
        disputed = rest;
        const outcome = (["open", "won", "lost"] as const)[roll(3)];
        if (outcome === "won") disputed = 0;
        if (outcome !== "open") await scene.control("dashboard/close-dispute", { dispute: id, outcome });
        if (outcome === "won") rest = 0;
      }
      if (roll(2) === 0) {
        await deliverShuffled(from, roll);
        from = scene.received.length;
      }
    }
    await deliverShuffled(from, roll);
    const returned = [...refunds.values()].reduce((sum, cents) => sum + cents, 0) + disputed;
    const target = clawBackTarget(50_000, { returned, charged: 600 }, 0);
    expect(await taken(buyer, "pack")).toBe(target);
    const { total, debt } = await scene.balance(buyer);
    expect(total - debt).toBe(before.total - before.debt - target);
  },
);

describe("a credit note on a paid plan", () => {
  const baseLine = async ({ invoice }: Paid) => (await stripe().invoices.retrieve(invoice)).lines.data[0]?.id ?? "";

  test("to the balance, without a refund, takes its share of the allowance, and voided it returns it", async () => {
    const buyer = await buy({ plan: "starter", interval: "monthly" });
    const note = await stripe().creditNotes.create({ invoice: buyer.invoice, amount: 1_450, credit_amount: 1_450 });
    await scene.settle();
    expect(await taken(buyer, "alw%")).toBe(175_000);
    expect((await mailsOf(buyer)).find(({ kind }) => kind === "refund_made")?.data).toMatchObject({
      amountCents: 1_450,
      to: "balance",
      number: note.number,
      creditsTaken: 175_000,
      debt: 0,
    });
    await stripe().creditNotes.voidCreditNote(note.id);
    await scene.settle();
    expect(await taken(buyer, "alw%")).toBe(0);
  });

  test("out of band takes its share by its lines", async () => {
    const buyer = await buy({ plan: "starter", interval: "monthly" });
    await stripe().creditNotes.create({
      invoice: buyer.invoice,
      lines: [{ type: "invoice_line_item", invoice_line_item: await baseLine(buyer), amount: 2_900 }],
      out_of_band_amount: 2_900,
    });
    await scene.settle();
    expect(await taken(buyer, "alw%")).toBe(350_000);
  });

  test("with a refund takes what the refund takes, once, and returns it when the refund fails", async () => {
    const buyer = await buy({ plan: "starter", interval: "monthly" });
    const note = await stripe().creditNotes.create({
      invoice: buyer.invoice,
      lines: [{ type: "invoice_line_item", invoice_line_item: await baseLine(buyer), amount: 1_450 }],
      refund_amount: 1_450,
    });
    await scene.settle();
    expect(await taken(buyer, "alw%")).toBe(175_000);
    const refund = note.refunds[0]?.refund;
    await scene.control("dashboard/fail-refund", { refund: typeof refund === "string" ? refund : refund?.id });
    await scene.settle();
    expect(await taken(buyer, "alw%")).toBe(0);
  });
});

const disputesOf = async ({ payment }: Paid) => (await stripe().disputes.list({ payment_intent: payment })).data;

describe("an inquiry", () => {
  test("takes no credits and asks nothing of the customer; as a dispute it does both", async () => {
    const buyer = await buy({ pack: "small" });
    await dispute(buyer.payment, { reason: "inquiry" });
    await scene.settle();
    const [inquiry] = await disputesOf(buyer);
    expect(inquiry?.status).toBe("warning_needs_response");
    expect(await taken(buyer, "pack")).toBe(0);
    expect(await alertsOf(buyer, "dispute_opened")).toMatchObject([{ key: inquiry?.id }]);
    expect((await mailsOf(buyer)).some(({ kind }) => kind.startsWith("dispute"))).toBe(false);
    await scene.control("dashboard/escalate-inquiry", { dispute: inquiry?.id });
    await scene.settle();
    expect(await taken(buyer, "pack")).toBe(50_000);
  });

  test("that closes, and a dispute that was prevented, change nothing", async () => {
    const asked = await buy({ pack: "small" });
    await dispute(asked.payment, { reason: "inquiry" });
    await scene.settle();
    const [inquiry] = await disputesOf(asked);
    await scene.control("dashboard/close-dispute", { dispute: inquiry?.id, outcome: "warning_closed" });
    const prevented = await buy({ pack: "small" });
    await scene.control("dashboard/prevent-dispute", { payment_intent: prevented.payment, reason: "general" });
    await scene.settle();
    expect((await disputesOf(prevented))[0]?.status).toBe("prevented");
    expect([await taken(asked, "pack"), await taken(prevented, "pack")]).toEqual([0, 0]);
    expect((await alertsOf(asked, "dispute_opened")).map(({ closed_at: closed }) => closed !== null)).toEqual([true]);
  });
});

test("a lost dispute that is appealed goes on being held, and won at last returns exactly what it took", async () => {
  const buyer = await buy({ pack: "small" });
  const before = await scene.balance(buyer);
  const { id } = await dispute(buyer.payment);
  await scene.control("dashboard/close-dispute", { dispute: id, outcome: "lost" });
  await scene.settle();
  await scene.control("dashboard/appeal-dispute", { dispute: id });
  await scene.settle();
  expect(await taken(buyer, "pack")).toBe(50_000);
  await scene.control("dashboard/close-dispute", { dispute: id, outcome: "won" });
  await scene.settle();
  expect(await scene.balance(buyer)).toEqual(before);
});

test("a dispute is told to owners and founders when it begins and when it is decided, once each", async () => {
  const buyer = await buy({ pack: "small" });
  await spend(buyer, (await scene.balance(buyer)).total - 20_000);
  const { id } = await dispute(buyer.payment);
  await scene.settle();
  expect(await alertsOf(buyer, "dispute_opened")).toMatchObject([{ key: id, closed_at: null }]);
  await scene.control("dashboard/close-dispute", { dispute: id, outcome: "lost" });
  await scene.settle();
  const mails = (await mailsOf(buyer)).filter(({ kind }) => kind.startsWith("dispute"));
  expect(mails).toMatchObject([
    { kind: "dispute_opened", data: { amountCents: 600, creditsTaken: 50_000, debt: 30_000, isFraud: false } },
    { kind: "dispute_closed", data: { outcome: "lost", debt: 30_000 } },
  ]);
  expect((await alertsOf(buyer, "dispute_opened")).map(({ closed_at: closed }) => closed !== null)).toEqual([true]);
  expect(await alertsOf(buyer, "dispute_lost")).toHaveLength(1);
});

test("a refund that waits for the bank takes the credits, and one that fails returns them and tells the founders", async () => {
  const buyer = await buy({ pack: "small" }, "tok_refundFail");
  const refund = await stripe().refunds.create({ payment_intent: buyer.payment });
  await scene.settle();
  expect(await taken(buyer, "pack")).toBe(50_000);
  if (refund.status === "pending" || refund.status === "succeeded") {
    await scene.control("dashboard/fail-refund", { refund: refund.id });
    await scene.settle();
  }
  expect(await taken(buyer, "pack")).toBe(0);
  expect(await alertsOf(buyer, "refund_stuck")).toMatchObject([{ key: refund.id }]);
});

describe("an early fraud warning", () => {
  const warn = async ({ payment }: Paid) => {
    const { latest_charge: charge } = await stripe().paymentIntents.retrieve(payment);
    const warning = await scene.control("dashboard/early-fraud-warning", {
      charge,
      fraud_type: "made_with_stolen_card",
    });
    await scene.settle();
    return String(warning.id);
  };
  const refunds = async ({ payment }: Paid) => (await stripe().refunds.list({ payment_intent: payment })).data;

  test("sends the money back before it becomes a dispute, once, takes the credits, and tells the founders", async () => {
    const buyer = await buy({ pack: "small" });
    const warning = await warn(buyer);
    const seen = scene.received.filter(({ body }) => body.includes(warning));
    for (const { body, signature } of seen)
      await receiveStripeEvent(body.replace(/"id":"evt_\w+"/, `"id":"evt_${randomUUID()}"`), signature);
    await scene.settle();
    expect(await refunds(buyer)).toMatchObject([{ amount: 600, reason: "fraudulent" }]);
    expect(await taken(buyer, "pack")).toBe(50_000);
    expect(await alertsOf(buyer, "fraud_warning")).toMatchObject([{ key: warning, closed_at: null }]);
    expect((await mailsOf(buyer)).find(({ kind }) => kind === "refund_made")?.data).toMatchObject({ isFraud: true });
  });

  test("above the policy's limit is left to the founders, until they send the money back", async () => {
    const buyer = await buy({ plan: "starter", interval: "yearly" });
    expect(29_000).toBeGreaterThan(policy.earlyFraudRefundUpToCents);
    const warning = await warn(buyer);
    expect(await refunds(buyer)).toEqual([]);
    expect(await alertsOf(buyer, "fraud_warning")).toMatchObject([{ key: warning, closed_at: null }]);
    await stripe().refunds.create({ payment_intent: buyer.payment });
    await scene.settle();
    expect((await alertsOf(buyer, "fraud_warning")).map(({ closed_at: closed }) => closed !== null)).toEqual([true]);
  });

  test("that was answered by itself is told until a founder has read it, and not again", async () => {
    const buyer = await buy({ pack: "small" });
    await warn(buyer);
    const [alert] = await scene.database.sql`select id from public.alerts where account_id = ${buyer.account}`;
    await seeAlert(alert?.id, buyer.user);
    await dispute(buyer.payment, { reason: "fraudulent" }).catch(() => null);
    await scene.settle();
    expect((await alertsOf(buyer, "fraud_warning")).map(({ closed_at: closed }) => closed !== null)).toEqual([true]);
  });
});

test("a refunded upgrade takes back what the upgrade brought, and leaves the plan's own allowance", async () => {
  const buyer = await buy({ plan: "starter", interval: "monthly" });
  await scene.advance(10 * 86_400);
  await scene.settle();
  const before = await scene.balance(buyer);
  const change = { plan: "pro", interval: "monthly" } as const;
  const shown = await previewChange({ account: buyer.account, change });
  if (!shown.ok || shown.kind !== "now") throw new Error(JSON.stringify(shown));
  const { changeId, prorationDate } = shown;
  await changePlan({ account: buyer.account, change, changeId, prorationDate });
  await scene.settle();
  const brought = (await scene.grants(buyer)).filter(({ source }) => source === "upg");
  expect(brought).toHaveLength(1);
  const { data } = await stripe().paymentIntents.list({ customer: buyer.customer, limit: 1 });
  await stripe().refunds.create({ payment_intent: data[0]?.id ?? "" });
  await scene.settle();
  expect(await taken(buyer, "upg")).toBe(brought[0]?.amount);
  expect(await taken(buyer, "alw%")).toBe(0);
  expect(await scene.balance(buyer)).toEqual(before);
});

test("of an invoice that the balance paid in part, a refund of the card's part takes its part of the credits", async () => {
  const buyer = await buy({ plan: "starter", interval: "monthly" });
  await stripe().customers.createBalanceTransaction(buyer.customer, { amount: -1_450, currency: "usd" });
  await scene.advance(31 * 86_400 + 7_200);
  await scene.settle();
  const { data } = await stripe().invoices.list({ customer: buyer.customer, limit: 1 });
  expect(data[0]).toMatchObject({ status: "paid", total: 2_900, amount_paid: 1_450 });
  const [payment = ""] = await paymentsOf(data[0]?.id ?? "");
  await stripe().refunds.create({ payment_intent: payment });
  await scene.settle();
  expect(await taken(buyer, "alw%")).toBe(175_000);
});

test("of an invoice that two payments paid, credits go by what stands returned of both together, whichever is refunded", async () => {
  const buyer = await buy({ plan: "starter", interval: "monthly" });
  const { data: subscriptions } = await stripe().subscriptions.list({ customer: buyer.customer });
  await stripe().subscriptions.update(subscriptions[0]?.id ?? "", {
    collection_method: "send_invoice",
    days_until_due: 5,
  });
  await scene.advance(31 * 86_400 + 7_200);
  await scene.settle();
  const { data } = await stripe().invoices.list({ customer: buyer.customer, limit: 1 });
  const invoice = data[0]?.id ?? "";
  expect(data[0]).toMatchObject({ status: "open", amount_remaining: 2_900 });
  const payments: string[] = [];
  for (const amount of [900, 2_000]) {
    const { id } = await stripe().paymentIntents.create({
      customer: buyer.customer,
      amount,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
    });
    await stripe().invoices.attachPayment(invoice, { payment_intent: id });
    payments.push(id);
  }
  await scene.settle();
  expect((await paymentsOf(invoice)).toSorted()).toEqual(payments.toSorted());
  const [small, large] = payments;
  await stripe().refunds.create({ payment_intent: small });
  await scene.settle();
  expect(await taken(buyer, "alw%")).toBe(Math.ceil((35_000 * 900) / 2_900) + Math.ceil((315_000 * 900) / 2_900));
  await stripe().refunds.create({ payment_intent: large, amount: 550 });
  await scene.settle();
  expect(await taken(buyer, "alw%")).toBe(175_000);
  await scene.control("dashboard/fail-refund", {
    refund: (await stripe().refunds.list({ payment_intent: small })).data[0]?.id,
  });
  await scene.settle();
  expect(await taken(buyer, "alw%")).toBe(Math.ceil((35_000 * 550) / 2_900) + Math.ceil((315_000 * 550) / 2_900));
});

test("an allowance whose period is over does not come back when its dispute is won at last", async () => {
  const buyer = await buy({ plan: "starter", interval: "monthly" });
  await scene.advance(25 * 86_400);
  const { id } = await dispute(buyer.payment);
  await scene.settle();
  expect(await taken(buyer, "alw%")).toBe(350_000);
  await scene.advance(6 * 86_400 + 7_200);
  await scene.settle();
  const before = await scene.balance(buyer);
  await scene.control("dashboard/close-dispute", { dispute: id, outcome: "won" });
  await scene.settle();
  expect(await taken(buyer, "alw%")).toBe(0);
  expect(await scene.balance(buyer)).toEqual(before);
});

test("a refunded invoice of use alone takes no credits", async () => {
  const buyer = await buy({ plan: "starter", interval: "yearly" });
  await rpc("set_overage", { account_id: buyer.account, at: now(), cap: 1_000_000 });
  await spend(buyer, (await scene.balance(buyer)).total);
  const used = { account_id: buyer.account, key: randomUUID(), amount: 20_000, feature: "test", at: now() };
  expect(await rpc("deduct_credits", { ...used, overage_permitted: 1_000_000 })).toMatchObject({ ok: true });
  await flushUsage(buyer.account, now());
  await scene.advance(31 * 86_400 + 7_200);
  await scene.settle();
  const { data } = await stripe().invoices.list({ customer: buyer.customer, limit: 1 });
  expect(data[0]).toMatchObject({ status: "paid", total: 200 });
  const [payment = ""] = await paymentsOf(data[0]?.id ?? "");
  await stripe().refunds.create({ payment_intent: payment });
  await scene.settle();
  expect(await taken(buyer, "%")).toBe(0);
  expect((await readPayments(buyer.account))[0]).toMatchObject({ paymentIntent: payment, returnedCents: 200 });
});

test("every payment of an account is listed, for a pack and for a plan, with what went back of it", async () => {
  const buyer = await buy({ plan: "starter", interval: "monthly" });
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  const { payment_intent: pack } = await scene.pay(answer.url);
  await scene.settle();
  await stripe().refunds.create({ payment_intent: buyer.payment, amount: 100 });
  await scene.settle();
  const payments = await readPayments(buyer.account);
  expect(payments.find(({ paymentIntent }) => paymentIntent === pack)).toMatchObject({
    kind: "pack",
    chargedCents: 600,
    returnedCents: 0,
    what: "50,000 credits",
  });
  expect(payments.find(({ paymentIntent }) => paymentIntent === buyer.payment)).toMatchObject({
    kind: "plan",
    chargedCents: 2_900,
    returnedCents: 100,
    refunds: [{ cents: 100, status: "succeeded" }],
    dispute: null,
    invoice: buyer.invoice,
  });
  expect(payments).toHaveLength(2);
});
