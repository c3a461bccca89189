import type { Interval, Plan, PlanKey } from "@/lib/billing/catalogue";
import { formatDate } from "@/lib/billing/format";
import { basePrice, planOf, planVersion } from "@/lib/billing/offers";
import { accountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { neededOffers } from "@/lib/stripe/catalogue";
import { isLivemode } from "@/lib/stripe/client";
import { findPrice } from "@/lib/stripe/prices";
import { rpc } from "@/lib/supabase/rpc";
import { type Contract, changeContract, readContract } from "./held";
import { priceFollows } from "./planned";
import { planSchedule, releaseSchedule, renewalFrom } from "./schedule";

const PAGE = 100;
const DAY_MS = 86_400_000;

/** What became of one subscriber. */
export interface MovedSubscriber {
  readonly account: string;
  readonly name: string;
  readonly outcome: "planned" | "already_planned" | "not_moved" | "failed";
  /** When the new price takes effect, or why it does not. */
  readonly words: string;
}

export interface PriceMove {
  readonly plan: PlanKey;
  /** The version whose subscribers are moved to the one that is sold now. */
  readonly from: number;
  /** At least so many days lie between the notice and the first renewal at the new price. */
  readonly noticeDays: number;
  /** Says what would happen, and changes and mails nothing. */
  readonly dryRun: boolean;
}

interface Found {
  readonly subscription_id: string;
  readonly account_id: string;
  readonly account_name: string;
}

type Verdict = Pick<MovedSubscriber, "outcome" | "words">;
const stays = (words: string): Verdict => ({ outcome: "not_moved", words });

/** Why a subscriber is not moved, or null. Whoever is leaving or in trouble is not bothered with a price. */
function reasonToStay({ subscription, standing }: Contract, { plan, from }: PriceMove): string | null {
  const { base, cancelAt, schedule, scheduled, pending, status } = subscription;
  if (base?.planKey !== plan || base.version !== from) return "has another plan by now";
  if (standing.terms) return "has terms of its own";
  if (standing.subscription?.endingRequestedAt) return "is being ended";
  if (cancelAt) return `leaves on ${formatDate(cancelAt)}`;
  if (schedule && !schedule.isOurs) return "follows a schedule made elsewhere";
  if (scheduled) return `changes its plan on ${formatDate(scheduled.at)}`;
  if (pending) return "waits for the payment of an upgrade; run this again tomorrow";
  if (status !== "active" && status !== "trialing") return `is ${status}; run this again when it has paid`;
  return null;
}

function mailOf({ subscription }: Contract, former: Plan, plan: Plan, interval: Interval, at: Date) {
  const currency = subscription.raw.currency === "eur" ? "eur" : "usd";
  return {
    planName: plan.name,
    interval,
    formerCents: basePrice(former, interval)?.[currency] ?? 0,
    amountCents: basePrice(plan, interval)?.[currency] ?? 0,
    formerCredits: former.monthlyAllowance,
    credits: plan.monthlyAllowance,
    formerOverageCents: former.overage?.per1000[currency] ?? null,
    overageCents: plan.overage?.per1000[currency] ?? null,
    currency,
    changesAt: at.toISOString(),
  };
}

async function planMove(contract: Contract, move: PriceMove, former: Plan, plan: Plan): Promise<Verdict> {
  const { subscription, account } = contract;
  const reason = reasonToStay(contract, move);
  if (reason) return stays(reason);
  const interval = subscription.base?.interval ?? "monthly";
  if (!basePrice(plan, interval)) return stays(`is paid ${interval}, which the new version is not sold as`);
  const change = priceFollows(subscription.raw.id, plan.version);
  if (subscription.schedule?.raw.metadata?.change === change)
    return { outcome: "already_planned", words: "is planned" };
  const earliest = new Date(now().getTime() + move.noticeDays * DAY_MS);
  const at = renewalFrom(subscription, earliest);
  if (move.dryRun) return { outcome: "planned", words: `from ${formatDate(at)}` };
  const noted = await rpc<{ moves_at: string }>("note_price_move", {
    subscription_id: subscription.raw.id,
    account_id: account,
    plan_key: plan.key,
    from_version: move.from,
    to_version: plan.version,
    moves_at: at,
    mail: mailOf(contract, former, plan, interval, at),
    at: now(),
  });
  const announced = renewalFrom(subscription, new Date(noted.moves_at));
  await releaseSchedule(subscription);
  await planSchedule({ ...subscription, schedule: null }, { plan, interval, at: announced }, change);
  return { outcome: "planned", words: `from ${formatDate(announced)}` };
}

async function moveOne(found: Found, move: PriceMove, former: Plan, plan: Plan): Promise<MovedSubscriber> {
  const who = { account: found.account_id, name: found.account_name };
  const account = accountId(found.account_id);
  try {
    if (move.dryRun) {
      const contract = await readContract(account);
      return { ...who, ...(contract ? await planMove(contract, move, former, plan) : stays("has ended")) };
    }
    const verdict = await changeContract(account, (contract) => planMove(contract, move, former, plan));
    if ("outcome" in verdict) return { ...who, ...verdict };
    return { ...who, outcome: verdict.code === "no_subscription" ? "not_moved" : "failed", words: verdict.message };
  } catch (error) {
    return { ...who, outcome: "failed", words: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Moves the subscribers of a former version of a plan to the one that is sold now: tells each owner by mail, once, and
 * plans the new price for the first renewal that is at least the notice away. Until then they keep what they bought.
 * Running it again changes nothing for whoever was told, and takes up whoever could not be moved before.
 * @returns what became of each
 * @throws Error, before anybody is told, if plans.ts does not know both versions or Stripe lacks a price of the new one;
 * or if the database cannot answer
 */
export async function movePrices(move: PriceMove): Promise<MovedSubscriber[]> {
  const plan = planOf(move.plan);
  const former = planVersion(move.plan, move.from);
  if (!former) throw new Error(`plans.ts has no version ${move.from} of ${plan.name}; keep it among the formerPlans.`);
  if (former.version >= plan.version)
    throw new Error(`${plan.name} is sold in version ${plan.version}, not a later one.`);
  for (const offer of neededOffers()) if (offer.kind !== "pack" && offer.plan === plan) await findPrice(offer);
  const report: MovedSubscriber[] = [];
  for (let after: string | null = null; ; ) {
    const page: Found[] = await rpc<Found[]>("find_version_subscribers", {
      plan_key: move.plan,
      version: move.from,
      livemode: isLivemode(),
      after_id: after,
      most: PAGE,
    });
    for (const found of page) report.push(await moveOne(found, move, former, plan));
    after = page.at(-1)?.subscription_id ?? null;
    if (page.length < PAGE) return report;
  }
}
