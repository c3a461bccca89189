import Stripe from "stripe";
import { lookupKeyOf } from "@/lib/billing/offers";
import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import {
  countsCredits,
  findMeter,
  isSamePrice,
  METER_EVENT,
  neededOffers,
  neededProducts,
  priceParams,
  reportsOverage,
} from "@/lib/stripe/catalogue";
import { API_VERSION, isLivemode, isMissing, stripe } from "@/lib/stripe/client";
import { findDestinations, THIN_EVENTS, thinUrl } from "@/lib/stripe/destination";
import { findEndpoints, isReachable, missingEvents, webhookUrl } from "@/lib/stripe/endpoint";
import { isForbidden } from "@/lib/stripe/permission";
import { lookAtPortalConfiguration } from "@/lib/stripe/portal";
import { saysWhatItIs } from "@/lib/stripe/prices";
import { lookAtClock } from "./database";
import { type Finding, look, note, ok, problem, wordsOf } from "./finding";

const runSetup = () => (isLivemode() ? "Run npm run stripe:setup -- --live." : "Run npm run stripe:setup.");

/**
 * Stripe: whether it has everything stripe:setup makes, as plans.ts has it now.
 * @param events what the webhook endpoint must be told
 */
export async function lookAtStripe(events: readonly string[]): Promise<Finding[]> {
  const wayOut = "Give a restricted key this permission to read, or try again when Stripe answers.";
  const sections = [
    await look("The meter and the prices could not be read", wayOut, lookAtCatalogue),
    await look("The billing portal could not be read", wayOut, lookAtPortal),
    await look("The webhook endpoints could not be read", wayOut, () => lookAtEndpoint(events)),
    ...(reportsOverage()
      ? [await look("The destinations of thin events could not be read", wayOut, lookAtDestination)]
      : []),
    await lookAtAccount(),
  ];
  return sections.flat();
}

/** Whether Stripe answers our key, in which mode, and at what time. Without that nothing else can be asked. */
export async function lookAtKey(): Promise<Finding[]> {
  try {
    const asked = now();
    const { lastResponse } = await stripe().prices.list({ limit: 1 });
    const theirs = new Date(String(lastResponse.headers.date ?? ""));
    return [
      ok(`Stripe answers in ${isLivemode() ? "live" : "test"} mode, in version ${API_VERSION}.`),
      ...(Number.isNaN(theirs.getTime()) ? [] : lookAtClock("Stripe's", theirs, asked)),
    ];
  } catch (error) {
    if (isForbidden(error)) {
      return [
        problem(
          `The key may not read prices: ${wordsOf(error)}`,
          "Give the restricted key Prices: Read in the Dashboard.",
        ),
      ];
    }
    if (error instanceof Stripe.errors.StripeAuthenticationError) {
      return [
        problem(
          `Stripe does not know the key: ${wordsOf(error)}`,
          "Copy STRIPE_SECRET_KEY anew from Stripe, Developers → API keys; it may have been rolled or cut short.",
        ),
      ];
    }
    return [
      problem(`Stripe does not answer: ${wordsOf(error)}`, "Check STRIPE_SECRET_KEY, and the way to api.stripe.com."),
    ];
  }
}

async function lookAtCatalogue(): Promise<Finding[]> {
  const meter = reportsOverage() ? await findMeter() : null;
  if (reportsOverage() && !meter) return [problem(`Stripe has no active meter "${METER_EVENT}".`, runSetup())];
  const found: Finding[] = [];
  if (meter && !countsCredits(meter))
    found.push(problem(`The meter "${METER_EVENT}" at Stripe counts something else than credits.`, runSetup()));
  for (const { id, name } of neededProducts()) {
    const product = await findProduct(id);
    if (!product) found.push(problem(`Stripe has no product "${name}".`, runSetup()));
    else if (!product.active) found.push(problem(`The product "${name}" is archived at Stripe.`, runSetup()));
  }
  const offers = neededOffers();
  for (const offer of offers) {
    const key = lookupKeyOf(offer);
    const { data } = await stripe().prices.list({ lookup_keys: [key], limit: 1, expand: ["data.currency_options"] });
    const [price] = data;
    if (!price) found.push(problem(`Stripe has no price "${key}".`, runSetup()));
    else if (!price.active) found.push(problem(`The price "${key}" is archived at Stripe.`, runSetup()));
    else if (!isSamePrice(price, priceParams(offer, meter?.id ?? null))) {
      found.push(problem(`The price "${key}" at Stripe is not what plans.ts says.`, runSetup()));
    } else if (!saysWhatItIs(price, offer)) {
      found.push(problem(`The price "${key}" has lost the metadata that say which plan or pack it sells.`, runSetup()));
    }
  }
  if (found.length > 0) return found;
  return [
    ok(`All ${offers.length} prices are at Stripe, with the amounts of plans.ts.`),
    meter
      ? ok("The meter is active.")
      : note("Overage is not reported to Stripe, so there is no meter: policy.overage or METER_SINK says so."),
  ];
}

async function findProduct(id: string): Promise<Stripe.Product | null> {
  try {
    return await stripe().products.retrieve(id);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function lookAtPortal(): Promise<Finding[]> {
  switch (await lookAtPortalConfiguration()) {
    case "missing":
      return [problem("The billing portal has no configuration of ours, so nobody can change a card.", runSetup())];
    case "changed":
      return [
        problem(
          "The billing portal lets customers do something else than setup allowed, such as cancel or change a plan.",
          runSetup(),
        ),
      ];
    case "as wanted":
      return [ok("The billing portal is configured.")];
  }
}

async function lookAtEndpoint(events: readonly string[]): Promise<Finding[]> {
  const url = webhookUrl();
  if (!isReachable(url)) return [note(`Stripe cannot reach ${url}: stripe listen must forward to it.`)];
  const endpoints = await findEndpoints(url);
  const enabled = endpoints.filter(({ status }) => status === "enabled");
  const right = enabled.filter(({ api_version }) => api_version === API_VERSION);
  const [endpoint] = right;
  if (endpoints.length === 0) return [problem(`Stripe has no webhook endpoint for ${url}.`, runSetup())];
  if (enabled.length === 0) {
    return [problem(`The webhook endpoint ${url} is disabled.`, "Enable it in Stripe, Developers → Webhooks.")];
  }
  if (!endpoint) {
    const versions = enabled.map(({ api_version }) => api_version ?? "the account's default").join(", ");
    return [problem(`The webhook endpoint sends version ${versions}, not ${API_VERSION}.`, runSetup())];
  }
  const missing = missingEvents(endpoint, events);
  return [
    missing.length === 0
      ? ok(`The webhook endpoint sends everything to ${url}.`)
      : problem(`The webhook endpoint does not send ${missing.join(", ")}.`, runSetup()),
    ...(enabled.length === 1
      ? []
      : [
          problem(`${enabled.length} webhook endpoints send to ${url}.`, "Delete all but the newest in the Dashboard."),
        ]),
  ];
}

async function lookAtDestination(): Promise<Finding[]> {
  const url = thinUrl();
  if (!isReachable(url)) return [note(`Stripe cannot reach ${url}: stripe listen must forward thin events to it.`)];
  const destinations = await findDestinations(url);
  const current = destinations.find(({ status }) => status === "enabled");
  if (destinations.length === 0) return [problem(`Stripe has no destination of thin events for ${url}.`, runSetup())];
  if (!current) {
    return [
      problem(`The destination of thin events ${url} is disabled.`, "Enable it in Stripe, Developers → Webhooks."),
    ];
  }
  const missing = missingEvents(current, THIN_EVENTS);
  return [
    missing.length === 0
      ? ok(`Stripe says at ${url} what it could not count.`)
      : problem(`The destination of thin events does not send ${missing.join(", ")}.`, runSetup()),
    ...(env().STRIPE_THIN_WEBHOOK_SECRET
      ? []
      : [
          problem(
            "STRIPE_THIN_WEBHOOK_SECRET is not set, so what arrives there is refused.",
            "Copy the secret of that destination from Stripe, Developers → Webhooks.",
          ),
        ]),
  ];
}

/** The account itself, where Stripe lets the key look: a restricted key need not. */
async function lookAtAccount(): Promise<Finding[]> {
  if (env().STRIPE_API_BASE) return [];
  try {
    const account = await stripe().accounts.retrieveCurrent();
    const descriptor = account.settings?.payments.statement_descriptor;
    return [
      descriptor
        ? ok(`Card statements say "${descriptor}".`)
        : problem("There is no statement descriptor.", "Set one in Stripe, Settings → Business → Public details."),
      ...(isLivemode() && !account.charges_enabled
        ? [problem("Stripe does not let this account charge yet.", "Finish its activation in the Dashboard.")]
        : []),
    ];
  } catch (error) {
    return [note(`The statement descriptor could not be read (${wordsOf(error)}). See the list below.`)];
  }
}
