import type Stripe from "stripe";
import { env, isLocal } from "@/lib/env";
import type { Setup } from "./account";
import { API_VERSION, stripe } from "./client";

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Where Stripe sends its events. */
export const webhookUrl = (): string => new URL("/api/stripe/webhook", env().APP_URL).href;

/** Whether Stripe can send to an address at all: not to this machine, unless Stripe is the double. */
export const isReachable = (url: string): boolean =>
  env().STRIPE_API_BASE !== undefined || !LOOPBACK.includes(new URL(url).hostname);

/** Every endpoint with this address; there should be one. */
export async function findEndpoints(url: string): Promise<Stripe.WebhookEndpoint[]> {
  const found: Stripe.WebhookEndpoint[] = [];
  for await (const endpoint of stripe().webhookEndpoints.list({ limit: 100 }))
    if (endpoint.url === url) found.push(endpoint);
  return found;
}

/** What an endpoint is not told although it should be. */
export function missingEvents(
  { enabled_events: told }: Pick<Stripe.WebhookEndpoint, "enabled_events">,
  events: readonly string[],
): string[] {
  return told.includes("*") ? [] : events.filter((type) => !told.includes(type));
}

/**
 * Makes the webhook endpoint, or has it send every event it should.
 * @param knownSecret the secret we hold; in local mode an endpoint without it is made anew
 * @returns the new endpoint's secret, or null if it was there already
 */
export async function setUpEndpoint(setup: Setup, knownSecret: string | undefined): Promise<string | null> {
  const { dryRun, say, events, advise } = setup;
  const url = webhookUrl();
  if (!isReachable(url)) {
    advise?.(
      `Stripe cannot reach ${url}, so no webhook endpoint was made. Use: npx stripe listen --all-snapshot --latest ` +
        `--forward-to ${url}, and set STRIPE_WEBHOOK_SECRET to what it prints. Events in another version than ` +
        `${API_VERSION} are ignored.`,
    );
    return null;
  }
  const endpoints = await findEndpoints(url);
  const current = endpoints.find((endpoint) => endpoint.api_version === API_VERSION && endpoint.status === "enabled");
  const stale = endpoints.filter((endpoint) => endpoint !== current || (isLocal() && !knownSecret));
  if (current && !stale.includes(current)) {
    if (missingEvents(current, events).length > 0) {
      say("update the webhook endpoint's list of events");
      if (!dryRun) await stripe().webhookEndpoints.update(current.id, { enabled_events: [...events] });
    }
    if (!knownSecret) advise?.(toldOnce("STRIPE_WEBHOOK_SECRET", `the webhook endpoint ${url}`));
    return null;
  }
  say(`make the webhook endpoint ${url}`);
  if (dryRun) return null;
  const made = await stripe().webhookEndpoints.create({
    url,
    enabled_events: [...events],
    api_version: API_VERSION,
    description: "Ledgerline",
  });
  if (isLocal()) for (const endpoint of stale) await stripe().webhookEndpoints.del(endpoint.id);
  else for (const endpoint of stale) advise?.(`The older endpoint ${endpoint.id} sends to ${url} too: delete it.`);
  return made.secret ?? null;
}

/** What to do about a secret that Stripe told when we were not listening. */
export function toldOnce(setting: string, what: string): string {
  return (
    `${setting} is not set, and Stripe tells the secret of ${what} only when it is made. Copy it from the Dashboard, ` +
    "Developers → Webhooks, or delete it there and run this again."
  );
}
