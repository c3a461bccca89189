import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import { spend } from "@/e2e/database/usage";
import { planOf } from "@/lib/billing/offers";
import { customerFor } from "@/lib/checkout/customer";
import { now } from "@/lib/clock";
import { askAboutCustomer } from "@/lib/events/reconcile";
import { billPeriod, billRemainder, usageIsVisible } from "@/lib/metering/remainder";
import { flushUsage } from "@/lib/metering/report";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";
import { finishEndings } from "@/lib/subscriptions/ending";
import { rpc } from "@/lib/supabase/rpc";
import { advanceDunning } from "./advance";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
beforeEach(() => scene.control("settings", { retryDays: [3, 5, 7], endOfRetries: "past_due" }));
const { subscribe, settle, useCard: giveCard, entitlement } = subscribersOf(() => scene);

const HOUR = 3600;
const DAY = 24 * HOUR;
const starter = planOf("starter").monthlyAllowance;
const finish = () => finishEndings({ flushUsage, usageIsVisible, billRemainder, billPeriod });

async function tick(): Promise<void> {
  await settle();
  await advanceDunning(askAboutCustomer);
  await finish();
  await settle();
}
async function pass(seconds: number): Promise<void> {
  await scene.advance(seconds);
  await tick();
}
async function renew({ subscription }: Pick<Subscriber, "subscription">): Promise<void> {
  const { items } = await stripe().subscriptions.retrieve(subscription);
  const end = Math.max(...items.data.map((item) => item.current_period_end));
  await pass(end - Math.floor(now().getTime() / 1000) + 2 * HOUR);
}
async function failing(interval: "monthly" | "yearly" = "monthly"): Promise<Subscriber> {
  const subscriber = await subscribe("starter", interval);
  await giveCard(subscriber, "tok_chargeCustomerFail");
  await renew(subscriber);
  return subscriber;
}
async function pay({ customer }: Subscriber, invoice: string): Promise<void> {
  const { id } = await stripe().paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  await stripe().paymentMethods.attach(id, { customer });
  await stripe().invoices.pay(invoice, { payment_method: id });
  await tick();
}
const owed = async ({ customer }: Pick<Subscriber, "customer">): Promise<Stripe.Invoice[]> =>
  (await stripe().invoices.list({ customer, status: "open" })).data;
const stage = async ({ account }: Pick<Subscriber, "account">) => (await readStanding(account)).dunning?.stage ?? null;
const statusOf = async ({ subscription }: Subscriber) => (await stripe().subscriptions.retrieve(subscription)).status;
const total = async (subscriber: Subscriber) => (await scene.balance(subscriber)).total;
async function isFrozen({ account }: Subscriber): Promise<boolean> {
  const [row] = await scene.database.sql`select frozen_at from public.credit_balances where account_id = ${account}`;
  return row?.frozen_at !== null;
}
async function mails({ account }: Pick<Subscriber, "account">): Promise<string[]> {
  const rows = await scene.database.sql`select kind from public.mail_outbox
    where account_id = ${account} and kind not in ('low_credit', 'subscription_started') order by queued_at, kind`;
  return rows.map(({ kind }) => String(kind));
}

test("what was used since the last invoice is billed when a suspended plan ends, and paying both closes the case", async () => {
  const subscriber = await subscribe("starter");
  await rpc("set_overage", { account_id: subscriber.account, at: now(), cap: 1_000_000 });
  await giveCard(subscriber, "tok_chargeCustomerFail");
  await renew(subscriber);
  await spend(subscriber, starter / 10 + 20_000);
  await pass(14 * DAY);
  expect([await stage(subscriber), await statusOf(subscriber)]).toEqual(["suspended", "past_due"]);
  await pass(60);
  expect(await statusOf(subscriber)).toBe("canceled");
  const invoices = await owed(subscriber);
  expect(invoices.map(({ total: cents }) => cents)).toEqual([200, 2900]);
  await pay(subscriber, invoices[1]?.id ?? "");
  expect([await stage(subscriber), await isFrozen(subscriber)]).toEqual(["suspended", true]);
  await pay(subscriber, invoices[0]?.id ?? "");
  expect([await stage(subscriber), await isFrozen(subscriber)]).toEqual([null, false]);
  expect(await mails(subscriber)).toEqual(["payment_failed", "account_suspended", "plan_restored"]);
});

test("whoever dies between Stripe's end of a plan and ours is followed by the next, and it ends once", async () => {
  const subscriber = await failing();
  await pass(14 * DAY);
  await scene.advance(60);
  await scene.control("faults", {
    method: "DELETE",
    path: `/v1/subscriptions/${subscriber.subscription}`,
    times: 3,
    drop: "after",
  });
  await finish().catch(() => undefined);
  await pass(120);
  await pass(120);
  expect(await statusOf(subscriber)).toBe("canceled");
  const rows = await scene.database
    .sql`select outcome from public.subscription_endings where account_id = ${subscriber.account}`;
  expect(rows.map(({ outcome }) => outcome)).toEqual([expect.stringMatching(/^ended/)]);
  const { data } = await stripe().invoices.list({ subscription: subscriber.subscription });
  expect(data.filter(({ billing_reason: reason }) => reason === "manual").length).toBeLessThanOrEqual(1);
  expect((await mails(subscriber)).filter((kind) => kind === "account_suspended")).toHaveLength(1);
});

test("a hold for fraud that is lifted does not thaw a suspended account, nor does paying thaw a held one", async () => {
  const subscriber = await failing();
  await pass(14 * DAY);
  const { data } = await stripe().paymentIntents.list({ customer: subscriber.customer });
  const paid = data.find(({ status }) => status === "succeeded")?.id ?? "";
  const dispute = await scene.control("dashboard/dispute", { payment_intent: paid, reason: "fraudulent" });
  await settle();
  await scene.control("dashboard/close-dispute", { dispute: dispute.id, outcome: "won" });
  await settle();
  expect([await stage(subscriber), await isFrozen(subscriber)]).toEqual(["suspended", true]);
  await scene.database.sql`insert into public.account_holds (account_id, reason, held_at)
    values (${subscriber.account}, 'admin', now())`;
  await pay(subscriber, (await owed(subscriber))[0]?.id ?? "");
  expect([await stage(subscriber), await isFrozen(subscriber)]).toEqual([null, true]);
});

test("a yearly plan paid after its end is honoured for the year, month by month", async () => {
  const subscriber = await failing("yearly");
  await pass(14 * DAY);
  await pass(60);
  expect(await statusOf(subscriber)).toBe("canceled");
  await pass(60);
  await pay(subscriber, (await owed(subscriber)).at(-1)?.id ?? "");
  const { allowance, plan } = await entitlement(subscriber);
  expect([allowance, plan]).toEqual(["rest", "starter"]);
  const coming = (await scene.grants(subscriber)).filter(({ state }) => state === "scheduled");
  expect(coming).toHaveLength(11);
});

test("an account that was saved from its end can be suspended again later", async () => {
  const subscriber = await failing();
  await scene.advance(14 * DAY);
  await settle();
  await advanceDunning(askAboutCustomer);
  expect(await stage(subscriber)).toBe("suspended");
  await pay(subscriber, (await owed(subscriber))[0]?.id ?? "");
  expect([await stage(subscriber), await statusOf(subscriber)]).toEqual([null, "active"]);
  await giveCard(subscriber, "tok_chargeCustomerFail");
  await renew(subscriber);
  expect(await stage(subscriber)).toBe("retrying");
  await pass(14 * DAY);
  await pass(60);
  expect([await stage(subscriber), await statusOf(subscriber)]).toEqual(["suspended", "canceled"]);
});

test("a debit on its way owes nothing yet; one that fails is counted from its failure", async () => {
  const subscriber = await subscribe("starter");
  const { id } = await stripe().paymentMethods.create({
    type: "sepa_debit",
    sepa_debit: { iban: "AT861904300235473202" },
    billing_details: { name: "Anna", email: "anna@example.test" },
  });
  await stripe().paymentMethods.attach(id, { customer: subscriber.customer });
  await stripe().subscriptions.update(subscriber.subscription, { default_payment_method: id });
  await renew(subscriber);
  expect([await stage(subscriber), await mails(subscriber)]).toEqual([null, []]);
  await pass(2.5 * DAY);
  expect(await stage(subscriber)).toBeNull();
  await pass(DAY);
  expect(await stage(subscriber)).not.toBeNull();
  const { dunning } = await readStanding(subscriber.account);
  expect(now().getTime() - (dunning?.openedAt.getTime() ?? 0)).toBeLessThan(1.5 * DAY * 1000);
});

test("an enterprise is given its allowance with the invoice, and is dunned by its own days after the due date", async () => {
  const buyer = await scene.buyer();
  await scene.database
    .sql`insert into public.account_terms (account_id, monthly_allowance, overage_tiers, credit_limit_cents,
    net_days, warn_after_days, downgrade_after_days, suspend_after_days, agreed_at)
    values (${buyer.account}, 5000000, '[]', 1000000, 10, 2, 5, 9, now())`;
  const customer = await customerFor(buyer.account, { name: "Northwind", email: buyer.email });
  const product = await stripe().products.create({ name: "Enterprise" });
  const price = await stripe().prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 100_000,
    recurring: { interval: "month" },
    metadata: { kind: "base", plan: "enterprise", version: "1", interval: "monthly" },
  });
  const { id: subscription } = await stripe().subscriptions.create({
    customer,
    items: [{ price: price.id }],
    collection_method: "send_invoice",
    days_until_due: 10,
    metadata: { account: buyer.account },
  });
  await tick();
  const draft = (await stripe().invoices.list({ customer })).data[0];
  if (draft?.status === "draft") await stripe().invoices.finalizeInvoice(draft.id ?? "");
  await tick();
  const subscriber = { ...buyer, customer, subscription };
  expect(await total(subscriber)).toBe(5_000_000);
  expect(await entitlement(subscriber)).toMatchObject({ plan: "enterprise", allowance: "full" });

  scene.deliver = false;
  await pass(9 * DAY);
  expect(await stage(subscriber)).toBeNull();
  await pass(1.5 * DAY);
  expect(await stage(subscriber)).toBe("retrying");
  await pass(2 * DAY);
  expect([await stage(subscriber), await mails(subscriber)]).toEqual(["warned", ["payment_failed", "payment_warned"]]);
  await pass(3 * DAY);
  expect(await stage(subscriber)).toBe("downgraded");
  expect((await entitlement(subscriber)).plan).toBe("free");
  scene.deliver = true;
  await stripe().invoices.pay((await owed(subscriber))[0]?.id ?? "", { paid_out_of_band: true });
  await tick();
  expect([await stage(subscriber), (await entitlement(subscriber)).plan]).toEqual([null, "enterprise"]);
  expect(await total(subscriber)).toBeGreaterThanOrEqual(5_000_000);
});
