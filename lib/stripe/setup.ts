import { pathToFileURL } from "node:url";
import type Stripe from "stripe";
import { assertCatalogue, checkCatalogue } from "@/lib/billing/check";
import { allOffers, lookupKeyOf } from "@/lib/billing/offers";
import { env, isLocal } from "@/lib/env";
import { EVENT_TYPES } from "@/lib/events/types";
import { costsTheSame, METER_EVENT, neededProducts, priceParams } from "./catalogue";
import { API_VERSION, isLivemode, isMissing, stripe } from "./client";
import { priceMetadata } from "./prices";

interface Setup {
  readonly dryRun: boolean;
  /** Told each thing that was done, or would be. */
  readonly say: (line: string) => void;
}

async function setUpMeter({ dryRun, say }: Setup): Promise<string> {
  for await (const meter of stripe().billing.meters.list({ limit: 100, status: "active" }))
    if (meter.event_name === METER_EVENT) return meter.id;
  say(`make the meter ${METER_EVENT}`);
  if (dryRun) return "mtr_dry_run";
  const meter = await stripe().billing.meters.create({
    display_name: "Credits beyond allowance",
    event_name: METER_EVENT,
    default_aggregation: { formula: "sum" },
    customer_mapping: { type: "by_id", event_payload_key: "stripe_customer_id" },
    value_settings: { event_payload_key: "value" },
  });
  return meter.id;
}

async function setUpProducts({ dryRun, say }: Setup): Promise<void> {
  for (const { id, name, description } of neededProducts()) {
    const existing = await stripe()
      .products.retrieve(id)
      .catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw error;
      });
    if (!existing) {
      say(`make the product ${name}`);
      if (!dryRun) await stripe().products.create({ id, name, ...(description ? { description } : {}) });
    } else if (existing.name !== name || (description ?? null) !== (existing.description ?? null) || !existing.active) {
      say(`update the product ${name}`);
      if (!dryRun) await stripe().products.update(id, { name, active: true, ...(description ? { description } : {}) });
    }
  }
}

async function setUpPrices({ dryRun, say }: Setup, meter: string): Promise<void> {
  for (const offer of allOffers()) {
    const lookupKey = lookupKeyOf(offer);
    const wanted = priceParams(offer, meter);
    const { data } = await stripe().prices.list({
      lookup_keys: [lookupKey],
      limit: 1,
      expand: ["data.currency_options"],
    });
    const [existing] = data;
    const metadata = priceMetadata(offer);
    const same = existing && costsTheSame(existing, wanted);
    if (same && existing.active && Object.entries(metadata).every(([key, value]) => existing.metadata[key] === value))
      continue;
    if (same) {
      say(`update the price ${lookupKey}`);
      if (!dryRun) await stripe().prices.update(existing.id, { active: true, metadata });
      continue;
    }
    say(existing ? `replace the price ${lookupKey}, whose amount has changed` : `make the price ${lookupKey}`);
    if (dryRun) continue;
    await stripe().prices.create({ ...wanted, ...(existing ? { transfer_lookup_key: true } : {}) });
    if (existing) await stripe().prices.update(existing.id, { active: false });
  }
}

const isUnreachable = (url: string) => ["localhost", "127.0.0.1"].includes(new URL(url).hostname);

async function findEndpoints(url: string): Promise<Stripe.WebhookEndpoint[]> {
  const found: Stripe.WebhookEndpoint[] = [];
  for await (const endpoint of stripe().webhookEndpoints.list({ limit: 100 }))
    if (endpoint.url === url) found.push(endpoint);
  return found;
}

/** Answers the new endpoint's secret, or null if the endpoint was there already and its secret is known or kept. */
async function setUpEndpoint({ dryRun, say }: Setup, knownSecret: string | undefined): Promise<string | null> {
  const url = new URL("/api/stripe/webhook", env().APP_URL).href;
  if (isUnreachable(url) && !env().STRIPE_API_BASE) {
    say(`leave out the webhook endpoint: Stripe cannot reach ${url}. Use: stripe listen --forward-to ${url}`);
    return null;
  }
  const endpoints = await findEndpoints(url);
  const current = endpoints.find((endpoint) => endpoint.api_version === API_VERSION && endpoint.status === "enabled");
  const stale = endpoints.filter((endpoint) => endpoint !== current || (isLocal() && !knownSecret));
  if (current && !stale.includes(current)) {
    const missing = EVENT_TYPES.some((type) => !current.enabled_events.includes(type));
    if (missing) {
      say("update the webhook endpoint's list of events");
      if (!dryRun) await stripe().webhookEndpoints.update(current.id, { enabled_events: [...EVENT_TYPES] });
    }
    return null;
  }
  say(`make the webhook endpoint ${url}`);
  if (dryRun) return null;
  const made = await stripe().webhookEndpoints.create({
    url,
    enabled_events: [...EVENT_TYPES],
    api_version: API_VERSION,
    description: "Ledgerline",
  });
  if (isLocal()) for (const endpoint of stale) await stripe().webhookEndpoints.del(endpoint.id);
  return made.secret ?? null;
}

/**
 * Makes or updates at Stripe what plans.ts needs: products, prices, the meter, the webhook endpoint. Doing it again
 * changes nothing.
 * @param knownSecret the webhook secret we hold; in local mode an endpoint without it is made anew
 * @returns the secret of a webhook endpoint that was made now, which Stripe never tells again
 * @throws Error when plans.ts makes no sense or Stripe refuses
 */
export async function setUpStripe(setup: Setup, knownSecret?: string): Promise<{ webhookSecret: string | null }> {
  assertCatalogue();
  const meter = await setUpMeter(setup);
  await setUpProducts(setup);
  await setUpPrices(setup, meter);
  return { webhookSecret: await setUpEndpoint(setup, knownSecret) };
}

async function main(args: string[]): Promise<void> {
  const dryRun = args.includes("--dry-run");
  const unknown = args.filter((arg) => arg !== "--dry-run" && arg !== "--live");
  if (unknown.length > 0) throw new Error(`${unknown.join(" ")} is not an option; there are --dry-run and --live.`);
  if (isLivemode() && !args.includes("--live"))
    throw new Error("STRIPE_SECRET_KEY is a live key. Add --live if you mean to change what real customers can buy.");
  for (const warning of checkCatalogue().warnings) process.stderr.write(`Warning: ${warning}\n`);
  let changes = 0;
  const say = (line: string) => {
    changes += 1;
    process.stderr.write(`${dryRun ? "Would " : ""}${line}\n`);
  };
  const { webhookSecret } = await setUpStripe({ dryRun, say }, process.env.STRIPE_WEBHOOK_SECRET);
  if (changes === 0) process.stderr.write("Stripe has everything already.\n");
  const secret = webhookSecret ?? (isLocal() ? process.env.STRIPE_WEBHOOK_SECRET : undefined);
  if (secret) process.stdout.write(`STRIPE_WEBHOOK_SECRET=${secret}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
