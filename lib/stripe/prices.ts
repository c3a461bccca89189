import type Stripe from "stripe";
import type { Plan } from "@/lib/billing/catalogue";
import { lookupKeyOf, type Offer, packVersion, planVersion } from "@/lib/billing/offers";
import { idOf, stripe } from "./client";

/** What a price says about itself, written by setup; it stays when the lookup key moves to a newer price. */
export function priceMetadata(offer: Offer): Record<string, string> {
  switch (offer.kind) {
    case "base":
      return { kind: "base", plan: offer.plan.key, version: String(offer.plan.version), interval: offer.interval };
    case "overage":
      return { kind: "overage", plan: offer.plan.key, version: String(offer.plan.version) };
    case "pack":
      return { kind: "pack", pack: offer.pack.key, version: String(offer.pack.version) };
  }
}

/** Whether a price still says what setup wrote on it: without that nobody knows which plan it sells. */
export function saysWhatItIs(price: Pick<Stripe.Price, "metadata">, offer: Offer): boolean {
  return Object.entries(priceMetadata(offer)).every(([key, value]) => price.metadata?.[key] === value);
}

/** What a price of ours stands for; `plan: null` when plans.ts has forgotten the version; null when it is none of ours. */
export type PriceMeaning =
  | { kind: "base"; plan: Plan | null; planKey: string; version: number; interval: "monthly" | "yearly" }
  | { kind: "overage"; plan: Plan | null; planKey: string; version: number }
  | { kind: "pack"; packKey: string; version: number; credits: number | null };

/** Reads what a price means from what setup wrote on it, never from its amount. */
export function meaningOfPrice(price: Pick<Stripe.Price, "metadata">): PriceMeaning | null {
  const { kind, plan: planKey = "", pack: packKey = "", version: text, interval } = price.metadata ?? {};
  const version = Number(text);
  if (!Number.isSafeInteger(version)) return null;
  if (kind === "base" && (interval === "monthly" || interval === "yearly"))
    return { kind, plan: planVersion(planKey, version), planKey, version, interval };
  if (kind === "overage") return { kind, plan: planVersion(planKey, version), planKey, version };
  if (kind === "pack") return { kind, packKey, version, credits: packVersion(packKey, version)?.credits ?? null };
  return null;
}

const known = new Map<string, Promise<PriceMeaning | null>>();

/**
 * What the price of an invoice line or subscription item stands for. Asked of Stripe once per process and price,
 * since what setup wrote on a price is never changed.
 */
export async function meaningOf(price: string | Stripe.Price | null | undefined): Promise<PriceMeaning | null> {
  const id = idOf(price);
  if (!id || !price) return null;
  const remembered = known.get(id);
  if (remembered) return remembered;
  const meaning =
    typeof price === "string" ? stripe().prices.retrieve(price).then(meaningOfPrice) : meaningOfPrice(price);
  const asked = Promise.resolve(meaning);
  known.set(id, asked);
  asked.catch(() => known.delete(id));
  return asked;
}

/** Nothing is sold under a lookup key: setup has not been run since plans.ts was changed, or somebody has archived it. */
export class PriceMissing extends Error {
  override name = "PriceMissing";
  constructor(readonly lookupKey: string) {
    super(`Stripe has no price "${lookupKey}". Run npm run stripe:setup.`);
  }
}

/** What a founder is told of a price that is missing. */
export const missingPriceData = ({ lookupKey }: PriceMissing) => ({
  price: lookupKey,
  text: `Stripe has no active price "${lookupKey}", so it cannot be bought, and plans that need it lack it. Who has it keeps it.`,
  wayOut: "Take it out of the archive in Stripe's Dashboard, or run npm run stripe:setup.",
});

/**
 * The id of the price that is sold under an offer's lookup key.
 * @throws PriceMissing when setup has not been run since plans.ts was changed, or the price was archived
 */
export async function findPrice(offer: Offer): Promise<string> {
  const lookupKey = lookupKeyOf(offer);
  const { data } = await stripe().prices.list({ lookup_keys: [lookupKey], active: true, limit: 1 });
  const [price] = data;
  if (!price) throw new PriceMissing(lookupKey);
  return price.id;
}
