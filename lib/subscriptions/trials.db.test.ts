import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { subscribersOf } from "@/e2e/database/subscribers";
import { planOf } from "@/lib/billing/offers";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { renderMail } from "@/lib/email/mails";
import { stripe } from "@/lib/stripe/client";
import { mailEndingTrials } from "./trials";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const { subscribe, advance, settle, entitlement, mails, total } = subscribersOf(() => scene);
const DAY = 86_400;
const PRO = planOf("pro");
const TRIAL = PRO.trial ?? { days: 0, allowance: 0 };
const FREE = planOf("free").monthlyAllowance;

/** Takes Pro as an existing buyer, and answers what Stripe then has. */
async function takePro(buyer: Buyer, card: string) {
  const answer = await startCheckout(buyer, { plan: "pro", interval: "monthly" });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url, card);
  await settle();
  return stripe().subscriptions.retrieve(String(session.subscription));
}

async function trialMails(buyer: Buyer): Promise<Array<{ subject: string; text: string }>> {
  const rows = await scene.database.sql<Array<{ kind: string; data: unknown }>>`
    select kind, data from public.mail_outbox where account_id = ${buyer.account} and kind like 'trial%' order by queued_at`;
  return Promise.all(rows.map(({ kind, data }) => renderMail(kind, data)));
}

test("a trial gives its own credits, no overage, mails 7 days and 1 day before, and then the paid plan", async () => {
  const buyer = await subscribe("pro", "monthly", "tok_visa");
  const { status, trial_start: start, trial_end: end } = await stripe().subscriptions.retrieve(buyer.subscription);
  expect([status, (end ?? 0) - (start ?? 0)]).toEqual(["trialing", TRIAL.days * DAY]);
  expect(await entitlement(buyer)).toMatchObject({
    plan: "pro",
    allowance: "trial",
    overagePermitted: 0,
    notice: { code: "trial_ends", hasCard: true },
  });
  expect((await scene.grants(buyer)).map(({ source, amount }) => [source, amount])).toEqual([
    ["trial", TRIAL.allowance],
  ]);
  expect(await mails(buyer)).toEqual(["trial_started"]);

  await advance(6 * DAY);
  await mailEndingTrials();
  const [started, ...early] = await trialMails(buyer);
  expect(started?.subject).toContain("free until");
  expect(early).toEqual([]);
  await advance(2 * DAY);
  await mailEndingTrials();
  await mailEndingTrials();
  const [first, ...none] = (await trialMails(buyer)).slice(1);
  expect(none).toEqual([]);
  expect(first?.subject).toMatch(/^Your Pro trial ends on .*: \$99\.00 will be charged$/);
  expect(first?.text).toContain("/billing/cancel");
  await advance(5 * DAY);
  await mailEndingTrials();
  expect(await trialMails(buyer)).toHaveLength(3);

  await advance(2 * DAY);
  expect(await entitlement(buyer)).toMatchObject({ plan: "pro", allowance: "full", notice: null });
  expect(await total(buyer)).toBe(PRO.monthlyAllowance);
  expect(await mails(buyer)).toContain("subscription_started");
}, 60_000);

describe("a trial is once", () => {
  test("a card, whoever shows it: the second is ended at once, with nothing charged and a mail that says so", async () => {
    await subscribe("pro", "monthly", "tok_mastercard");
    const buyer = await scene.buyer();
    const subscription = await takePro(buyer, "tok_mastercard");
    expect(subscription.status).toBe("canceled");
    const { data: invoices } = await stripe().invoices.list({ customer: String(subscription.customer) });
    expect(invoices.filter(({ amount_due }) => amount_due > 0)).toEqual([]);
    expect((await scene.grants(buyer)).map(({ source }) => source)).toEqual(["free"]);
    expect(await entitlement(buyer)).toMatchObject({ plan: "free", notice: { code: "trial_refused" } });
    expect(await mails(buyer)).toEqual(["trial_refused"]);
    expect(await total(buyer)).toBe(FREE);

    const paid = await takePro(buyer, "tok_mastercard");
    expect([paid.status, paid.trial_end]).toEqual(["active", null]);
    expect(await entitlement(buyer)).toMatchObject({ plan: "pro", allowance: "full", notice: null });
  }, 60_000);

  test("an account: after a trial that was given up, the plan is paid for from the first day", async () => {
    const buyer = await scene.buyer();
    const trial = await takePro(buyer, "tok_amex");
    expect(trial.status).toBe("trialing");
    await stripe().subscriptions.cancel(trial.id);
    await settle();
    expect((await takePro(buyer, "tok_amex")).status).toBe("active");
  }, 60_000);

  test("a person: another account of theirs is offered none", async () => {
    const person = await scene.buyer();
    expect((await takePro(person, "tok_visa_debit")).status).toBe("trialing");
    const other = await scene.buyer();
    const team = { ...other, user: person.user };
    expect((await takePro(team, "tok_bypassPending")).status).toBe("active");
  }, 60_000);

  test("though two begin at the same moment", async () => {
    const buyers = await Promise.all([scene.buyer(), scene.buyer()]);
    const claims = await Promise.all(
      buyers.map(
        ({ account }, index) => scene.database.sql<Array<{ claim_trial: { code: string } }>>`
          select public.claim_trial(subscription_id => ${`sub_race_${index}`}, account_id => ${account}, livemode => false,
            checkout_id => null, card_fingerprint => 'one card', ends_at => ${new Date(now().getTime() + DAY)}, at => ${now()})`,
      ),
    );
    expect(claims.map(([row]) => row?.claim_trial.code).sort()).toEqual(["granted", "refused"]);
  });
});

test("a trial that was canceled is not told that it will be charged, and ends without a charge", async () => {
  const buyer = await subscribe("pro", "yearly", "tok_pendingRefund");
  await stripe().subscriptions.update(buyer.subscription, { cancel_at_period_end: true });
  await settle();
  expect(await entitlement(buyer)).toMatchObject({ canChangePlan: "resume", notice: { code: "ends_on" } });
  await advance(8 * DAY);
  await mailEndingTrials();
  expect((await mails(buyer)).filter((kind) => kind === "trial_ends")).toEqual([]);
  await advance(7 * DAY);
  expect(await entitlement(buyer)).toMatchObject({ plan: "free" });
  const { data } = await stripe().invoices.list({ customer: buyer.customer });
  expect(data.filter(({ amount_due }) => amount_due > 0)).toEqual([]);
}, 60_000);
