import type Stripe from "stripe";
import { assertCatalogue } from "@/lib/billing/check";
import { allOffers, lookupKeyOf } from "@/lib/billing/offers";
import { env, isLocal } from "@/lib/env";
import { costsTheSame, METER_EVENT, neededProducts, priceParams } from "./catalogue";
import { API_VERSION, isMissing, stripe } from "./client";
import { priceMetadata } from "./prices";

type EventName = Stripe.WebhookEndpointCreateParams.EnabledEvent;

export interface Setup {
  readonly dryRun: boolean;
  /** What the webhook endpoint is to be told. */
  readonly events: readonly EventName[];
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
async function setUpEndpoint({ dryRun, say, events }: Setup, knownSecret: string | undefined): Promise<string | null> {
  const url = new URL("/api/stripe/webhook", env().APP_URL).href;
  if (isUnreachable(url) && !env().STRIPE_API_BASE) {
    say(`leave out the webhook endpoint: Stripe cannot reach ${url}. Use: stripe listen --forward-to ${url}`);
    return null;
  }
  const endpoints = await findEndpoints(url);
  const current = endpoints.find((endpoint) => endpoint.api_version === API_VERSION && endpoint.status === "enabled");
  const stale = endpoints.filter((endpoint) => endpoint !== current || (isLocal() && !knownSecret));
  if (current && !stale.includes(current)) {
    const missing = events.some((type) => !current.enabled_events.includes(type));
    if (missing) {
      say("update the webhook endpoint's list of events");
      if (!dryRun) await stripe().webhookEndpoints.update(current.id, { enabled_events: [...events] });
    }
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
