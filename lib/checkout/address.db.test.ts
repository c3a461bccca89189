import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { createTeam } from "@/e2e/database/people";
import { accountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { stripe } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { followAddresses } from "./address";
import { customerFor } from "./customer";
import type { Buyer } from "./start";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const customerOf = (buyer: Buyer) => customerFor(buyer.account, { name: "Anna", email: buyer.email });
const fresh = () => `new-${randomUUID()}@example.test`;
const moveTo = async ({ user }: Buyer, email: string) => {
  await scene.database.sql`update auth.users set email = ${email} where id = ${user}`;
};
async function emailOf(customer: string): Promise<string | null> {
  const found = await stripe().customers.retrieve(customer);
  return found.deleted ? null : found.email;
}
const waiting = async (customer: string) =>
  (
    await scene.database.sql`
    select id from public.address_changes where customer_id = ${customer} and next_attempt_at is not null`
  ).length;

test("a person's new address becomes their customer's at Stripe, wherever they bought, and nobody else's", async () => {
  const [anna, ben] = [await scene.buyer(), await scene.buyer()];
  const team = {
    ...anna,
    account: accountId(await createTeam(scene.database.sql, [{ userId: anna.user, role: "admin" }])),
  };
  const [own, ours, other] = [await customerOf(anna), await customerOf(team), await customerOf(ben)];
  const email = fresh();
  await moveTo(anna, email);
  await followAddresses();
  await followAddresses();
  expect(await emailOf(own)).toBe(email);
  expect(await emailOf(ours)).toBe(email);
  expect(await emailOf(other)).toBe(ben.email);
  expect(await waiting(own)).toBe(0);
});

test("an address that was set for bills at Stripe stays", async () => {
  const anna = await scene.buyer();
  const customer = await customerOf(anna);
  await stripe().customers.update(customer, { email: "bills@example.test" });
  await moveTo(anna, fresh());
  await followAddresses();
  expect(await emailOf(customer)).toBe("bills@example.test");
  expect(await waiting(customer)).toBe(0);
});

test("several changes in a row end at the last one, in whatever order they are worked on, and there and back too", async () => {
  const [anna, ben] = [await scene.buyer(), await scene.buyer()];
  const [hers, his] = [await customerOf(anna), await customerOf(ben)];
  const last = fresh();
  await moveTo(anna, fresh());
  await moveTo(anna, last);
  await scene.database.sql`update public.address_changes set next_attempt_at = next_attempt_at + interval '1 hour'
    where customer_id = ${hers} and former = ${anna.email}`;
  await followAddresses();
  await scene.advance(7200);
  await followAddresses();
  expect(await emailOf(hers)).toBe(last);
  const elsewhere = fresh();
  for (const email of [elsewhere, ben.email, elsewhere]) {
    await moveTo(ben, email);
    await followAddresses();
  }
  expect(await emailOf(his)).toBe(elsewhere);
});

test("a customer that Stripe has no more ends the matter; a Stripe that does not answer only puts it off", async () => {
  const [anna, ben] = [await scene.buyer(), await scene.buyer()];
  const [hers, his] = [await customerOf(anna), await customerOf(ben)];
  await stripe().customers.del(hers);
  const email = fresh();
  await Promise.all([moveTo(anna, fresh()), moveTo(ben, email)]);
  const base = process.env.STRIPE_API_BASE;
  process.env.STRIPE_API_BASE = "http://127.0.0.1:1";
  await expect(followAddresses()).rejects.toThrow();
  process.env.STRIPE_API_BASE = base;
  await scene.advance(601);
  await followAddresses();
  expect([await waiting(hers), await waiting(his)]).toEqual([0, 0]);
  expect(await emailOf(his)).toBe(email);
  expect(await rpc("read_waiting", { at: now() })).toMatchObject({ addresses: 0 });
});
