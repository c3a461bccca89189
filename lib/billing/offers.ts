import type { Catalogue, Currency, Interval, Pack, PackKey, Plan, PlanKey, Price } from "./catalogue";
import { catalogue as ours } from "./plans";

/** A price of ours at Stripe, named by its lookup key. */
export type Offer =
  | { readonly kind: "base"; readonly plan: Plan; readonly interval: Interval }
  | { readonly kind: "overage"; readonly plan: Plan }
  | { readonly kind: "pack"; readonly pack: Pack };

export const baseLookupKey = (plan: Plan, interval: Interval) => `${plan.key}_${interval}_v${plan.version}`;
export const overageLookupKey = (plan: Plan) => `${plan.key}_overage_v${plan.version}`;
export const packLookupKey = (pack: Pack) => `pack_${pack.key}_v${pack.version}`;

/** The lookup key of an offer: product, interval and version, so that a changed price is another price. */
export function lookupKeyOf(offer: Offer): string {
  switch (offer.kind) {
    case "base":
      return baseLookupKey(offer.plan, offer.interval);
    case "overage":
      return overageLookupKey(offer.plan);
    case "pack":
      return packLookupKey(offer.pack);
  }
}

/** Every price that Stripe must know, former versions too, so that what was sold stays recognized. */
export function allOffers({ plans, formerPlans, packs, formerPacks }: Catalogue = ours): Offer[] {
  return [
    ...[...plans, ...formerPlans].flatMap((plan): Offer[] => [
      ...(plan.base ? [{ kind: "base", plan, interval: "monthly" } as const] : []),
      ...(plan.base?.yearly ? [{ kind: "base", plan, interval: "yearly" } as const] : []),
      ...(plan.overage ? [{ kind: "overage", plan } as const] : []),
    ]),
    ...[...packs, ...formerPacks].map((pack): Offer => ({ kind: "pack", pack })),
  ];
}

/** The offer behind a lookup key, or null if the price is none of ours. */
export function offerOfLookupKey(lookupKey: string | null, from: Catalogue = ours): Offer | null {
  return allOffers(from).find((offer) => lookupKeyOf(offer) === lookupKey) ?? null;
}

/** The plan as it is sold now. @throws if plans.ts has no such plan */
export function planOf(key: PlanKey, { plans }: Catalogue = ours): Plan {
  const plan = plans.find((candidate) => candidate.key === key);
  if (!plan) throw new Error(`plans.ts has no plan "${key}"`);
  return plan;
}

/** The plan in the version that was sold, or null if plans.ts has forgotten it. */
export function planVersion(key: string, version: number, { plans, formerPlans }: Catalogue = ours): Plan | null {
  return [...plans, ...formerPlans].find((plan) => plan.key === key && plan.version === version) ?? null;
}

/** The pack as it is sold now. @throws if plans.ts has no such pack */
export function packOf(key: PackKey, { packs }: Catalogue = ours): Pack {
  const pack = packs.find((candidate) => candidate.key === key);
  if (!pack) throw new Error(`plans.ts has no pack "${key}"`);
  return pack;
}

/** The pack in the version that was sold, or null if plans.ts has forgotten it. */
export function packVersion(key: string, version: number, { packs, formerPacks }: Catalogue = ours): Pack | null {
  return [...packs, ...formerPacks].find((pack) => pack.key === key && pack.version === version) ?? null;
}

/** What a plan costs in advance, in cents; null if it has no price at that interval. */
export function basePrice(plan: Plan, interval: Interval): Price | null {
  return (interval === "monthly" ? plan.base?.monthly : plan.base?.yearly) ?? null;
}

/** An amount of the currency we sell in first. */
export function inOurCurrency(price: Price, { policy }: Catalogue = ours): { cents: number; currency: Currency } {
  return { cents: price[policy.currency], currency: policy.currency };
}
