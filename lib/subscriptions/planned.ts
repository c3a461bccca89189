import type Stripe from "stripe";
import type { Interval } from "@/lib/billing/catalogue";
import { now } from "@/lib/clock";
import { fromSeconds, idOf, stripe } from "@/lib/stripe/client";
import { meaningOf, type PriceMeaning } from "@/lib/stripe/prices";

type BaseMeaning = Extract<PriceMeaning, { kind: "base" }>;

/** Another plan that is to begin by itself. */
export interface PlannedPlan {
  readonly plan: string;
  readonly version: number;
  readonly interval: Interval;
  readonly at: Date;
}

/** A schedule that manages a subscription, and the other plan or interval it brings, if any. */
export interface ReadSchedule {
  readonly raw: Stripe.SubscriptionSchedule;
  readonly isOurs: boolean;
  readonly next: PlannedPlan | null;
}

const MARK = "ledgerline";

/** Written on every schedule of ours; `change` is the change it belongs to. */
export const scheduleMetadata = (change: string) => ({ [MARK]: "1", change });

async function baseOf(phase: Stripe.SubscriptionSchedule.Phase): Promise<BaseMeaning | null> {
  for (const { price } of phase.items) {
    const meaning = await meaningOf(idOf(price));
    if (meaning?.kind === "base") return meaning;
  }
  return null;
}

/** One that plans nothing, as it is for the moment between being made from a subscription and being told its phases. */
const plansNothing = ({ phases, metadata, end_behavior: end }: Stripe.SubscriptionSchedule) =>
  phases.length <= 1 && end === "release" && Object.keys(metadata ?? {}).length === 0;

/**
 * Reads the schedule that manages a subscription; null if there is none.
 * @param base what the subscription has now; a new version of the same plan is no other plan
 */
export async function readSchedule(
  subscription: Stripe.Subscription,
  base: BaseMeaning | null,
): Promise<ReadSchedule | null> {
  const id = idOf(subscription.schedule);
  if (!id || subscription.ended_at !== null) return null;
  const raw = await stripe().subscriptionSchedules.retrieve(id);
  const isOurs = raw.metadata?.[MARK] !== undefined || plansNothing(raw);
  const seconds = now().getTime() / 1000;
  for (const phase of raw.phases) {
    if (phase.start_date <= seconds) continue;
    const meaning = await baseOf(phase);
    if (!meaning || (meaning.planKey === base?.planKey && meaning.interval === base.interval)) continue;
    const { planKey: plan, version, interval } = meaning;
    return { raw, isOurs, next: { plan, version, interval, at: fromSeconds(phase.start_date) } };
  }
  return { raw, isOurs, next: null };
}
