import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Child, startChild } from "./child.ts";
import type { Environment } from "./environment.ts";
import type { Secrets } from "./secrets.ts";
import { Explained, PROJECT, type Settings } from "./settings.ts";

/** Starts the local Stripe as a child and resolves when it answers. */
export async function startStripe(settings: Settings, secrets: Secrets, keep: (child: Child) => Child): Promise<void> {
  const child = keep(
    startChild({
      name: "stripe",
      args: ["--import", "tsx", join(PROJECT, "local/stripe/server.ts"), ...stripeArguments(settings, secrets)],
      environment: process.env,
      data: settings.data,
    }),
  );
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  const address = `http://127.0.0.1:${settings.ports.stripe}/_double/clock`;
  while (!ended) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How `local/stripe/server.ts` is told its port, its data, the clock's file and its key. */
export function stripeArguments({ data, ports }: Settings, secrets: Secrets): string[] {
  const clock = join(data, "clock.json");
  return ["--port", String(ports.stripe), "--data", join(data, "stripe"), "--clock", clock, "--key", secrets.stripeKey];
}

/**
 * Makes the webhook endpoint before `stripe:setup` does, so that Next can start with its secret at once.
 *
 * @returns the endpoint's secret
 */
export async function makeWebhook({ appUrl, ports }: Settings, secrets: Secrets): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${ports.stripe}/v1/webhook_endpoints`, {
    method: "POST",
    headers: { authorization: `Bearer ${secrets.stripeKey}`, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      url: new URL("/api/stripe/webhook", appUrl).href,
      "enabled_events[]": "*",
      api_version: "2026-10-28.endive",
      description: "Ledgerline",
    }),
  });
  const made: { secret?: string; error?: { message: string } } = await answer.json();
  if (!made.secret) throw new Error(`The local Stripe made no webhook endpoint: ${made.error?.message}`);
  return made.secret;
}

/**
 * Brings products, prices and the webhook at the local Stripe in line with what is sold.
 *
 * @returns the webhook's secret that it told, if it did
 * @throws Explained with the command's own words when it fails
 */
export function setUpStripe(settings: Settings, environment: Environment): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(PROJECT, "lib/stripe/setup.ts")], {
      cwd: PROJECT,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let words = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve(/^STRIPE_WEBHOOK_SECRET=(\S+)$/m.exec(out)?.[1]);
      reject(new Explained(`npm run stripe:setup failed against ${settings.ports.stripe}:\n${words.trim()}`));
    });
  });
}
