import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { type Buyer, startCheckout } from "@/lib/checkout/start";
import { stripe } from "@/lib/stripe/client";
import { findPortalConfiguration, setUpPortal } from "@/lib/stripe/portal";
import { openPortal } from "./open";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());

const open = ({ account }: Buyer, flow: "card" | "home" = "home") =>
  openPortal({ account, flow, returnPath: "/billing" });

async function customerOf(): Promise<Buyer> {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { pack: "small" });
  if (!answer.ok) throw new Error(answer.message);
  await scene.pay(answer.url);
  await scene.settle();
  return buyer;
}

async function setUp(): Promise<string[]> {
  const said: string[] = [];
  await setUpPortal({ dryRun: false, say: (line) => said.push(line) });
  return said;
}

test("setup makes one portal without canceling, changing or pausing plans, and again changes nothing", async () => {
  await setUp();
  expect(await setUp()).toEqual([]);
  const { data } = await stripe().billingPortal.configurations.list({ limit: 100 });
  const ours = data.filter(({ metadata }) => metadata?.ledgerline === "1");
  expect(ours).toHaveLength(1);
  expect(ours[0]?.id).toBe(await findPortalConfiguration());
  expect(ours[0]?.features).toMatchObject({
    customer_update: { enabled: true },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: false },
    subscription_update: { enabled: false },
  });
});

test("setup mends what somebody has switched on by hand", async () => {
  await setUp();
  const id = String(await findPortalConfiguration());
  await stripe().billingPortal.configurations.update(id, { features: { invoice_history: { enabled: false } } });
  expect(await setUp()).toEqual(["update the billing portal"]);
  expect((await stripe().billingPortal.configurations.retrieve(id)).features.invoice_history.enabled).toBe(true);
});

test("each click opens a session of its own, on the first page or straight at the card", async () => {
  await setUp();
  const buyer = await customerOf();
  const [home, card] = [await open(buyer), await open(buyer, "card")];
  expect([home.ok, card.ok]).toEqual([true, true]);
  if (home.ok && card.ok) expect(home.url).not.toBe(card.url);
});

test("whoever has never bought is told so", async () => {
  expect(await open(await scene.buyer())).toMatchObject({ ok: false, code: "no_customer" });
});

test("while Stripe does not answer, it says so and throws nothing", async () => {
  await setUp();
  const buyer = await customerOf();
  await scene.control("faults", { method: "POST", path: "/v1/billing_portal/sessions", status: 500, times: 3 });
  expect(await open(buyer)).toMatchObject({ ok: false, code: "stripe_unavailable" });
});

test("without our configuration it opens none of somebody else's", async () => {
  const buyer = await customerOf();
  const id = await findPortalConfiguration();
  if (id) await stripe().billingPortal.configurations.update(id, { metadata: { ledgerline: "0" } });
  expect(await open(buyer)).toMatchObject({ ok: false, code: "not_set_up" });
});
