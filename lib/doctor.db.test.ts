import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { serveRest } from "@/e2e/database/rest";
import { startDouble } from "@/local/stripe/server";
import type { Double } from "../local/stripe/core/double.ts";
import { packOf } from "./billing/offers";
import { startCheckout } from "./checkout/start";
import { examine, problemsIn, writeReport } from "./doctor";
import { processPendingEvents } from "./events/inbox";
import { EVENT_TYPES } from "./events/types";
import { runJobs } from "./jobs";
import { setUpStripe } from "./stripe/account";
import { findMeter } from "./stripe/catalogue";
import { stripe } from "./stripe/client";
import { findDestinations, thinUrl } from "./stripe/destination";
import { findEndpoints, webhookUrl } from "./stripe/endpoint";
import { findPortalConfiguration } from "./stripe/portal";

let scene: BillingScene;
let rest: Awaited<ReturnType<typeof serveRest>>;
beforeAll(async () => {
  scene = await openBillingScene();
  rest = await serveRest(scene.database);
  process.env.SUPABASE_URL = rest.url;
  await mend();
});
afterAll(async () => {
  rest.close();
  await scene.close();
});

/** Runs a command of ours as a person in a terminal does. */
async function run(
  script: string,
  args: string[] = [],
  settings?: Record<string, string>,
): Promise<{ code: number | null; out: string; words: string }> {
  const { PATH, HOME } = process.env;
  const env = settings
    ? { NODE_ENV: "test" as const, PATH, HOME, LEDGERLINE_DATA: "nowhere", ...settings }
    : process.env;
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { env });
  let [out, words] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    words += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, words };
}

/** Runs setup in this process; answers what it did, or would do. */
async function setUpIn({ dryRun }: { dryRun: boolean }): Promise<string[]> {
  const { STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_THIN_WEBHOOK_SECRET: thinSecret } = process.env;
  const said: string[] = [];
  const setup = { dryRun, events: EVENT_TYPES, say: (line: string) => said.push(line) };
  const made = await setUpStripe(setup, { webhookSecret, thinSecret });
  if (made.webhookSecret) process.env.STRIPE_WEBHOOK_SECRET = made.webhookSecret;
  if (made.thinSecret) process.env.STRIPE_THIN_WEBHOOK_SECRET = made.thinSecret;
  return said;
}

async function mend(): Promise<void> {
  await setUpIn({ dryRun: false });
  await runJobs();
}

const problems = async () => problemsIn(await examine()).map(({ text }) => text);

describe("from nothing", () => {
  let empty: Double;
  const kept = { ...process.env };
  beforeAll(async () => {
    empty = await startDouble();
    for (const name of ["STRIPE_API_BASE", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_THIN_WEBHOOK_SECRET"])
      kept[name] = process.env[name];
    Object.assign(process.env, {
      STRIPE_API_BASE: empty.url,
      STRIPE_SECRET_KEY: empty.key,
      STRIPE_WEBHOOK_SECRET: "whsec_none",
    });
    delete process.env.STRIPE_THIN_WEBHOOK_SECRET;
  });
  afterAll(async () => {
    for (const name of ["STRIPE_API_BASE", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_THIN_WEBHOOK_SECRET"])
      process.env[name] = kept[name];
    await empty.close();
  });

  test("a stranger gets from an empty Stripe to the first sale with what the commands say", async () => {
    const before = await run("lib/doctor.ts");
    expect(before.code).toBe(1);
    expect(before.out).toContain('Stripe has no active meter "token_usage".');
    expect(before.out).toContain("Way out: Run npm run stripe:setup.");

    expect(await setUpIn({ dryRun: true })).toContain("make the price starter_monthly_v1");
    expect((await stripe().prices.list()).data).toEqual([]);

    delete process.env.STRIPE_WEBHOOK_SECRET;
    const setup = await run("lib/stripe/setup.ts");
    expect(setup.code, setup.words).toBe(0);
    for (const line of setup.out.trim().split("\n")) {
      const [name = "", secret = ""] = line.split("=");
      expect(secret).toMatch(/^whsec_/);
      process.env[name] = secret;
    }
    expect(process.env.STRIPE_THIN_WEBHOOK_SECRET).not.toBe(process.env.STRIPE_WEBHOOK_SECRET);
    expect(await setUpIn({ dryRun: false })).toEqual([]);

    await runJobs();
    const after = await run("lib/doctor.ts");
    expect(after.code, after.out).toBe(0);
    expect(after.out).toContain("Nothing is wrong.");
    expect(after.out).toContain("[ ] Retries of failed payments");

    const buyer = await scene.buyer();
    const answer = await startCheckout(buyer, { pack: "small" });
    if (!answer.ok) throw new Error(answer.message);
    await scene.pay(answer.url);
    await fetch(`${empty.url}/_double/settle`, { method: "POST" });
    await processPendingEvents();
    expect((await scene.balance(buyer)).total).toBe(packOf("small").credits);
  }, 90_000);

  test("a secret is told at once, although what comes after it fails", async () => {
    await stripe().webhookEndpoints.del((await findEndpoints(webhookUrl()))[0]?.id ?? "");
    const { STRIPE_WEBHOOK_SECRET } = process.env;
    delete process.env.STRIPE_WEBHOOK_SECRET;
    const told: string[] = [];
    const tell = (name: string, secret: string) => told.push(`${name} ${secret.slice(0, 6)}`);
    const { eventDestinations } = stripe().v2.core;
    vi.spyOn(eventDestinations, "list").mockImplementation(() => {
      throw new Error("not today");
    });
    const setup = setUpStripe({ dryRun: false, events: EVENT_TYPES, say: () => undefined, tell });
    await expect(setup).rejects.toThrow("not today");
    vi.restoreAllMocks();
    expect(told).toEqual(["STRIPE_WEBHOOK_SECRET whsec_"]);
    process.env.STRIPE_WEBHOOK_SECRET = STRIPE_WEBHOOK_SECRET;
  });

  test("the doctor names everything that is missing where nothing is set", async () => {
    const { code, out, words } = await run("lib/doctor.ts", [], {});
    expect(code).toBe(1);
    expect(words).toBe("");
    for (const name of ["APP_URL", "SUPABASE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "RESEND_API_KEY", "JOBS_SECRET"])
      expect(out).toContain(name);
  });

  test.each([
    ["an option there is not", ["--lvie"], {}, /--lvie is not an option/],
    ["a publishable key", [], { STRIPE_SECRET_KEY: "pk_test_x" }, /publishable key/],
    ["no address", [], { APP_URL: "" }, /APP_URL is missing/],
    ["--live with a test key", ["--live"], {}, /is a test key/],
  ])("setup refuses %s, says why, and has changed nothing", async (_, args, wrong, why) => {
    const { code, out, words } = await run("lib/stripe/setup.ts", args, {
      APP_URL: "https://app.example.com",
      STRIPE_SECRET_KEY: "sk_test_nobody",
      ...wrong,
    });
    expect([code, out]).toEqual([1, ""]);
    expect(words).toMatch(why);
    expect(words).not.toMatch(/\n\s+at /);
  });

  test("a live key is refused until one says that one means it", async () => {
    const { LEDGERLINE_LOCAL, STRIPE_API_BASE, STRIPE_SECRET_KEY, RESEND_BASE_URL } = process.env;
    for (const name of ["LEDGERLINE_LOCAL", "STRIPE_API_BASE", "RESEND_BASE_URL"]) delete process.env[name];
    process.env.STRIPE_SECRET_KEY = "sk_live_nobody";
    const { code, words } = await run("lib/stripe/setup.ts");
    Object.assign(process.env, { LEDGERLINE_LOCAL, STRIPE_API_BASE, STRIPE_SECRET_KEY, RESEND_BASE_URL });
    expect(code).toBe(1);
    expect(words).toContain("is a live key. Add --live");
  });
});

describe("the doctor names", () => {
  const only = async <T extends { id: string }>(list: Promise<T[]>): Promise<T> => {
    const [first] = await list;
    if (!first) throw new Error("there is none");
    return first;
  };
  const priceOf = (key: string) =>
    only(
      stripe()
        .prices.list({ lookup_keys: [key] })
        .then(({ data }) => data),
    );

  const BROKEN: Array<[what: string, break_: () => Promise<unknown>, words: RegExp]> = [
    [
      "a price that was archived",
      async () => stripe().prices.update((await priceOf("starter_monthly_v1")).id, { active: false }),
      /"starter_monthly_v1" is archived/,
    ],
    [
      "a price that costs something else",
      async () => {
        const { product } = await priceOf("pro_monthly_v1");
        await stripe().prices.create({
          product: String(product),
          currency: "usd",
          unit_amount: 1,
          recurring: { interval: "month" },
          lookup_key: "pro_monthly_v1",
          transfer_lookup_key: true,
        });
      },
      /"pro_monthly_v1" at Stripe is not what plans.ts says/,
    ],
    [
      "a meter that was switched off",
      async () => stripe().billing.meters.deactivate((await findMeter())?.id ?? ""),
      /no active meter "token_usage"/,
    ],
    [
      "a billing portal without our configuration",
      async () =>
        stripe().billingPortal.configurations.update((await findPortalConfiguration()) ?? "", { active: false }),
      /portal has no configuration of ours/,
    ],
    [
      "a billing portal where customers may cancel",
      async () =>
        stripe().billingPortal.configurations.update((await findPortalConfiguration()) ?? "", {
          features: { subscription_cancel: { enabled: true } },
        }),
      /portal lets customers do something else/,
    ],
    [
      "a price that does not say what it sells any more",
      async () => stripe().prices.update((await priceOf("starter_monthly_v1")).id, { metadata: { plan: "" } }),
      /"starter_monthly_v1" has lost the metadata/,
    ],
    [
      "a product that was archived",
      async () => stripe().products.update("ledgerline_pack_small", { active: false }),
      /product ".*" is archived/,
    ],
    [
      "a webhook endpoint that is gone",
      async () => stripe().webhookEndpoints.del((await only(findEndpoints(webhookUrl()))).id),
      /no webhook endpoint for http/,
    ],
    [
      "a webhook endpoint that is disabled",
      async () => stripe().webhookEndpoints.update((await only(findEndpoints(webhookUrl()))).id, { disabled: true }),
      /webhook endpoint .* is disabled/,
    ],
    [
      "an event that the endpoint does not send",
      async () =>
        stripe().webhookEndpoints.update((await only(findEndpoints(webhookUrl()))).id, {
          enabled_events: EVENT_TYPES.filter((type) => type !== "invoice.paid"),
        }),
      /does not send invoice\.paid/,
    ],
    [
      "a destination of thin events that is gone",
      async () => stripe().v2.core.eventDestinations.del((await only(findDestinations(thinUrl()))).id),
      /no destination of thin events/,
    ],
    [
      "a destination of thin events that is disabled",
      async () => stripe().v2.core.eventDestinations.disable((await only(findDestinations(thinUrl()))).id),
      /destination of thin events .* is disabled/,
    ],
  ];

  test.each(BROKEN)("%s, and setup mends it", async (_what, breakIt, words) => {
    expect(await problems()).toEqual([]);
    await breakIt();
    const found = await problems();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(words);
    await mend();
    expect(await problems()).toEqual([]);
  });

  test("a meter that was switched off, and setup switches on the same one, so that no subscriber is lost", async () => {
    const [meter, price] = [await findMeter(), await priceOf("starter_overage_v1")];
    await stripe().billing.meters.deactivate(meter?.id ?? "");
    await mend();
    expect((await findMeter())?.id).toBe(meter?.id);
    expect((await priceOf("starter_overage_v1")).id).toBe(price.id);
  });

  test("a missing migration, by its file", async () => {
    const { sql } = scene.database;
    const [row] =
      await sql`delete from supabase_migrations.schema_migrations where version = '20261101000600' returning *`;
    expect(await problems()).toEqual([expect.stringContaining("20261101000600_attempts.sql")]);
    await sql`insert into supabase_migrations.schema_migrations ${sql(row ?? {}, "version", "name", "statements")}`;
    expect(await problems()).toEqual([]);
  });

  test("a tick that has not come, or has failed", async () => {
    const { sql } = scene.database;
    await sql`update public.job_runs set finished_at = finished_at - interval '10 minutes' where name = 'tick'`;
    expect(await problems()).toEqual([expect.stringMatching(/The last tick ended 60\d s ago/)]);
    await sql`update public.job_runs set finished_at = now(), error = 'send mail: no' where name = 'tick'`;
    expect(await problems()).toEqual(["The last tick failed: send mail: no"]);
    await sql`delete from public.job_runs where name = 'tick'`;
    expect(await problems()).toEqual([expect.stringContaining("The tick has never run")]);
    await runJobs();
    expect(await problems()).toEqual([]);
  });

  test("an event that was given up", async () => {
    const { sql } = scene.database;
    await sql`insert into public.stripe_events (id, type, livemode, payload, status, created_at, received_at, finished_at)
      values ('evt_dead', 'invoice.paid', false, '{}', 'dead', now(), now(), now())`;
    expect(await problems()).toEqual([expect.stringMatching(/^1 of Stripe's events were given up/)]);
    await sql`delete from public.stripe_events where id = 'evt_dead'`;
  });

  test("events that Stripe sent and that never arrived", async () => {
    scene.deliver = false;
    const buyer = await scene.buyer();
    const answer = await startCheckout(buyer, { pack: "small" });
    if (!answer.ok) throw new Error(answer.message);
    await scene.pay(answer.url);
    await scene.control("settle");
    await scene.advance(3600);
    await runJobs();
    expect(await problems()).toEqual([expect.stringMatching(/and none has arrived since/)]);
    scene.deliver = true;
    for (const { body, signature } of scene.received.slice(-20)) await redeliver(body, signature);
  });

  test("a database, a REST and a Stripe that do not answer", async () => {
    for (const [name, nowhere, words] of [
      ["DATABASE_URL", "postgres://nobody@127.0.0.1:9/none", /database does not answer/],
      ["SUPABASE_URL", "http://127.0.0.1:9", /REST does not/],
      ["STRIPE_API_BASE", "http://127.0.0.1:9", /Stripe does not answer/],
      ["STRIPE_SECRET_KEY", "sk_test_double_somebody_elses", /Stripe does not know the key/],
    ] as const) {
      const right = process.env[name];
      process.env[name] = nowhere;
      const found = await problems();
      process.env[name] = right;
      expect(found.join("\n"), name).toMatch(words);
    }
  });

  test("half a group of settings before anything else, and looks no further", async () => {
    const { RESEND_API_KEY } = process.env;
    delete process.env.RESEND_API_KEY;
    const sections = await examine();
    process.env.RESEND_API_KEY = RESEND_API_KEY;
    expect(sections.map(({ title }) => title)).toEqual(["Settings"]);
    expect(writeReport(sections)).toMatch(/!! {4}Resend: RESEND_API_KEY is missing/);
  });
});

async function redeliver(body: string, signature: string): Promise<void> {
  await fetch(webhookUrl(), { method: "POST", body, headers: { "stripe-signature": signature } });
}
