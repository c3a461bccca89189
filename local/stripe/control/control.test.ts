import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDouble } from "../core/double.ts";
import type { Resource } from "../core/resource.ts";
import { openTestDouble, type TestDouble } from "../test-double.ts";
import { controlDoors } from "./control.ts";

let bench: TestDouble;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "stripe-double-"));
  bench = await openTestDouble({ clockFile: join(directory, "clock.json") });
});
afterAll(async () => {
  await bench.close();
  rmSync(directory, { recursive: true, force: true });
});

describe("the clock", () => {
  test("moves forward by seconds or to a time, writes its offset for the app, and never goes back", async () => {
    await bench.control("POST", "clock", { advanceSeconds: 60 });
    const { now, offsetMs } = await bench.control("GET", "clock");
    expect(offsetMs).toBeGreaterThan(59_000);
    expect(JSON.parse(readFileSync(join(directory, "clock.json"), "utf8"))).toEqual({ offsetMs });
    const later = new Date(Date.parse(String(now)) + 35 * 86_400_000);
    await bench.control("POST", "clock", { to: later.toISOString() });
    const { created } = await bench.stripe.customers.create({});
    expect(created * 1000).toBeGreaterThanOrEqual(later.getTime() - 1000);
    await expect(bench.control("POST", "clock", { to: String(now) })).rejects.toThrow("only goes forward");
    await expect(bench.control("POST", "clock", { advanceSeconds: -1 })).rejects.toThrow("advanceSeconds");
  });

  test("stops at each thing that is due, in order, and what falls due meanwhile is done too", async () => {
    const seen: Array<[string, number]> = [];
    const resource: Resource = {
      controls: [
        {
          method: "POST",
          path: "/_double/plan",
          handle: (_, context) => {
            context.schedule(context.now() + 200, "second", {});
            context.schedule(context.now() + 100, "first", {});
            context.schedule(context.now() + 300, "replaced", {}, "key");
            context.schedule(context.now() + 400, "third", {}, "key");
            return { at: context.now() };
          },
        },
      ],
      tasks: {
        first: (_, context) => {
          seen.push(["first", context.now()]);
          context.schedule(context.now() + 50, "between", {});
        },
        between: (_, context) => void seen.push(["between", context.now()]),
        second: (_, context) => void seen.push(["second", context.now()]),
        third: (_, context) => void seen.push(["third", context.now()]),
      },
    };
    const double = await openDouble([resource], { port: 0, key: "sk_test_double_0123456789" }, controlDoors);
    const post = (door: string, body: object) =>
      fetch(`${double.url}/_double/${door}`, { method: "POST", body: JSON.stringify(body) });
    const { at } = (await (await post("plan", {})).json()) as { at: number };
    await post("clock", { advanceSeconds: 1000 });
    expect(seen).toEqual([
      ["first", at + 100],
      ["between", at + 150],
      ["second", at + 200],
      ["third", at + 400],
    ]);
    await double.close();
  });
});

describe("the doors", () => {
  test("change settings that exist, to values that fit", async () => {
    expect(await bench.control("POST", "settings", { invoiceGraceSeconds: 0, endOfRetries: "unpaid" })).toMatchObject({
      invoiceGraceSeconds: 0,
      endOfRetries: "unpaid",
      retryDays: [3, 5, 7],
    });
    await expect(bench.control("POST", "settings", { invoiceGrace: 1 })).rejects.toThrow("no setting invoiceGrace");
    await expect(bench.control("POST", "settings", { retryDays: "often" })).rejects.toThrow("no value for retryDays");
  });

  test("show the last requests, and what is scheduled", async () => {
    await bench.stripe.customers.create({ name: "Logged" });
    const { requests } = (await bench.control("GET", "requests")) as { requests: object[] };
    expect(requests[0]).toMatchObject({ method: "POST", path: "/v1/customers", status: 200 });
    expect(await bench.control("GET", "scheduled")).toHaveProperty("tasks");
  });

  test("that do not exist say so", async () => {
    await expect(bench.control("POST", "nothing")).rejects.toThrow("No door POST /_double/nothing");
  });

  test("lead to a page that says no money moves and shows what happened, harmlessly", async () => {
    await bench.stripe.customers.create({ name: "<script>alert(1)</script>" });
    const text = await (await fetch(bench.double.url)).text();
    expect(text).toContain("no money moves");
    expect(text).toContain("customer.created");
    expect(text).toContain("&lt;script&gt;");
    expect(text).not.toContain("<script>alert");
  });
});
