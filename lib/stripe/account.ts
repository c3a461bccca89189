import type Stripe from "stripe";
import { assertCatalogue } from "@/lib/billing/check";
import { lookupKeyOf } from "@/lib/billing/offers";
import {
  countsCredits,
  findMeter,
  isSamePrice,
  METER_EVENT,
  neededOffers,
  neededProducts,
  priceParams,
  reportsOverage,
} from "./catalogue";
import { isMissing, stripe } from "./client";
import { setUpDestination } from "./destination";
import { setUpEndpoint } from "./endpoint";
import { withPermission } from "./permission";
import { setUpPortal } from "./portal";
import { priceMetadata, saysWhatItIs } from "./prices";

type EventName = Stripe.WebhookEndpointCreateParams.EnabledEvent;

export type SecretName = "STRIPE_WEBHOOK_SECRET" | "STRIPE_THIN_WEBHOOK_SECRET";

export interface Setup {
  readonly dryRun: boolean;
  /** What the webhook endpoint is to be told. */
  readonly events: readonly EventName[];
  /** Told each thing that was done, or would be. */
  readonly say: (line: string) => void;
  /** Told what a person has to see to. */
  readonly advise?: (line: string) => void;
  /** Told each secret as soon as Stripe has told it, since it never does again and what comes after may fail. */
  readonly tell?: (name: SecretName, secret: string) => void;
}

/** A meter that was switched off is switched on again: a new one would leave every subscriber on the price of the old. */
async function setUpMeter({ dryRun, say }: Setup): Promise<string> {
  const existing = await findMeter();
  if (existing && !countsCredits(existing))
    throw new Error(
      `Stripe's meter "${METER_EVENT}" counts something else: ours sums "value" by "stripe_customer_id". Deactivate ` +
        "it in Stripe, Billing → Meters, and run this again.",
    );
  if (existing) return existing.id;
  const former = await findMeter("inactive");
  if (former && countsCredits(former)) {
    say(`switch the meter ${METER_EVENT} on again`);
    if (!dryRun) await stripe().billing.meters.reactivate(former.id);
    return former.id;
  }
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

async function setUpPrices({ dryRun, say }: Setup, meter: string | null): Promise<void> {
  for (const offer of neededOffers()) {
    const lookupKey = lookupKeyOf(offer);
    const wanted = priceParams(offer, meter);
    const { data } = await stripe().prices.list({
      lookup_keys: [lookupKey],
      limit: 1,
      expand: ["data.currency_options"],
    });
    const [existing] = data;
    const metadata = priceMetadata(offer);
    const same = existing && isSamePrice(existing, wanted);
    if (same && existing.active && saysWhatItIs(existing, offer)) continue;
    if (same) {
      say(`update the price ${lookupKey}`);
      if (!dryRun) await stripe().prices.update(existing.id, { active: true, metadata });
      continue;
    }
    say(existing ? `replace the price ${lookupKey}, which has changed` : `make the price ${lookupKey}`);
    if (dryRun) continue;
    await stripe().prices.create({ ...wanted, ...(existing ? { transfer_lookup_key: true } : {}) });
    if (existing) await stripe().prices.update(existing.id, { active: false });
  }
}

/** The secrets of what was made now. Stripe never tells them again. */
export interface NewSecrets {
  readonly webhookSecret: string | null;
  readonly thinSecret: string | null;
}

/**
 * Makes or updates at Stripe what plans.ts needs: the meter, products, prices, the billing portal, the webhook endpoint
 * and the destination of thin events. Doing it again changes nothing. Without metered overage there is no meter, no
 * metered price and no thin event.
 * @param known the webhook secrets we hold; in local mode an endpoint without its secret is made anew
 * @throws Error when plans.ts makes no sense or Stripe refuses; a permission that the key lacks is named
 */
export async function setUpStripe(
  setup: Setup,
  known: { webhookSecret?: string | undefined; thinSecret?: string | undefined } = {},
): Promise<NewSecrets> {
  assertCatalogue();
  const meter = reportsOverage() ? await withPermission("Meters: Write", () => setUpMeter(setup)) : null;
  await withPermission("Products: Write", () => setUpProducts(setup));
  await withPermission("Prices: Write", () => setUpPrices(setup, meter));
  await withPermission("Customer portal: Write", () => setUpPortal(setup));
  const webhookSecret = await withPermission("Webhook Endpoints: Write", () =>
    setUpEndpoint(setup, known.webhookSecret),
  );
  if (webhookSecret) setup.tell?.("STRIPE_WEBHOOK_SECRET", webhookSecret);
  const thinSecret = reportsOverage()
    ? await withPermission("Event Destinations: Write", () => setUpDestination(setup, known.thinSecret))
    : null;
  if (thinSecret) setup.tell?.("STRIPE_THIN_WEBHOOK_SECRET", thinSecret);
  return { webhookSecret, thinSecret };
}
