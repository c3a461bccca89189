import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startDouble } from "../server.ts";
import { makeCatalogue, subscriber } from "../subscriptions/test-catalogue.ts";
import { clientOf, openTestDouble } from "../test-double.ts";
import { Store } from "./store.ts";

const KEY = "sk_test_double_0123456789abcdef";
let directory: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stripe-double-"));
});
afterEach(() => {
  child?.kill("SIGKILL");
  child = undefined;
  rmSync(directory, { recursive: true, force: true });
});

describe("what the double knows", () => {
  test("is there after a restart: objects, secrets, keys, what is scheduled, the clock", async () => {
    const options = { key: KEY, dataDir: directory, clockFile: join(directory, "clock.json") };
    const first = await startDouble(options);
    const stripe = clientOf(first);
    const customer = await stripe.customers.create({ name: "Kept" }, { idempotencyKey: "kept" });
    const { id } = await stripe.paymentIntents.create({
      amount: 900,
      currency: "usd",
      payment_method: "pm_card_refundFail",
      confirm: true,
    });
    const refund = await stripe.refunds.create({ payment_intent: id });
    await fetch(`${first.url}/_double/clock`, { method: "POST", body: JSON.stringify({ advanceSeconds: 3600 }) });
    await first.close();
    expect(JSON.parse(readFileSync(options.clockFile, "utf8")).offsetMs).toBeGreaterThan(3_590_000);

    const second = await startDouble(options);
    const again = clientOf(second);
    expect((await again.customers.create({ name: "Kept" }, { idempotencyKey: "kept" })).id).toBe(customer.id);
    expect((await again.customers.list()).data).toHaveLength(1);
    expect(second.engine.clock.offsetMs).toBeGreaterThan(3_590_000);
    await fetch(`${second.url}/_double/clock`, { method: "POST", body: JSON.stringify({ advanceSeconds: 86_400 }) });
    expect((await again.refunds.retrieve(refund.id)).status).toBe("failed");
    await second.close();
  });

  test("survives kill -9 after any answered request", async () => {
    const port = await freePort();
    const url = await runServer(port);
    const stripe = clientOf({ url, key: KEY });
    const made: string[] = [];
    for (let at = 0; at < 20; at++) made.push((await stripe.customers.create({ name: `Customer ${at}` })).id);
    child?.kill("SIGKILL");
    await runServer(port);
    const ids: string[] = [];
    for await (const { id } of stripe.customers.list({ limit: 100 })) ids.push(id);
    expect(ids.toReversed()).toEqual(made);
  });

  test("survives a last change cut short: that change is dropped, the rest stands", () => {
    const store = new Store(directory);
    store.hidden("_thing").put({ id: "whole" });
    store.commit();
    store.close();
    appendFileSync(join(directory, "journal.jsonl"), '[["_thing","half",{"id":"ha');
    const reopened = new Store(directory);
    expect(reopened.hidden("_thing").list()).toEqual([{ id: "whole" }]);
    reopened.close();
  });

  test("is delivered after a restart when the process ended with webhooks on their way", async () => {
    const first = await openTestDouble({ key: KEY, dataDir: directory });
    first.answer.status = 500;
    await first.stripe.customers.create({ name: "Undelivered" });
    await first.types();
    await first.double.close();
    const second = await startDouble({ key: KEY, dataDir: directory });
    first.answer.status = 200;
    await fetch(`${second.url}/_double/clock`, { method: "POST", body: JSON.stringify({ advanceSeconds: 60 }) });
    expect(first.caught.map(({ event }) => event.type)).toEqual(["customer.created", "customer.created"]);
    await second.close();
    await first.close();
  });
});

describe("a double that ends while its clock moves", () => {
  test("goes on from there when it starts again: what was done is not done twice, and the test clock arrives", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "stripe-double-"));
    let ticks = 0;
    let letGo = () => {};
    const stuck = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const first = await startDouble({
      key: KEY,
      dataDir: directory,
      clockFile: join(directory, "clock.json"),
      tick: async () => {
        ticks += 1;
        if (ticks > 40) await stuck;
        return true;
      },
    });
    const stripe = clientOf(first);
    const { base } = await makeCatalogue(stripe);
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: first.engine.clock.nowSeconds() });
    const customer = await subscriber(stripe, { test_clock: clock.id });
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: base.id }] });
    const target = clock.frozen_time + 55 * 86_400;
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: target });
    await expect.poll(() => ticks, { timeout: 20_000 }).toBe(41);
    cpSync(directory, elsewhere, { recursive: true });
    await first.close();
    letGo();

    const second = await startDouble({ key: KEY, dataDir: elsewhere, clockFile: join(elsewhere, "clock.json") });
    const again = clientOf(second);
    await expect
      .poll(() => again.testHelpers.testClocks.retrieve(clock.id), { timeout: 20_000 })
      .toMatchObject({ status: "ready", frozen_time: target });
    const { data } = await again.invoices.list({ customer: customer.id });
    expect(data.map(({ billing_reason, status }) => [billing_reason, status])).toEqual([
      ["subscription_cycle", "paid"],
      ["subscription_create", "paid"],
    ]);
    expect([first.engine.problems, second.engine.problems]).toEqual([[], []]);
    await second.close();
    rmSync(elsewhere, { recursive: true, force: true });
  });
});

describe("a request that fails", () => {
  test("leaves nothing behind, but for a declined card, which leaves its charge and its events", async () => {
    const bench = await openTestDouble();
    const { stripe } = bench;
    await expect(stripe.customers.create({ name: "Half", payment_method: "pm_none" })).rejects.toThrow(
      "No such payment_method",
    );
    await expect(stripe.customers.create({ payment_method: "pm_card_chargeDeclined" })).rejects.toThrow("declined");
    expect((await stripe.customers.list()).data).toEqual([]);
    const params = { amount: 500, currency: "usd", payment_method: "pm_card_chargeDeclined", confirm: true } as const;
    await expect(stripe.paymentIntents.create(params)).rejects.toThrow("declined");
    expect(await bench.types()).toEqual(["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]);
    expect((await stripe.charges.list()).data[0]?.status).toBe("failed");
    await bench.close();
  });
});

async function runServer(port: number): Promise<string> {
  const script = fileURLToPath(new URL("../server.ts", import.meta.url));
  const started = spawn(
    process.execPath,
    ["--import", "tsx", script, "--port", String(port), "--data", directory, "--key", KEY],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  child = started;
  await new Promise<void>((resolve, reject) => {
    started.stdout?.once("data", () => resolve());
    started.once("exit", (code) => reject(new Error(`The double ended with ${code}`)));
  });
  return `http://127.0.0.1:${port}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
