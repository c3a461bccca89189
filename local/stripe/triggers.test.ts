import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mismatch } from "./schema/check.ts";
import { openTestDouble, type TestDouble } from "./test-double.ts";

/**
 * Stripe's own command-line tool makes these events with its own fixtures. Where a fixture still sends
 * payment_method_types, which this version of the API refuses, the tool is told to leave it out.
 */
const triggers = [
  "customer.created",
  "customer.updated",
  "customer.deleted",
  "product.created",
  "product.updated",
  "product.deleted",
  "price.created",
  "price.updated",
  "coupon.created",
  "coupon.updated",
  "coupon.deleted",
  "payment_method.attached",
  "payment_method.detached",
  "payment_method.updated",
  "payment_intent.created",
  "payment_intent.succeeded",
  "payment_intent.payment_failed",
  "payment_intent.canceled",
  "payment_intent.requires_action",
  "payment_intent.amount_capturable_updated",
  "charge.succeeded",
  "charge.failed",
  "charge.captured",
  "charge.refunded",
  "charge.refund.updated",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.closed",
  "setup_intent.created",
  "setup_intent.succeeded",
  "setup_intent.setup_failed",
  "setup_intent.requires_action",
  "setup_intent.canceled",
  "checkout.session.completed",
  "checkout.session.expired",
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
  "checkout.session.async_payment_succeeded",
  "invoiceitem.created",
  "invoice.created",
  "invoice.updated",
  "invoice.finalized",
  "invoice.paid",
  "invoice.payment_failed",
  "invoice.payment_action_required",
  "invoice.voided",
];

const sendsTypes = {
  checkout_session: /^checkout\.session\.async_payment_/,
  payment_intent: /^(charge\.|payment_intent\.(?!canceled))/,
  setup_intent: /^setup_intent\.(?!requires_action)/,
};
const DEBIT_SECONDS = 3 * 86_400;

let bench: TestDouble;
let home: string;
beforeAll(async () => {
  bench = await openTestDouble();
  home = mkdtempSync(join(tmpdir(), "stripe-cli-"));
});
afterAll(async () => {
  await bench.close();
  rmSync(home, { recursive: true, force: true });
});

describe("stripe trigger", () => {
  test.each(triggers)("%s ends well, and the event arrives signed and as Stripe declares it", async (type) => {
    await bench.types();
    bench.caught.length = 0;
    const { code, output } = await trigger(type);
    expect(code, output).toBe(0);
    if (type.includes("async_payment")) await bench.advance(DEBIT_SECONDS);
    expect(await bench.types()).toContain(type);
    for (const { body } of bench.caught) expect(mismatch(JSON.parse(body))).toBeUndefined();
  });

  test("fails where Stripe would refuse: payment_method_types is gone", async () => {
    const { code, output } = await run("payment_intent.succeeded");
    expect(code).not.toBe(0);
    expect(output).toContain("payment_method_types_no_longer_supported");
  });
});

/** The fixtures that send payment_method_types, and in which of their steps. */
function trigger(type: string) {
  const step = Object.entries(sendsTypes).find(([, types]) => types.test(type))?.[0];
  return run(type, ...(step ? ["--remove", `${step}:payment_method_types`] : []));
}

/** Runs the tool with a home of its own, so that it neither finds nor leaves a configuration. */
function run(type: string, ...rest: string[]): Promise<{ code: number | null; output: string }> {
  const command = fileURLToPath(new URL("../../node_modules/.bin/stripe", import.meta.url));
  const { url, key } = bench.double;
  const child = spawn(command, ["trigger", type, "--api-base", url, "--api-key", key, ...rest], {
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: "1" },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
