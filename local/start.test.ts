import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, unlisten } from "./listen.ts";
import { isTaken } from "./ports.ts";
import { freePort } from "./postgres/cluster.ts";
import { type PortName, PROJECT, settingFor } from "./settings.ts";

/** A start takes three seconds, and a minute where twenty others want the same two cores. */
const WAIT_MS = 150_000;
const PATIENCE_MS = 160_000;

interface Started {
  process: ChildProcess;
  output(): string;
  code: Promise<number | null>;
}

const ports = {} as Record<PortName, number>;
let data: string;
const begun: Started[] = [];

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "ledgerline-stack-"));
  for (const name of ["app", "supabase", "postgres", "stripe", "mailbox"] as const) ports[name] = await freePort();
});
afterAll(async () => {
  await endAll();
  rmSync(data, { recursive: true, force: true });
});

/** Whatever a failed test left running would hold the ports, and be what the next one is told of. */
async function endAll(): Promise<void> {
  for (const { process: left } of begun) left.kill("SIGKILL");
  await Promise.all(begun.map(({ code }) => code));
}

function start(args: string[] = [], changes: Record<string, string> = {}): Started {
  const settings = Object.entries(ports).map(([name, port]) => [settingFor(name as PortName), String(port)]);
  const child = spawn(process.execPath, ["--import", "tsx", "local/start.ts", ...args], {
    cwd: PROJECT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: "test",
      LEDGERLINE_DATA: data,
      ...Object.fromEntries(settings),
      ...changes,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const started = { process: child, output: () => output, code };
  begun.push(started);
  return started;
}

async function refused(args: string[], changes: Record<string, string> = {}): Promise<string> {
  const attempt = start(args, changes);
  expect(await attempt.code, attempt.output()).toBe(1);
  return attempt.output();
}

async function until(condition: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not happen within ${WAIT_MS / 1000} seconds: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function running(): Promise<Started> {
  const stack = start();
  await until(() => stack.output().includes("Ctrl-C stops it") || stack.process.exitCode !== null, stack.output);
  expect(stack.process.exitCode, stack.output()).toBeNull();
  return stack;
}

async function allPortsFree(): Promise<boolean> {
  const taken = await Promise.all(Object.values(ports).map(isTaken));
  return !taken.includes(true);
}

const environment = (): NodeJS.Dict<string> => parseEnv(readFileSync(join(data, "env"), "utf8"));

async function query(statement: string): Promise<unknown[]> {
  const sql = postgres(environment().DATABASE_URL ?? "", { max: 1 });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end();
  }
}

describe("one command", () => {
  let stack: Started;
  beforeAll(async () => {
    stack = await running();
  }, PATIENCE_MS);
  afterAll(endAll);

  test("says where everything is and how to get in", () => {
    for (const name of ["free", "low", "starter", "pastdue", "suspended", "enterprise", "admin"]) {
      expect(stack.output()).toContain(`${name}@ledgerline.test`);
    }
    expect(stack.output()).toContain(`http://127.0.0.1:${ports.mailbox}`);
    expect(stack.output()).toContain(`http://127.0.0.1:${ports.stripe}`);
  });

  test("writes an environment with which every service answers", async () => {
    const { SUPABASE_URL, SUPABASE_SECRET_KEY = "", STRIPE_API_BASE, STRIPE_SECRET_KEY } = environment();
    const accounts = await fetch(`${SUPABASE_URL}/rest/v1/accounts?select=name`, {
      headers: { apikey: SUPABASE_SECRET_KEY },
    });
    expect(await accounts.json()).toContainEqual({ name: "Northwind" });
    const prices = await fetch(`${STRIPE_API_BASE}/v1/prices`, {
      headers: { authorization: `Bearer ${STRIPE_SECRET_KEY}` },
    });
    expect(((await prices.json()) as { data: unknown[] }).data.length).toBeGreaterThan(0);
  });

  test("delivers the mail of a sign-up to the mailbox", async () => {
    const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY = "", MAILBOX_URL, APP_URL } = environment();
    const email = "new@example.test";
    const answer = await fetch(`${SUPABASE_URL}/auth/v1/signup`, {
      method: "POST",
      headers: { apikey: SUPABASE_PUBLISHABLE_KEY, "content-type": "application/json" },
      body: JSON.stringify({ email, password: "a-long-password" }),
    });
    expect(answer.status).toBe(200);
    const mails: Array<{ html: string }> = await (await fetch(`${MAILBOX_URL}/api/mails?to=${email}`)).json();
    expect(mails[0]?.html).toContain(`${APP_URL}/auth/confirm?token_hash=`);
  });

  test("knows the secret of the webhook that the local Stripe will sign with", async () => {
    const { STRIPE_API_BASE, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_THIN_WEBHOOK_SECRET, APP_URL } =
      environment();
    const answer = await fetch(`${STRIPE_API_BASE}/v1/webhook_endpoints`, {
      headers: { authorization: `Bearer ${STRIPE_SECRET_KEY}` },
    });
    const { data: endpoints } = (await answer.json()) as { data: Array<{ url: string }> };
    expect(endpoints.map((endpoint) => endpoint.url)).toEqual([`${APP_URL}/api/stripe/webhook`]);
    expect(STRIPE_WEBHOOK_SECRET).toMatch(/^whsec_/);
    const thin = await fetch(`${STRIPE_API_BASE}/v2/core/event_destinations?include[0]=webhook_endpoint.url`, {
      headers: { authorization: `Bearer ${STRIPE_SECRET_KEY}` },
    });
    const { data: destinations } = (await thin.json()) as { data: Array<{ webhook_endpoint: { url: string } }> };
    expect(destinations.map(({ webhook_endpoint: { url } }) => url)).toEqual([`${APP_URL}/api/stripe/thin`]);
    expect(STRIPE_THIN_WEBHOOK_SECRET).toMatch(/^whsec_/);
    expect(STRIPE_THIN_WEBHOOK_SECRET).not.toBe(STRIPE_WEBHOOK_SECRET);
  });

  test("started a second time says that it runs, and where", async () => {
    expect(await refused([])).toContain(`It runs already: http://localhost:${ports.app}`);
  });

  test("tells its status, and is not reset while it runs", async () => {
    const status = start(["status"]);
    expect(await status.code).toBe(0);
    expect(status.output()).toContain(`http://localhost:${ports.app}`);
    expect(await refused(["reset"])).toContain("Stop it first");
  });

  test(
    "killed outright, it leaves nobody behind, and starts again with its data and keys",
    async () => {
      const before = environment();
      await query("update public.accounts set name = 'Renamed' where name = 'Northwind'");
      stack.process.kill("SIGKILL");
      await stack.code;
      stack = await running();
      expect(environment()).toEqual(before);
      expect(await query("select name from public.accounts where name in ('Renamed', 'Northwind')")).toEqual([
        { name: "Renamed" },
      ]);
    },
    PATIENCE_MS,
  );

  test("stopped, it ends every part", async () => {
    stack.process.kill("SIGINT");
    expect(await stack.code).toBe(0);
    expect(await allPortsFree()).toBe(true);
    expect(await refused(["status"])).toContain("Nothing runs");
  });
});

describe("what is in the way is named with the way out", () => {
  let other: Server;
  afterAll(() => unlisten(other));

  test("a port that somebody else has", async () => {
    other = createServer();
    await listen(other, ports.mailbox);
    const output = await refused([]);
    expect(output).toContain(`Port ${ports.mailbox}, meant for the mailbox, is taken`);
    expect(output).toContain(`LEDGERLINE_PORT_MAILBOX=${ports.mailbox + 1}`);
    if (process.platform === "linux") expect(output).toContain(`(process ${process.pid})`);
    await until(
      async () => !(await isTaken(ports.postgres)),
      () => "a child was left behind",
    );
  });

  test("half of a real service's keys", async () => {
    expect(await refused([], { STRIPE_SECRET_KEY: "sk_test_real" })).toContain(
      "STRIPE_SECRET_KEY is set, but STRIPE_WEBHOOK_SECRET is missing",
    );
  });

  test("a port that is no number, and a command that does not exist", async () => {
    expect(await refused([], { LEDGERLINE_PORT_STRIPE: "eighty" })).toContain('LEDGERLINE_PORT_STRIPE is "eighty"');
    expect(await refused(["restart"])).toContain("npm run local -- reset");
  });
});
