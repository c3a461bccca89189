import { policy } from "@/lib/billing/plans";
import { now } from "@/lib/clock";
import { stripe } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import type { ReadSubscription } from "./snapshot";

const HOUR_MS = 3_600_000;

/**
 * Adds the monthly metered item to an active plan that lacks it: one paid by the year, which checkout could not sell
 * with a monthly line, or one bought before overage was sold. Until Stripe has it the plan has no overage. A plan that a
 * schedule manages gets it from there.
 * @returns whether it was asked for now; Stripe's event about it brings the next sync
 * One that somebody has removed at Stripe is added again, an hour after the last time at the earliest.
 * @throws Error if Stripe cannot answer or setup has not been run; asked again, nothing is added twice
 */
export async function addMeteredItem(subscription: ReadSubscription): Promise<boolean> {
  const { raw, base, status, meteredItem } = subscription;
  if (policy.overage !== "metered" || status !== "active" || meteredItem || !base?.plan?.overage) return false;
  if (raw.schedule !== null || raw.cancel_at !== null || raw.cancel_at_period_end || raw.pending_update) return false;
  const price = await findPrice({ kind: "overage", plan: base.plan });
  const hour = Math.floor(now().getTime() / HOUR_MS);
  await stripe().subscriptionItems.create(
    { subscription: raw.id, price, proration_behavior: "none" },
    { idempotencyKey: `metered:${raw.id}:${price}:${hour}` },
  );
  return true;
}
