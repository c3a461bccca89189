import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Child, startChild } from "./child.ts";
import type { Environment } from "./environment.ts";
import type { Secrets } from "./secrets.ts";
import { Explained, PROJECT, type Settings } from "./settings.ts";

/**
 * Starts the local Stripe as a child and resolves when it answers. Whenever its clock is moved it has the app do what is
 * due, with the secret of the app's jobs.
 */
export async function startStripe(
  settings: Settings,
  secrets: Secrets,
  jobsSecret: string,
  keep: (child: Child) => Child,
): Promise<void> {
  const child = keep(
    startChild({
      name: "stripe",
      args: ["--import", "tsx", join(PROJECT, "local/stripe/server.ts"), ...stripeArguments(settings, secrets)],
      environment: { ...process.env, JOBS_SECRET: jobsSecret },
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

function stripeArguments({ data, ports }: Settings, secrets: Secrets): string[] {
  const settings = {
    port: String(ports.stripe),
    data: join(data, "stripe"),
    clock: join(data, "clock.json"),
    key: secrets.stripeKey,
    "tick-url": `http://127.0.0.1:${ports.app}/api/jobs`,
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/** Where the local Stripe sends its events. */
export function webhookUrl({ appUrl }: Settings): string {
  return new URL("/api/stripe/webhook", appUrl).href;
}

/** Whether the local Stripe has the webhook endpoint whose secret we keep. */
export function knowsWebhook(settings: Settings, secrets: Secrets): boolean {
  const isKept = secrets.webhookSecret !== undefined && secrets.webhookUrl === webhookUrl(settings);
  return isKept && existsSync(join(settings.data, "stripe"));
}

/**
 * Makes the webhook endpoint before `stripe:setup` does, so that Next can start with its secret at once. Endpoints
 * of an earlier address go.
 *
 * @returns the endpoint's secret
 */
export async function makeWebhook(settings: Settings, secrets: Secrets): Promise<string> {
  const ask = async (method: string, path: string, body?: URLSearchParams) => {
    const answer = await fetch(`http://127.0.0.1:${settings.ports.stripe}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${secrets.stripeKey}` },
      ...(body ? { body } : {}),
    });
    const result: { secret?: string; data?: Array<{ id: string }>; error?: { message: string } } = await answer.json();
    if (!answer.ok) throw new Error(`The local Stripe refused ${method} ${path}: ${result.error?.message}`);
    return result;
  };
  const { data: former = [] } = await ask("GET", "webhook_endpoints?limit=100");
  for (const { id } of former) await ask("DELETE", `webhook_endpoints/${id}`);
  const wanted = { url: webhookUrl(settings), "enabled_events[]": "*", api_version: "2026-10-28.endive" };
  const made = await ask("POST", "webhook_endpoints", new URLSearchParams({ ...wanted, description: "Ledgerline" }));
  if (!made.secret) throw new Error("The local Stripe told no secret of the webhook it made.");
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
      reject(
        new Explained(
          `npm run stripe:setup failed against http://127.0.0.1:${settings.ports.stripe}:\n${words.trim()}`,
        ),
      );
    });
  });
}
