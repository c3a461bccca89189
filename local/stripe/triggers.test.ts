import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mismatch } from "./schema/check.ts";
import { openTestDouble, type TestDouble } from "./test-double.ts";

/** What a fixture needs that was made for an older version of the API: flags for the tool, and what to do around it. */
interface Changes {
  flags?: () => string[];
  /** before the tool runs */
  before?: (bench: TestDouble) => Promise<unknown>;
  /** after it, for what takes time */
  after?: (bench: TestDouble) => Promise<unknown>;
  /** the event that really happens, where the trigger's name is not one */
  event?: string;
}

const DAY_SECONDS = 86_400;
const now = () => Math.floor(bench.double.engine.clock.nowMs() / 1000);

/** payment_method_types is gone from this version of the API. */
const without = (...steps: string[]): Changes => ({
  flags: () => steps.flatMap((step) => ["--remove", `${step}:payment_method_types`]),
});
const debit = {
  ...without("checkout_session"),
  after: (bench: TestDouble) => bench.advance(3 * DAY_SECONDS),
};
/** A promotion code names its coupon as a promotion now. */
const promotion: Changes = {
  flags: () => [
    ...["--remove", "promotion_code:coupon", "--add", "promotion_code:promotion[type]=coupon"],
    ...["--add", "promotion_code:promotion[coupon]=$" + "{coupon:id}"],
  ],
};
const card = [
  ...["--add", "customer:payment_method=pm_card_visa"],
  ...["--add", "customer:invoice_settings[default_payment_method]=pm_card_visa"],
];
/** Phases have a duration instead of iterations, and customers no sources. */
const phases = (count: number) => [
  ...["--remove", "subscription_schedule:phases", ...card],
  ...Array.from({ length: count }, (_, at) => `subscription_schedule:phases[${at}]`).flatMap((phase, at) => [
    ...["--add", `${phase}[items][0][price]=\${price:id}`, "--add", `${phase}[items][0][quantity]=${at + 1}`],
    ...["--add", `${phase}[duration][interval]=month`],
  ]),
];
const schedule = (count: number): Changes => ({
  flags: () => ["--remove", "customer:source", ...phases(count)],
});
/** There is one clock, and it never goes back: the test clock starts now instead of in 2020. */
const clocked = (days: number): Changes => ({
  flags: () => [
    ...[...phases(1), "--override", `test_clock:frozen_time=${now()}`],
    ...["--override", "subscription_schedule:start_date=now"],
    ...["--override", `advance_test_clock:frozen_time=${now() + days * DAY_SECONDS}`],
  ],
  after: (bench) => bench.advance(0),
});
const asIs: Changes = {};

const triggers: Record<string, Changes> = {
  "billing_portal.configuration.created": asIs,
  "billing_portal.configuration.updated": asIs,
  "billing_portal.session.created": { before: (bench) => bench.control("POST", "dashboard/portal-default", {}) },
  "charge.captured": without("payment_intent"),
  "charge.dispute.closed": without("payment_intent"),
  "charge.dispute.created": without("payment_intent"),
  "charge.dispute.updated": without("payment_intent"),
  "charge.failed": without("payment_intent"),
  "charge.refund.updated": without("payment_intent"),
  "charge.refunded": without("payment_intent"),
  "charge.succeeded": without("payment_intent"),
  "checkout.session.async_payment_failed": {
    ...debit,
    flags: () => [
      ...["--remove", "checkout_session:payment_method_types"],
      ...["--override", "payment_method:sepa_debit[iban]=AT861904300235473202"],
    ],
  },
  "checkout.session.async_payment_succeeded": debit,
  "checkout.session.completed": asIs,
  "checkout.session.expired": asIs,
  "coupon.created": asIs,
  "coupon.deleted": asIs,
  "coupon.updated": asIs,
  "credit_note.created": asIs,
  "credit_note.updated": asIs,
  "credit_note.voided": asIs,
  "customer.created": asIs,
  "customer.deleted": asIs,
  "customer.subscription.created": asIs,
  "customer.subscription.deleted": asIs,
  "customer.subscription.paused": asIs,
  "customer.subscription.trial_will_end": asIs,
  "customer.subscription.updated": asIs,
  "customer.updated": asIs,
  "invoice.created": asIs,
  "invoice.deleted": asIs,
  "invoice.finalized": asIs,
  "invoice.marked_uncollectible": asIs,
  "invoice.paid": asIs,
  "invoice.payment_action_required": asIs,
  "invoice.payment_failed": asIs,
  "invoice.payment_succeeded": asIs,
  "invoice.sent": asIs,
  "invoice.updated": asIs,
  "invoice.voided": asIs,
  "invoiceitem.created": asIs,
  "invoiceitem.deleted": asIs,
  "payment_intent.amount_capturable_updated": without("payment_intent"),
  "payment_intent.canceled": asIs,
  "payment_intent.created": without("payment_intent"),
  "payment_intent.payment_failed": without("payment_intent"),
  "payment_intent.processing": without("payment_intent"),
  "payment_intent.requires_action": without("payment_intent"),
  "payment_intent.succeeded": without("payment_intent"),
  "payment_method.attached": asIs,
  "payment_method.detached": asIs,
  "payment_method.updated": asIs,
  "price.created": asIs,
  "price.updated": asIs,
  "product.created": asIs,
  "product.deleted": asIs,
  "product.updated": asIs,
  "promotion_code.created": promotion,
  "promotion_code.updated": promotion,
  "setup_intent.canceled": without("setup_intent"),
  "setup_intent.created": without("setup_intent"),
  "setup_intent.requires_action": asIs,
  "setup_intent.setup_failed": without("setup_intent"),
  "setup_intent.succeeded": without("setup_intent"),
  "subscription.payment_failed": { event: "invoice.payment_failed" },
  "subscription.payment_succeeded": { event: "invoice.payment_succeeded" },
  "subscription_schedule.aborted": {
    flags: () => ["--remove", "customer:source", ...card],
    event: "subscription_schedule.canceled",
  },
  "subscription_schedule.canceled": schedule(2),
  "subscription_schedule.completed": clocked(40),
  "subscription_schedule.created": schedule(2),
  "subscription_schedule.expiring": clocked(25),
  "subscription_schedule.released": schedule(2),
  "subscription_schedule.updated": schedule(2),
  "test_helpers.test_clock.advancing": { after: (bench) => bench.advance(0) },
  "test_helpers.test_clock.created": asIs,
  "test_helpers.test_clock.deleted": asIs,
  "test_helpers.test_clock.ready": { after: (bench) => bench.advance(0) },
};

/** What the tool could make and the double does not, by the reason. */
const leftOut: Record<string, RegExp> = {
  "another product of Stripe's": /^(account|balance|identity|issuing_|payout|reporting|topup|transfer)/,
  "coupons of customers and sources, which this version of the API has no more": /^customer\.(discount|source)\./,
  "money that lies with Stripe": /^(cash_balance|customer_cash_balance_transaction|payment_intent\.partially_funded)/,
  "quotes and payment links": /^(quote|payment_link)\./,
  "plans, which are prices here": /^plan\./,
  "tax rates: one percentage stands for all": /^tax_rate\./,
  "sent to meter-events.stripe.com whatever the address of the API": /^v1\.billing\.meter\./,
};

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
  test.each(Object.entries(triggers))(
    "%s ends well, and the event arrives signed and as Stripe declares it",
    async (type, changes) => {
      await changes.before?.(bench);
      await bench.types();
      bench.caught.length = 0;
      const { code, output } = await run(type, ...(changes.flags?.() ?? []));
      expect(code, output).toBe(0);
      await changes.after?.(bench);
      expect(await bench.types()).toContain(changes.event ?? type);
      for (const { body } of bench.caught) expect(mismatch(JSON.parse(body))).toBeUndefined();
    },
  );

  test("is tried for every event the tool knows, but for those that are left out by name", async () => {
    const { output } = await execute("trigger", "--help");
    const known = [...output.matchAll(/^ {2}([a-z_0-9]+(?:\.[a-z_0-9]+)+)$/gm)].map(([, name = ""]) => name);
    expect(known.length).toBeGreaterThan(100);
    const isLeftOut = (name: string) => Object.values(leftOut).some((names) => names.test(name));
    expect(known.filter((name) => !(name in triggers) && !isLeftOut(name))).toEqual([]);
    expect(Object.keys(triggers).filter((name) => !known.includes(name))).toEqual([]);
  });

  test("fails where Stripe would refuse: payment_method_types is gone", async () => {
    const { code, output } = await run("payment_intent.succeeded");
    expect(code).not.toBe(0);
    expect(output).toContain("payment_method_types_no_longer_supported");
  });
});

function run(type: string, ...flags: string[]) {
  const { url, key } = bench.double;
  return execute("trigger", type, "--api-base", url, "--api-key", key, ...flags);
}

/** Runs the tool with a home of its own, so that it neither finds nor leaves a configuration. */
function execute(...words: string[]): Promise<{ code: number | null; output: string }> {
  const command = fileURLToPath(new URL("../../node_modules/.bin/stripe", import.meta.url));
  const child = spawn(command, words, {
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
