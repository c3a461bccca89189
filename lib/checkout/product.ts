import { z } from "zod";
import type { Interval, PackKey, PlanKey } from "@/lib/billing/catalogue";
import { basePrice, type Offer, packOf, planOf } from "@/lib/billing/offers";

/** What a person may ask checkout for: a plan with its interval, or a pack. Prices, quantities and trials are ours to say. */
export const checkoutRequest = z.union([
  z.strictObject({
    plan: z.enum(["free", "payg", "starter", "pro", "enterprise"] satisfies PlanKey[]),
    interval: z.enum(["monthly", "yearly"] satisfies Interval[]).default("monthly"),
  }),
  z.strictObject({ pack: z.enum(["small", "medium", "large"] satisfies PackKey[]) }),
]);
export type CheckoutRequest = z.infer<typeof checkoutRequest>;

export type Product =
  | { ok: true; offer: Offer; product: string }
  | { ok: false; code: "not_for_sale"; message: string };

const refuse = (message: string): Product => ({ ok: false, code: "not_for_sale", message });

/** What is sold for a request: the offer, and the product that an account can have only one open checkout for. */
export function productFor(request: CheckoutRequest): Product {
  if ("pack" in request) {
    const pack = packOf(request.pack);
    return { ok: true, offer: { kind: "pack", pack }, product: `pack:${pack.key}` };
  }
  const plan = planOf(request.plan);
  switch (plan.availability) {
    case "included":
      return refuse(`${plan.name} costs nothing: you have it already.`);
    case "coming":
      return refuse(`${plan.name} cannot be bought yet. Choose another plan, or buy credits.`);
    case "talk_to_us":
      return refuse(`${plan.name} is agreed with a person. Write to us and we will set it up.`);
    case "on_sale":
      if (!basePrice(plan, request.interval)) return refuse(`${plan.name} is not sold ${request.interval}.`);
      return { ok: true, offer: { kind: "base", plan, interval: request.interval }, product: "plan" };
  }
}
