import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type Stripe from "stripe";
import { expect } from "vitest";
import { mismatch } from "../schema/check.ts";
import type { TestDouble } from "../test-double.ts";

/**
 * Has Stripe's own command-line tool trigger an event, and checks that it ends well and that every event that arrived
 * is signed and as Stripe declares it.
 * @param rest further arguments, such as `--remove checkout_session:payment_method_types`.
 * @returns the first event of that type.
 */
export async function triggerEvent(bench: TestDouble, type: string, ...rest: string[]): Promise<Stripe.Event> {
  await bench.types();
  bench.caught.length = 0;
  const { code, output } = await runTool(bench, type, rest);
  expect(code, output).toBe(0);
  expect(await bench.types()).toContain(type);
  for (const { body } of bench.caught) expect(mismatch(JSON.parse(body))).toBeUndefined();
  const found = bench.caught.find(({ event }) => event.type === type);
  if (!found) throw new Error(`No event ${type} arrived`);
  return found.event;
}

function runTool(
  { double }: TestDouble,
  type: string,
  rest: string[],
): Promise<{ code: number | null; output: string }> {
  const command = fileURLToPath(new URL("../../../node_modules/.bin/stripe", import.meta.url));
  const home = mkdtempSync(join(tmpdir(), "stripe-cli-"));
  const child = spawn(command, ["trigger", type, "--api-base", double.url, "--api-key", double.key, ...rest], {
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: "1" },
  });
  let output = "";
  const note = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", note);
  child.stderr.on("data", note);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      rmSync(home, { recursive: true, force: true });
      resolve({ code, output });
    });
  });
}
