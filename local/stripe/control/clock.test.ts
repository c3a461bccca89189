import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type Stripe from "stripe";
import { afterEach, describe, expect, test, vi } from "vitest";
import { tickOver } from "../core/tick.ts";
import { startDouble } from "../server.ts";
import { makeCatalogue, subscriber } from "../subscriptions/test-catalogue.ts";
import { clientOf, openTestDouble } from "../test-double.ts";

const day = 86_400;
const closing: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) await close();
});

/** A double that calls an app after each step, and a subscription that renews every month. */
async function scene(tick: (stripe: Stripe, now: number) => Promise<boolean>) {
  const ticks: number[] = [];
  const double = await startDouble({
    tick: () => {
      ticks.push(double.engine.clock.nowSeconds());
      return tick(stripe, double.engine.clock.nowSeconds());
    },
  });
  closing.push(() => double.close());
  const stripe = clientOf(double);
  const { base } = await makeCatalogue(stripe);
  const customer = await subscriber(stripe);
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: base.id }] });
  const clock = async (body?: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${double.url}/_double/clock`, {
      method: body ? "POST" : "GET",
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, ...((await answer.json()) as Record<string, unknown>) };
  };
  return { double, stripe, customer, subscription, ticks, clock };
}

describe("moving the clock with an app", () => {
  test("calls the app at least once a day, and every ten minutes while a renewal's invoice is a draft", async () => {
    const { ticks, clock, subscription } = await scene(async () => true);
    const { steps, tookMs, problems } = await clock({ advanceSeconds: 35 * day });
    expect(problems).toEqual([]);
    expect(ticks).toHaveLength(Number(steps) + 1);
    const gaps = ticks.slice(1).map((at, index) => at - (ticks[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(day);
    const renewal = subscription.items.data[0]?.current_period_end ?? 0;
    const within = ticks.filter((at) => at >= renewal && at <= renewal + 3600);
    expect(within).toHaveLength(7);
    expect(ticks.length).toBeLessThan(50);
    expect(Number(tookMs)).toBeLessThan(3000);
  });

  test("waits at a step until the app is idle and what it set off has been delivered", async () => {
    let left = 3;
    const { ticks, clock, stripe } = await scene(async (client) => {
      if (left === 0) return true;
      await client.customers.create({ name: `Made by tick ${left}` });
      left -= 1;
      return false;
    });
    const before = Math.floor(Date.now() / 1000);
    await clock({ advanceSeconds: day });
    const made = (await stripe.customers.list()).data.filter(({ name }) => name?.startsWith("Made by tick"));
    expect(made).toHaveLength(3);
    for (const { created } of made) expect(created - before).toBeLessThan(60);
    expect(ticks.length).toBeGreaterThanOrEqual(5);
  });

  test("comes to an end and names the moment when the app never gets idle", async () => {
    const { double, clock } = await scene(async () => false);
    const { problems, now } = await clock({ advanceSeconds: 10 * day });
    expect(problems).toHaveLength(3);
    expect(String((problems as string[])[0])).toContain("was not idle after 50 ticks");
    expect(Date.parse(String(now))).toBeGreaterThan(Date.now() + 10 * day * 1000 - 60_000);
    expect(double.engine.problems).toHaveLength(3);
  });

  test("goes on without an app that is down, whose events come within three days once it is back", async () => {
    let isDown = true;
    const bench = await openTestDouble({
      tick: async () => {
        if (isDown) throw new Error("connect ECONNREFUSED");
        return true;
      },
    });
    closing.push(() => {
      bench.double.engine.problems.length = 0;
      return bench.close();
    });
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const { base } = await makeCatalogue(bench.stripe);
    const customer = await subscriber(bench.stripe);
    const made = await bench.stripe.subscriptions.create({ customer: customer.id, items: [{ price: base.id }] });
    await bench.types();
    bench.caught.length = 0;
    bench.answer.status = 503;
    await bench.control("POST", "webhooks", { reorder: true });
    const end = made.items.data[0]?.current_period_end ?? 0;
    const until = end + 2 * 3600 - bench.double.engine.clock.nowSeconds();
    const moved = await bench.control("POST", "clock", { advanceSeconds: until });
    expect(moved.problems).toHaveLength(3);
    const [renewal] = (await bench.stripe.invoices.list({ subscription: made.id })).data;
    expect(renewal).toMatchObject({ status: "paid", billing_reason: "subscription_cycle" });
    isDown = false;
    bench.answer.status = 200;
    bench.caught.length = 0;
    expect(await bench.control("POST", "clock", { advanceSeconds: 3 * day })).toMatchObject({ problems: [] });
    const paid = bench.caught.filter(({ event }) => event.type === "invoice.paid");
    expect(paid.map(({ event }) => (event.data.object as Stripe.Invoice).id)).toEqual([renewal?.id]);
    const { tasks } = (await bench.control("GET", "scheduled")) as { tasks: Array<{ kind: string }> };
    expect(tasks.filter(({ kind }) => kind === "webhook.deliver")).toEqual([]);
  });

  test("goes to the next renewal, of one customer or of any, and says when that is", async () => {
    const { clock, subscription, customer, stripe } = await scene(async () => true);
    const end = subscription.items.data[0]?.current_period_end ?? 0;
    const at = new Date(end * 1000).toISOString();
    expect(await clock()).toMatchObject({
      advancing: false,
      nextRenewal: { at, subscription: subscription.id, customer: customer.id },
    });
    expect(await clock({ to: "next_renewal", customer: "cus_none" })).toMatchObject({ status: 400 });
    const { now } = await clock({ to: "next_renewal", customer: customer.id });
    expect(Date.parse(String(now)) - end * 1000).toBeLessThan(60_000);
    const [invoice] = (await stripe.invoices.list({ customer: customer.id })).data;
    expect(invoice).toMatchObject({ status: "draft", billing_reason: "subscription_cycle" });
  });
});

describe("a tick over HTTP", () => {
  async function app(status: number, body: object) {
    const asked: Array<string | undefined> = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    return { asked, tick: tickOver(`http://127.0.0.1:${port}/api/jobs`, "the secret") };
  }

  test("carries the secret and believes what the app says about being idle", async () => {
    const { asked, tick } = await app(200, { ok: true, idle: false, jobs: [] });
    expect(await tick()).toBe(false);
    expect(asked).toEqual(["Bearer the secret"]);
  });

  test("fails with the names of the jobs that failed", async () => {
    const { tick } = await app(500, { ok: false, idle: false, jobs: [{ name: "send mail", error: "no mailbox" }] });
    await expect(tick()).rejects.toThrow("send mail: no mailbox");
  });

  test("fails when the app does not say whether it is idle", async () => {
    const { tick } = await app(200, { ok: true });
    await expect(tick()).rejects.toThrow("does not say whether it is idle");
  });
});
