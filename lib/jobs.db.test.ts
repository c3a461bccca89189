import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { planOf } from "@/lib/billing/offers";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { grantCredits } from "@/lib/credits/grants";
import { processPendingEvents } from "@/lib/events/inbox";
import { reconcileSubscriptions } from "@/lib/events/reconcile";
import { stripe } from "@/lib/stripe/client";
import { grantDueAllowances } from "@/lib/subscriptions/free";
import { rpc } from "@/lib/supabase/rpc";
import { credits } from "./billing/units";
import { runJobs } from "./jobs";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.deliver = true;
});

const free = planOf("free").monthlyAllowance;

async function paidPack(): Promise<Buyer> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  await scene.pay(answer.url);
  return buyer;
}

const isSent = async (key: string) => {
  const [mail] = await scene.database.sql`select sent_at from public.mail_outbox where key = ${key}`;
  return Boolean(mail?.sent_at);
};

describe("one account that cannot be worked on", () => {
  test("does not keep the others from their free month, and is named", async () => {
    const buyers = await Promise.all(Array.from({ length: 3 }, () => scene.buyer()));
    const [first, ...others] = buyers.sort((a, b) => a.account.localeCompare(b.account));
    if (!first) throw new Error("no buyer");
    await scene.database
      .sql`insert into public.account_terms (account_id, monthly_allowance, overage_tiers, credit_limit_cents,
      net_days, warn_after_days, downgrade_after_days, suspend_after_days, agreed_at)
      values (${first.account}, 1, '{}', 0, 30, 3, 7, 14, now())`;
    await expect(grantDueAllowances()).rejects.toThrow(/overage_tiers/);
    for (const other of others) expect((await scene.balance(other)).total).toBe(free);
    await scene.database.sql`delete from public.account_terms where account_id = ${first.account}`;
    await grantDueAllowances();
    expect((await scene.balance(first)).total).toBe(free);
  });

  test("is named when its credits cannot expire", async () => {
    const buyer = await scene.buyer();
    const end = new Date(now().getTime() + 60_000);
    await grantCredits({
      account: buyer.account,
      source: "gift",
      sourceId: crypto.randomUUID(),
      amount: credits(10),
      category: "promotional",
      priority: 10,
      expiresAt: end,
    });
    await scene.database.sql`alter table public.credit_balances add constraint broken
      check (account_id <> ${scene.database.sql.unsafe(`'${buyer.account}'`)} or total > 0)`;
    await scene.advance(120);
    const { jobs } = await runJobs();
    await scene.database.sql`alter table public.credit_balances drop constraint broken`;
    expect(jobs.find(({ name }) => name === "expire credits")?.error).toContain(buyer.account);
  });
});

test("people who never confirm their address do not keep others from their free month", async () => {
  const crowd = await Promise.all(Array.from({ length: 220 }, () => scene.buyer()));
  const people = crowd.map(({ user }) => user);
  await scene.database.sql`update auth.users set email_confirmed_at = null where id = any (${people})`;
  for (let page = 0; page < 3; page += 1) await grantDueAllowances();
  const last = crowd.sort((a, b) => a.account.localeCompare(b.account)).at(-1);
  if (!last) throw new Error("no crowd");
  await scene.database.sql`update auth.users set email_confirmed_at = now() where id = ${last.user}`;
  await grantDueAllowances();
  expect((await scene.balance(last)).total).toBe(free);
});

test("customers Stripe knows nothing of do not keep others from their renewal", async () => {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { plan: "starter", interval: "monthly" });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.settle();
  for (let gone = 0; gone < 12; gone += 1) {
    const { account } = await scene.buyer();
    const customer = `cus_gone_${gone}`;
    await rpc("save_customer", { account_id: account, customer_id: customer, livemode: false, at: now() });
    await scene.database.sql`insert into public.subscriptions select * from jsonb_populate_record(
      (select s from public.subscriptions s where s.id = ${String(session.subscription)}),
      jsonb_build_object('id', ${`sub_gone_${gone}`}::text, 'account_id', ${account}::uuid, 'customer_id', ${customer}::text,
        'synced_at', now() - interval '1 year'))`;
  }
  scene.deliver = false;
  const { items } = await stripe().subscriptions.retrieve(String(session.subscription));
  const end = items.data[0]?.current_period_end ?? 0;
  await scene.advance(end - Math.floor(now().getTime() / 1000) + 15 * 60);
  for (let tick = 0; tick < 2; tick += 1) await reconcileSubscriptions();
  const bridges = (await scene.grants(buyer)).filter(({ source }) => source === "alw_bridge");
  expect(bridges).toHaveLength(2);
});

describe("while Stripe keeps us waiting", () => {
  test("mail leaves all the same", async () => {
    const buyer = await paidPack();
    await scene.control("settle");
    await rpc("queue_mail", {
      account_id: buyer.account,
      kind: "low_credit",
      key: "waiting",
      data: { available: 1, threshold: 2 },
      at: now(),
    });
    await scene.control("faults", { method: "GET", delayMs: 1500, times: 1 });
    const tick = runJobs();
    await vi.waitFor(async () => expect(await isSent("waiting")).toBe(true), { timeout: 10_000 });
    expect((await scene.grants(buyer)).map(({ source }) => source)).not.toContain("pack");
    await tick;
    expect((await scene.grants(buyer)).map(({ source }) => source)).toContain("pack");
  });

  test("no customer is begun after the time is over, and none is left behind claimed", async () => {
    await Promise.all([paidPack(), paidPack(), paidPack()]);
    await scene.control("settle");
    const open = async () => {
      const [row] = await scene.database.sql<Array<{ subjects: number; claimed: number }>>`
        select count(distinct coalesce(customer_id, id))::integer as subjects, count(claimed_by)::integer as claimed
        from public.stripe_events where status = 'pending'`;
      return { subjects: row?.subjects ?? 0, claimed: row?.claimed };
    };
    const { subjects } = await open();
    expect(subjects).toBeGreaterThan(2);
    await processPendingEvents({ seconds: 0 });
    expect(await open()).toEqual({ subjects: subjects - 1, claimed: 0 });
    await processPendingEvents();
    await scene.advance(10);
    await processPendingEvents();
    expect(await open()).toEqual({ subjects: 0, claimed: 0 });
  });
});

test("a tick says that it is not idle while something due is left, be it in another's hands", async () => {
  const { account } = await scene.buyer();
  await runJobs();
  expect((await runJobs()).idle).toBe(true);
  await rpc("queue_mail", {
    account_id: account,
    kind: "low_credit",
    key: "in other hands",
    data: { available: 1, threshold: 2 },
    at: now(),
  });
  await scene.database.sql`update public.mail_outbox set claimed_until = next_attempt_at + interval '5 minutes'
    where key = 'in other hands'`;
  expect((await runJobs()).idle).toBe(false);
  await scene.database.sql`update public.mail_outbox set claimed_until = null where key = 'in other hands'`;
  expect((await runJobs()).idle).toBe(true);
});

test("a worker that died with many events of one customer does not hold up the others", async () => {
  const stuck = await paidPack();
  await scene.control("settle");
  await scene.database.sql`insert into public.stripe_events
    select (jsonb_populate_record(e, jsonb_build_object('id', e.id || '_' || n))).*
    from public.stripe_events e, generate_series(1, 30) n
    where e.status = 'pending' and e.type = 'checkout.session.completed'`;
  const [customer] = await scene.database
    .sql`select customer_id from public.stripe_customers where account_id = ${stuck.account}`;
  await rpc("claim_customer", {
    customer_id: customer?.customer_id,
    lease: crypto.randomUUID(),
    lease_seconds: 120,
    at: now(),
  });
  const other = await paidPack();
  await scene.settle();
  expect((await scene.balance(other)).total).toBeGreaterThan(0);
  expect((await scene.balance(stuck)).total).toBe(0);
});
