import type Stripe from "stripe";
import { env, isLocal } from "@/lib/env";
import type { Setup } from "./account";
import { stripe } from "./client";
import { isReachable, missingEvents, toldOnce } from "./endpoint";

type Destination = Stripe.V2.Core.EventDestination;

/** What Stripe says about usage it took and could then not count. These are thin events: an id to fetch, nothing more. */
export const THIN_EVENTS = ["v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"] as const;

/** Where Stripe sends thin events. */
export const thinUrl = (): string => new URL("/api/stripe/thin", env().APP_URL).href;

/** Every destination of thin events with this address; there should be one. */
export async function findDestinations(url: string): Promise<Destination[]> {
  const found: Destination[] = [];
  for await (const destination of stripe().v2.core.eventDestinations.list({
    include: ["webhook_endpoint.url"],
    limit: 100,
  }))
    if (destination.webhook_endpoint?.url === url && destination.event_payload === "thin") found.push(destination);
  return found;
}

/**
 * Makes the destination of thin events, or has it send every event it should.
 * @param knownSecret the secret we hold; in local mode a destination without it is made anew
 * @returns the new destination's secret, or null if it was there already
 */
export async function setUpDestination(setup: Setup, knownSecret: string | undefined): Promise<string | null> {
  const { dryRun, say, advise } = setup;
  const url = thinUrl();
  if (!isReachable(url)) {
    advise?.(
      `Stripe cannot reach ${url}, so no destination of thin events was made. Use: npx stripe listen --events ` +
        `${THIN_EVENTS.join(",")} --forward-to ${url}, and set STRIPE_THIN_WEBHOOK_SECRET to what it prints.`,
    );
    return null;
  }
  const { eventDestinations } = stripe().v2.core;
  const destinations = await findDestinations(url);
  const current = destinations.find(({ status }) => status === "enabled");
  if (current && (knownSecret || !isLocal())) {
    if (missingEvents(current, THIN_EVENTS).length > 0) {
      say("update the list of thin events");
      if (!dryRun) await eventDestinations.update(current.id, { enabled_events: [...THIN_EVENTS] });
    }
    if (!knownSecret) advise?.(toldOnce("STRIPE_THIN_WEBHOOK_SECRET", `the event destination ${url}`));
    return null;
  }
  say(`make the destination of thin events ${url}`);
  if (dryRun) return null;
  if (isLocal()) for (const stale of destinations) await eventDestinations.del(stale.id);
  const made = await eventDestinations.create({
    name: "Ledgerline usage",
    description: "What Stripe could not count",
    type: "webhook_endpoint",
    event_payload: "thin",
    enabled_events: [...THIN_EVENTS],
    webhook_endpoint: { url },
    include: ["webhook_endpoint.signing_secret"],
  });
  return made.webhook_endpoint?.signing_secret ?? null;
}
