import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { actAs, createPerson } from "@/e2e/database/people";
import { planOf } from "@/lib/billing/offers";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { processPendingEvents } from "@/lib/events/inbox";
import { stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const HOUR = 3600;
const starter = planOf("starter");

async function buy(buyer: Buyer, product: Parameters<typeof startCheckout>[1]) {
  const answer = await startCheckout(buyer, product);
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.settle();
  return { customer: String(session.customer), subscription: String(session.subscription) };
}

async function linesOf({ account }: Buyer) {
  const rows = await scene.database.sql<
    Array<{ kind: string; plan_key: string | null; unit: string | null; quantity: string; amount_cents: string }>
  >`
    select l.kind, l.plan_key, l.quantity, l.unit, l.unit_price, l.amount_cents
    from public.invoice_lines l join public.invoices i on i.id = l.invoice_id
    where i.account_id = ${account} order by i.created_at, i.id, l.position`;
  return rows.map((row) => ({ ...row, quantity: Number(row.quantity), amount_cents: Number(row.amount_cents) }));
}

test("a renewal's lines say what was used and what comes next, with quantities, prices and periods", async () => {
  const buyer = await scene.buyer();
  const { customer, subscription } = await buy(buyer, { plan: "starter", interval: "monthly" });
  const price = await findPrice({ kind: "overage", plan: starter });
  const before = await stripe().subscriptions.retrieve(subscription);
  if (!before.items.data.some((item) => item.price.id === price))
    await stripe().subscriptionItems.create({ subscription, price, proration_behavior: "none" });
  await stripe().billing.meterEvents.create({
    event_name: "token_usage",
    payload: { stripe_customer_id: customer, value: "12345" },
    timestamp: Math.floor(now().getTime() / 1000),
    identifier: `lines-${customer}`,
  });
  const end = before.items.data[0]?.current_period_end ?? 0;
  await scene.advance(end - Math.floor(now().getTime() / 1000) + 2 * HOUR);
  await processPendingEvents();
  await scene.settle();
  const lines = await linesOf(buyer);
  expect(lines.find(({ kind }) => kind === "overage")).toMatchObject({
    plan_key: "starter",
    quantity: 12_345,
    unit: "credits",
    unit_price: "0.01",
    amount_cents: 123,
  });
  expect(lines.filter(({ kind }) => kind === "base").map((line) => [line.plan_key, line.amount_cents])).toEqual([
    ["starter", 2_900],
    ["starter", 2_900],
  ]);
});

test("a pack's invoice has a line that says pack", async () => {
  const buyer = await scene.buyer();
  await buy(buyer, { pack: "small" });
  expect(await linesOf(buyer)).toMatchObject([{ kind: "pack", quantity: 1, unit: "packs", amount_cents: 600 }]);
});

test("a draft's lines that are gone at Stripe are gone here", async () => {
  const buyer = await scene.buyer();
  const { customer } = await buy(buyer, { plan: "starter", interval: "monthly" });
  const item = await stripe().invoiceItems.create({ customer, amount: 500, currency: "usd", description: "Set-up" });
  const draft = await stripe().invoices.create({ customer, pending_invoice_items_behavior: "include" });
  await scene.settle();
  const setUp = async () => (await linesOf(buyer)).filter(({ kind }) => kind === "other");
  expect(await setUp()).toMatchObject([{ amount_cents: 500 }]);
  await stripe().invoiceItems.del(item.id);
  await stripe().invoices.finalizeInvoice(draft.id ?? "");
  await scene.settle();
  expect(await setUp()).toEqual([]);
});

test("members read the lines of their invoices, others none", async () => {
  const buyer = await scene.buyer();
  await buy(buyer, { pack: "small" });
  const stranger = await createPerson(scene.database.sql);
  const read = (who: string) =>
    actAs(
      scene.database.sql,
      who,
      (sql) => sql`
      select l.id from public.invoice_lines l join public.invoices i on i.id = l.invoice_id
      where i.account_id = ${buyer.account}`,
    );
  expect(await read(buyer.user)).toHaveLength(1);
  expect(await read(stranger.userId)).toHaveLength(0);
});
