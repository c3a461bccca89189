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
  /** Nothing of it is still to come. */
  readonly isSpent: boolean;
  /** It only lets overage and an announced price follow the plan that was there when it was made. */
  readonly isFollowUp: boolean;
  readonly next: PlannedPlan | null;
}

const MARK = "ledgerline";
const FOLLOW_UPS = ["overage:", "price:"] as const;

/** The mark of a schedule by which overage follows the plan that is paid. */
export const overageFollows = (subscription: string) => `${FOLLOW_UPS[0]}${subscription}`;
/** The mark of a schedule that brings an announced price. */
export const priceFollows = (subscription: string, version: number) => `${FOLLOW_UPS[1]}${subscription}:${version}`;

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
  const change = raw.metadata?.change ?? "";
  const coming = raw.phases.filter((phase) => phase.start_date > now().getTime() / 1000);
  const read = {
    raw,
    isOurs: raw.metadata?.[MARK] !== undefined || plansNothing(raw),
    isSpent: coming.length === 0,
    isFollowUp: FOLLOW_UPS.some((prefix) => change.startsWith(prefix)),
  };
  for (const phase of coming) {
    const meaning = await baseOf(phase);
    if (!meaning || (meaning.planKey === base?.planKey && meaning.interval === base.interval)) continue;
    const { planKey: plan, version, interval } = meaning;
    return { ...read, next: { plan, version, interval, at: fromSeconds(phase.start_date) } };
  }
  return { ...read, next: null };
}
