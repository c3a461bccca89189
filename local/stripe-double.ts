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

/** Whether the local Stripe has the endpoints whose secrets we keep. */
export function knowsWebhook(settings: Settings, secrets: Secrets): boolean {
  const isKept = secrets.webhookSecret && secrets.thinSecret && secrets.webhookUrl === webhookUrl(settings);
  return Boolean(isKept) && existsSync(join(settings.data, "stripe"));
}

/** The secrets of where the local Stripe sends its events and its thin events. */
export interface EndpointSecrets {
  webhookSecret: string;
  thinSecret: string;
}

const THIN_EVENTS = ["v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"];

/**
 * Makes the webhook endpoint and the destination of thin events before `stripe:setup` does, so that Next can start with
 * their secrets at once. Those of an earlier address go.
 *
 * @returns both secrets
 */
export async function makeWebhook(settings: Settings, secrets: Secrets): Promise<EndpointSecrets> {
  const ask = (method: string, path: string, body?: URLSearchParams | string) =>
    askStripe(settings, secrets, method, path, body);
  for (const path of ["/v1/webhook_endpoints", "/v2/core/event_destinations"]) {
    const { data: former = [] } = await ask("GET", `${path}?limit=100`);
    for (const { id } of former) await ask("DELETE", `${path}/${id}`);
  }
  const url = webhookUrl(settings);
  const wanted = { url, "enabled_events[]": "*", api_version: "2026-10-28.endive", description: "Ledgerline" };
  const { secret: webhookSecret } = await ask("POST", "/v1/webhook_endpoints", new URLSearchParams(wanted));
  const thin = {
    name: "Ledgerline usage",
    type: "webhook_endpoint",
    event_payload: "thin",
    enabled_events: THIN_EVENTS,
    webhook_endpoint: { url: new URL("/api/stripe/thin", settings.appUrl).href },
    include: ["webhook_endpoint.signing_secret"],
  };
  const { webhook_endpoint: made } = await ask("POST", "/v2/core/event_destinations", JSON.stringify(thin));
  const thinSecret = made?.signing_secret;
  if (!webhookSecret || !thinSecret) throw new Error("The local Stripe told no secret of the webhook it made.");
  return { webhookSecret, thinSecret };
}

interface Answer {
  secret?: string;
  webhook_endpoint?: { signing_secret?: string };
  data?: Array<{ id: string }>;
  error?: { message: string };
}

async function askStripe(
  { ports }: Settings,
  { stripeKey }: Secrets,
  method: string,
  path: string,
  body?: URLSearchParams | string,
): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${ports.stripe}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stripeKey}`,
      ...(typeof body === "string" ? { "content-type": "application/json" } : {}),
    },
    ...(body ? { body } : {}),
  });
  const result = (await answer.json()) as Answer;
  if (!answer.ok) throw new Error(`The local Stripe refused ${method} ${path}: ${result.error?.message}`);
  return result;
}

/**
 * Brings products, prices and the webhook at the local Stripe in line with what is sold.
 *
 * @returns the endpoints' secrets that it told
 * @throws Explained with the command's own words when it fails
 */
export function setUpStripe(settings: Settings, environment: Environment): Promise<Partial<EndpointSecrets>> {
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
      if (code === 0) return resolve(toldSecrets(out));
      reject(
        new Explained(
          `npm run stripe:setup failed against http://127.0.0.1:${settings.ports.stripe}:\n${words.trim()}`,
        ),
      );
    });
  });
}

function toldSecrets(out: string): Partial<EndpointSecrets> {
  const webhookSecret = /^STRIPE_WEBHOOK_SECRET=(\S+)$/m.exec(out)?.[1];
  const thinSecret = /^STRIPE_THIN_WEBHOOK_SECRET=(\S+)$/m.exec(out)?.[1];
  return { ...(webhookSecret ? { webhookSecret } : {}), ...(thinSecret ? { thinSecret } : {}) };
}
