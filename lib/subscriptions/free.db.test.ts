import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { createTeam } from "@/e2e/database/people";
import { planOf } from "@/lib/billing/offers";
import { accountId } from "@/lib/billing/units";
import { startCheckout } from "@/lib/checkout/start";
import { stripe } from "@/lib/stripe/client";
import { grantDueAllowances, grantFreeMonth } from "./free";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const { monthlyAllowance } = planOf("free");

test("a person gets the month's free credits once, whoever asks", async () => {
  const buyer = await scene.buyer();
  const answers = await Promise.all(Array.from({ length: 10 }, () => grantFreeMonth(buyer.account)));
  expect(answers.filter(Boolean)).toHaveLength(1);
  await grantDueAllowances();
  expect((await scene.balance(buyer)).total).toBe(monthlyAllowance);
});

test("an address that is not confirmed gets none until it is", async () => {
  const buyer = await scene.buyer();
  await scene.database.sql`update auth.users set email_confirmed_at = null where id = ${buyer.user}`;
  expect(await grantFreeMonth(buyer.account)).toBe(false);
  await scene.database.sql`update auth.users set email_confirmed_at = now() where id = ${buyer.user}`;
  await grantDueAllowances();
  expect((await scene.balance(buyer)).total).toBe(monthlyAllowance);
});

test("a new team mints nothing", async () => {
  const buyer = await scene.buyer();
  const team = await createTeam(scene.database.sql, [{ userId: buyer.user, role: "owner" }]);
  expect(await grantFreeMonth(accountId(team))).toBe(false);
});

test("up to a plan and down again in one month gives the free credits once", async () => {
  const buyer = await scene.buyer();
  await grantFreeMonth(buyer.account);
  const answer = await startCheckout(buyer, { plan: "starter", interval: "monthly" });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.settle();
  await stripe().subscriptions.cancel(String(session.subscription));
  await scene.settle();
  expect((await scene.grants(buyer)).filter(({ source }) => source === "free")).toHaveLength(1);
});

test("who falls back to Free without having had the month gets it with that change", async () => {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { plan: "starter", interval: "monthly" });
  if (!answer.ok) throw new Error(answer.message);
  const session = await scene.pay(answer.url);
  await scene.settle();
  expect((await scene.grants(buyer)).map(({ source }) => source)).not.toContain("free");
  await stripe().subscriptions.cancel(String(session.subscription));
  await scene.settle();
  expect((await scene.grants(buyer)).map(({ source }) => source)).toContain("free");
});

test("every month begins anew", async () => {
  const buyer = await scene.buyer();
  await grantDueAllowances();
  await scene.advance(32 * 86_400);
  await grantDueAllowances();
  expect((await scene.grants(buyer)).filter(({ source }) => source === "free")).toHaveLength(2);
});
