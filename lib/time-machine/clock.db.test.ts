import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { serveRest } from "@/e2e/database/rest";
import { startCheckout } from "@/lib/checkout/start";
import { now } from "@/lib/clock";
import { readWalks, startMove } from "./clock";
import { failNextPayment, findCustomer, findNextRenewal } from "./customer";
import { readDeliveries, switchDelivery } from "./deliveries";
import type { Report } from "./state";

let scene: BillingScene;
let rest: Awaited<ReturnType<typeof serveRest>>;
beforeAll(async () => {
  scene = await openBillingScene();
  rest = await serveRest(scene.database);
  process.env.SUPABASE_URL = rest.url;
});
afterAll(async () => {
  rest.close();
  await scene.close();
});

async function subscriber() {
  const buyer = await scene.buyer();
  const answer = await startCheckout(buyer, { plan: "starter", interval: "monthly" });
  if (!answer.ok) throw new Error(answer.message);
  await scene.pay(answer.url);
  await scene.settle();
  const customer = await findCustomer(buyer.account);
  if (!customer) throw new Error("no customer");
  return { ...buyer, customer };
}

async function moved(): Promise<Report> {
  await vi.waitFor(() => expect(readWalks().underway).toBeNull(), { timeout: 30_000 });
  const { report } = readWalks();
  if (!report) throw new Error("no report");
  return report;
}

const texts = ({ mine }: Report) => mine.map(({ text }) => text.replace(/[A-Z0-9]{8}-\d{4}/, "…"));

test("the way to the next renewal ends when it has been charged, and tells what happened to this account alone", async () => {
  const [own, other] = [await subscriber(), await subscriber()];
  const renewal = await findNextRenewal(own.customer);
  expect(await startMove("renewal", own.account)).toMatchObject({ ok: true });
  expect(await startMove("day", own.account)).toEqual({ ok: false, message: "The clock is already moving." });
  const report = await moved();
  expect(now().getTime()).toBeGreaterThan((renewal?.getTime() ?? 0) + 3_600_000);
  expect(texts(report)).toEqual(expect.arrayContaining(["Invoice … went out: $29.00", "Invoice … was paid: $29.00"]));
  expect(texts(report).filter((text) => text.includes("was paid"))).toHaveLength(1);
  expect(report.others).toBeGreaterThan(0);
  expect(report.problems).toEqual([]);
  expect(other.customer).not.toBe(own.customer);
});

test("an account without a plan has no renewal to go to, and the clock stays", async () => {
  const before = now().getTime();
  expect(await startMove("renewal", (await scene.buyer()).account)).toMatchObject({ ok: false });
  expect(readWalks().underway).toBeNull();
  expect(now().getTime() - before).toBeLessThan(60_000);
});

test("a payment that was told to fail fails at the renewal, and the report says so", async () => {
  const own = await subscriber();
  await failNextPayment(own.customer);
  await startMove("renewal", own.account);
  const report = await moved();
  expect(texts(report).join("\n")).toMatch(/could not be charged: \$29\.00, attempt 1/);
});

test("deliveries are switched one by one, and read back as they are", async () => {
  await switchDelivery("twice", true);
  await switchDelivery("shuffled", true);
  expect(await readDeliveries()).toEqual({ twice: true, late: false, shuffled: true });
  await switchDelivery("twice", false);
  await switchDelivery("late", true);
  expect(await readDeliveries()).toEqual({ twice: false, late: true, shuffled: true });
});
