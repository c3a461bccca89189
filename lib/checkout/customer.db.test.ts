import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { readPeriodSoFar } from "@/lib/invoices/upcoming";
import { openPortal } from "@/lib/portal/open";
import { readStanding } from "@/lib/standing";
import { stripe } from "@/lib/stripe/client";
import { previewChange } from "@/lib/subscriptions/preview";
import { type Buyer, startCheckout } from "./start";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const customersOf = async ({ account }: Buyer) =>
  (
    await scene.database.sql<Array<{ customer_id: string }>>`
      select customer_id from public.stripe_customers where account_id = ${account}`
  ).map(({ customer_id }) => customer_id);

async function begin(buyer: Buyer): Promise<string> {
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  const [customer = ""] = await customersOf(buyer);
  return customer;
}

test("an address that somebody has at Stripe gives nobody else their customer, card and invoices", async () => {
  const first = await scene.buyer();
  const known = await begin(first);
  const bare = await stripe().customers.create({ email: first.email });
  const second = { ...(await scene.buyer()), email: first.email };
  const own = await begin(second);
  expect([known, bare.id]).not.toContain(own);
  expect(await customersOf(second)).toEqual([own]);
  expect(await customersOf(first)).toEqual([known]);
});

test("only opening a checkout makes a customer: looking at plans, invoices and the portal does not", async () => {
  const { data: before } = await stripe().customers.list({ limit: 100 });
  const visitor = await scene.buyer();
  await readStanding(visitor.account);
  await readPeriodSoFar(visitor.account);
  await previewChange({ account: visitor.account, change: { plan: "pro", interval: "monthly" } });
  await openPortal({ account: visitor.account, flow: "home", returnPath: "/billing" });
  const { data: after } = await stripe().customers.list({ limit: 100 });
  expect(after).toHaveLength(before.length);
  expect(await customersOf(visitor)).toEqual([]);
});
