import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { subscribersOf } from "@/e2e/database/subscribers";
import { packOf, planOf } from "@/lib/billing/offers";
import { policy } from "@/lib/billing/plans";
import { stripe } from "@/lib/stripe/client";
import type { CheckoutRequest } from "./product";
import { type Buyer, startCheckout } from "./start";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const { settle, renew, entitlement, total, mails } = subscribersOf(() => scene);

async function makeCode(code: string, percent: number, duration: "once" | "forever"): Promise<void> {
  const { id: coupon } = await stripe().coupons.create({ percent_off: percent, duration });
  await stripe().promotionCodes.create({ promotion: { type: "coupon", coupon }, code });
}

/** Opens the checkout, types a code on its page, and answers where to pay. */
async function openWithCode(buyer: Buyer, request: CheckoutRequest, code: string): Promise<string> {
  const answer = await startCheckout(buyer, request);
  if (!answer.ok) throw new Error(answer.message);
  const page = await fetch(answer.url, {
    method: "POST",
    body: new URLSearchParams({ act: "apply_code", promotion_code: code }),
  });
  expect(await page.text()).toContain(code);
  return answer.url;
}

const sessionOf = (url: string) => /\/(cs_\w+)/.exec(url)?.[1] ?? "";

test("a pack at 100 % off is granted whole, once, without a card and without a payment", async () => {
  await makeCode("GIFT", 100, "once");
  const buyer = await scene.buyer();
  const url = await openWithCode(buyer, { pack: "small" }, "GIFT");
  await stripe().rawRequest("POST", `/v1/payment_pages/${sessionOf(url)}/confirm`, {});
  await settle();
  await settle();
  const session = await stripe().checkout.sessions.retrieve(sessionOf(url));
  expect([session.payment_status, session.payment_intent]).toEqual(["no_payment_required", null]);
  expect(await total(buyer)).toBe(packOf("small").credits);
  const [purchase] = await scene.database
    .sql`select status, total_cents from public.purchases where account_id = ${buyer.account}`;
  expect(purchase).toMatchObject({ status: "paid", total_cents: "0" });
});

test("two packs at 100 % off are two grants, though neither has a payment to be told apart by", async () => {
  await makeCode("TWICE", 100, "once");
  const buyer = await scene.buyer();
  for (const pack of ["small", "medium"] as const) {
    const url = await openWithCode(buyer, { pack }, "TWICE");
    await stripe().rawRequest("POST", `/v1/payment_pages/${sessionOf(url)}/confirm`, {});
    await settle();
  }
  expect(await total(buyer)).toBe(packOf("small").credits + packOf("medium").credits);
});

test("a pack at half price brings all of its credits", async () => {
  await makeCode("HALF", 50, "once");
  const buyer = await scene.buyer();
  const url = await openWithCode(buyer, { pack: "small" }, "HALF");
  const session = await scene.pay(url);
  await settle();
  expect(session.amount_total).toBe(packOf("small").price.usd / 2);
  expect(await total(buyer)).toBe(packOf("small").credits);
});

test("a plan at 100 % off brings its whole allowance month by month, with a card saved and overage as far as trusted", async () => {
  await makeCode("FRIEND", 100, "forever");
  const buyer = await scene.buyer();
  const url = await openWithCode(buyer, { plan: "starter", interval: "monthly" }, "FRIEND");
  const session = await scene.pay(url);
  await settle();
  const subscriber = { ...buyer, customer: String(session.customer), subscription: String(session.subscription) };
  const { monthlyAllowance } = planOf("starter");
  expect(session.amount_total).toBe(0);
  expect(await total(buyer)).toBe(monthlyAllowance);
  expect((await stripe().subscriptions.retrieve(subscriber.subscription)).default_payment_method).not.toBeNull();
  expect(await entitlement(buyer)).toMatchObject({ overageMost: policy.trustCapCredits, overageLimitedBy: "off" });
  expect(await mails(buyer)).toEqual(["subscription_started"]);
  await renew(subscriber);
  expect(await total(buyer)).toBe(monthlyAllowance);
  expect(await entitlement(buyer)).toMatchObject({ plan: "starter", allowance: "full", notice: null });
}, 60_000);
