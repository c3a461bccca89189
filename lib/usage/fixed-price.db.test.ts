import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ClonedDatabase, cloneDatabase } from "@/e2e/database/clone";
import { createPerson } from "@/e2e/database/people";
import { accountId, credits } from "@/lib/billing/units";
import { expireCredits } from "@/lib/credits/expiry";
import { grantCredits } from "@/lib/credits/grants";
import { getCreditSummary } from "@/lib/credits/summary";
import { closeDatabase } from "@/lib/supabase/direct";
import { charge, chargeWhenDone } from "./fixed-price";
import { AlreadyMeteredError, InsufficientCreditsError } from "./refusals";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  vi.stubEnv("DATABASE_URL", `${database.url}?ledgerline.movable_clock=on`);
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});

async function buyer(amount: number) {
  const account = accountId((await createPerson(database.sql)).accountId);
  const grant = { account, source: "pack", sourceId: randomUUID(), amount: credits(amount) };
  await grantCredits({ ...grant, category: "paid", priority: 20 });
  const what = {
    account,
    key: `summary:${randomUUID()}`,
    amount: credits(50),
    feature: "summarize",
    overagePermitted: credits(0),
  };
  return { account, what, available: async () => (await getCreditSummary(account)).available };
}

test("what has a fixed price is charged once, however often it is asked for", async () => {
  const { what, available } = await buyer(120);
  await Promise.all([charge(what), charge(what), charge(what)]);
  expect(await available()).toBe(70);
});

test("it shows as usage of its feature, without a model", async () => {
  const { account, what } = await buyer(120);
  await charge(what);
  const days = await database.sql`select model, feature, credits from public.usage_daily where account_id = ${account}`;
  expect(days).toMatchObject([{ model: "", feature: "summarize", credits: "50" }]);
});

test("with too few credits nothing is charged and no work is done", async () => {
  const { what, available } = await buyer(49);
  const work = vi.fn(async () => "done");
  await expect(charge(what)).rejects.toThrow(InsufficientCreditsError);
  await expect(chargeWhenDone(what, work)).rejects.toMatchObject({ available: 49, needed: 50 });
  expect(work).not.toHaveBeenCalled();
  expect(await available()).toBe(49);
});

test("work that is done is charged for, and not done again for the same key", async () => {
  const { what, available } = await buyer(120);
  const work = vi.fn(async () => "done");
  expect(await chargeWhenDone(what, work)).toMatchObject({ result: "done", balance: { available: 70 } });
  await expect(chargeWhenDone(what, work)).rejects.toThrow(AlreadyMeteredError);
  expect(work).toHaveBeenCalledTimes(1);
  expect(await available()).toBe(70);
});

test("work that fails costs nothing", async () => {
  const { what, available } = await buyer(120);
  await expect(chargeWhenDone(what, async () => Promise.reject(new Error("no luck")))).rejects.toThrow("no luck");
  expect(await available()).toBe(120);
});

test("work whose server dies costs nothing once its time is over", async () => {
  const { what, available } = await buyer(120);
  void chargeWhenDone(what, () => new Promise(() => undefined));
  await vi.waitFor(async () => expect(await available()).toBe(70), { timeout: 10_000 });
  await expireCredits({ limit: 100, at: new Date(Date.now() + 3_600_000) });
  expect(await available()).toBe(120);
});
