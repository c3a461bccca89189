import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Subscriber, subscribersOf } from "@/e2e/database/subscribers";
import { formatDate } from "@/lib/billing/format";
import { RENEWAL_NOTICE_DAYS } from "@/lib/billing/notices";
import { now } from "@/lib/clock";
import { chooseMail } from "@/lib/email/choices";
import { renderMail } from "@/lib/email/mails";
import { stripe } from "@/lib/stripe/client";
import { mailDigests } from "@/lib/usage/digest";
import { mailReceipts } from "./receipts";
import { mailRenewals } from "./renewals";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const { subscribe, advance, settle, renew } = subscribersOf(() => scene);
const DAY = 86_400;

async function mailsOf({ account }: Pick<Subscriber, "account">, kind: string) {
  const rows = await scene.database.sql<Array<{ data: unknown }>>`
    select data from public.mail_outbox where account_id = ${account} and kind = ${kind} order by queued_at, key`;
  return Promise.all(rows.map(({ data }) => renderMail(kind, data)));
}

const endOf = async ({ subscription }: Subscriber) => {
  const { items } = await stripe().subscriptions.retrieve(subscription);
  return Math.max(...items.data.map((item) => item.current_period_end));
};

test("a yearly plan's owners are told once, 20 days before, what is charged and how to cancel; a canceled one's are not", async () => {
  const going = await subscribe("starter", "yearly");
  const leaving = await subscribe("starter", "yearly");
  const monthly = await subscribe("starter", "monthly");
  await stripe().subscriptions.update(leaving.subscription, { cancel_at_period_end: true });
  await settle();
  const end = await endOf(going);
  await advance(end - Math.floor(now().getTime() / 1000) - (RENEWAL_NOTICE_DAYS + 1) * DAY);
  await mailRenewals();
  expect(await mailsOf(going, "renewal_reminder")).toEqual([]);
  await advance(DAY + 60);
  await mailRenewals();
  await mailRenewals();

  const [reminder, ...more] = await mailsOf(going, "renewal_reminder");
  expect(more).toEqual([]);
  expect(reminder?.subject).toBe(`Your Starter plan renews on ${formatDate(new Date(end * 1000))} for $290.00`);
  expect(reminder?.text).toContain("/billing/cancel");
  expect(await mailsOf(leaving, "renewal_reminder")).toEqual([]);
  expect(await mailsOf(monthly, "renewal_reminder")).toEqual([]);
});

test("each renewal that is paid has one receipt; what began with a payment is told with it and not again", async () => {
  const subscriber = await subscribe("starter");
  const trying = await subscribe("pro");
  await mailReceipts();
  expect(await mailsOf(subscriber, "payment_receipt")).toEqual([]);
  expect((await mailsOf(subscriber, "subscription_started"))[0]?.text).toContain("Paid: $29.00 on");

  await renew(subscriber);
  await mailReceipts();
  await mailReceipts();
  const receipts = await mailsOf(subscriber, "payment_receipt");
  expect(receipts.map(({ subject }) => subject)).toEqual(["Receipt: $29.00 for Starter"]);
  expect(receipts[0]?.text).toContain("/billing/cancel");
  expect(await mailsOf(trying, "subscription_started")).toHaveLength(1);
  expect(await mailsOf(trying, "payment_receipt")).toEqual([]);
});

test("a receipt comes once although Stripe names another address of the invoice each time it is asked", async () => {
  const subscriber = await subscribe("starter");
  await stripe().subscriptions.update(subscriber.subscription, { metadata: { asked: "again" } });
  await scene.database
    .sql`update public.invoices set hosted_url = hosted_url || '?s=later' where account_id = ${subscriber.account}`;
  await mailReceipts();
  expect(await mailsOf(subscriber, "subscription_started")).toHaveLength(1);
  expect(await mailsOf(subscriber, "payment_receipt")).toEqual([]);
});

test("a payment of which we hear weeks late still has its receipt", async () => {
  const subscriber = await subscribe("starter");
  await renew(subscriber);
  await scene.database
    .sql`update public.invoices set paid_at = paid_at - interval '20 days' where account_id = ${subscriber.account}`;
  await mailReceipts();
  expect(await mailsOf(subscriber, "payment_receipt")).toHaveLength(1);
});

test("a renewal that was not paid, or that was given as a present, has no receipt", async () => {
  const [owing, gifted] = [await subscribe("starter"), await subscribe("starter")];
  await scene.control("dashboard/decline-next", { customer: owing.customer });
  await stripe().customers.createBalanceTransaction(gifted.customer, { amount: -50_000, currency: "usd" });
  await renew(owing);
  await mailReceipts();
  const { data } = await stripe().invoices.list({ subscription: gifted.subscription, limit: 1 });
  expect(data[0]).toMatchObject({ status: "paid", amount_paid: 0 });
  expect(await mailsOf(owing, "payment_receipt")).toEqual([]);
  expect(await mailsOf(gifted, "payment_receipt")).toEqual([]);
});

test("whoever asked for it hears once what the month before came to, nobody else does", async () => {
  const [curious, quiet, idle] = [await scene.buyer(), await scene.buyer(), await scene.buyer()];
  await chooseMail(curious.user, "usage_digest", true);
  await chooseMail(idle.user, "usage_digest", true);
  const firstOfNext = Date.UTC(now().getUTCFullYear(), now().getUTCMonth() + 1, 1) / 1000;
  await advance(firstOfNext - Math.floor(now().getTime() / 1000) - DAY);
  for (const { account } of [curious, quiet]) {
    await scene.database.sql`insert into public.usage_daily
      (account_id, day, model, feature, events, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, credits, overage_credits)
      values (${account}, ${now()}::date, 'large-1', 'assistant', 3, 0, 0, 0, 0, 400, 0)`;
  }
  await mailDigests();
  expect(await mailsOf(curious, "usage_digest")).toEqual([]);
  await advance(DAY + 60);
  await mailDigests();
  await mailDigests();
  const digests = await mailsOf(curious, "usage_digest");
  expect(digests.map(({ subject }) => subject)).toEqual([expect.stringMatching(/^\w+ \d{4}: you used 400 credits$/)]);
  expect(digests[0]?.text).toContain("large-1");
  expect(await mailsOf(quiet, "usage_digest")).toEqual([]);
  expect(await mailsOf(idle, "usage_digest")).toEqual([]);
});
