import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { startChild } from "../local/child.ts";
import { PROJECT, readSettings } from "../local/settings.ts";
import { startStack } from "../local/stack.ts";
import { getBrowser } from "./browser.ts";

// The stories run beside a stack in use: with data and ports of their own, which the environment may change. All are below
// 32768, where no outgoing connection takes one for a moment.
const OWN = {
  LEDGERLINE_DATA: ".local/e2e",
  LEDGERLINE_PORT_APP: "3100",
  LEDGERLINE_PORT_SUPABASE: "12221",
  LEDGERLINE_PORT_POSTGRES: "12222",
  LEDGERLINE_PORT_STRIPE: "12211",
  LEDGERLINE_PORT_MAILBOX: "12212",
};
const NEXT = join(PROJECT, "node_modules/next/dist/bin/next");
const PLAYWRIGHT = join(PROJECT, "node_modules/@playwright/test/cli.js");

for (const [name, value] of Object.entries(OWN)) process.env[name] ??= value;
process.env.NEXT_TELEMETRY_DISABLED = "1";

const browser = await getBrowser();
console.log(`Browser: ${browser.executablePath ?? "Playwright's own"}`);

const { data } = readSettings();
rmSync(data, { recursive: true, force: true });
const stack = await startStack("npm run test:browser");
let passed = false;
try {
  const environment = { ...process.env, ...stack.environment };
  // A build made a moment ago can be used again while a story is being written.
  if (!process.env.E2E_REUSE_BUILD && (await run([NEXT, "build"], environment)) !== 0)
    throw new Error("next build failed.");
  const app = startChild({
    name: "next",
    args: [NEXT, "start", "-H", "127.0.0.1", "-p", String(stack.settings.ports.app)],
    environment,
    data,
    onLine: () => undefined,
  });
  try {
    await answering(`${stack.environment.APP_URL}/api/health`, app.exited);
    passed = (await run([PLAYWRIGHT, "test", ...process.argv.slice(2)], environment)) === 0;
  } finally {
    await app.stop();
  }
} finally {
  await stack.stop();
}
process.exit(passed ? 0 : 1);

/** Runs a command of node beside the stack, whose mailbox and sign-in live in this process, and answers its exit code. */
async function run(args: string[], environment: NodeJS.ProcessEnv): Promise<number | null> {
  const [code] = await once(spawn(process.execPath, args, { stdio: "inherit", env: environment }), "exit");
  return code;
}

/** Resolves when the address answers well. Rejects when the process behind it ends first. */
async function answering(address: string, ended: Promise<number | null>): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The app ended before it answered. Its log is in the data directory.");
}
