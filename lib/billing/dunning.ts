import type { Collection } from "./collection";
import type { DunningStage, SubscriptionStatus } from "./standing";

/** The stages in their order; a case only ever moves to the right. */
export const STAGES: readonly DunningStage[] = ["retrying", "warned", "downgraded", "suspended"];

/** An invoice of an account that is owed now, as Stripe has it. */
export interface UnpaidInvoice {
  readonly id: string;
  /** Automatic attempts to collect it, by Stripe's count, which tries by a person do not raise. */
  readonly attempts: number;
  /** Payable by a due date instead of charged by itself: attempts say nothing, and the clock starts with that date. */
  readonly onTerms: boolean;
  /** When the first attempt failed, or when it was due. */
  readonly failedAt: Date;
  /** The bank has said never to what the account pays with now. */
  readonly isRefusedForGood: boolean;
  /** The bank wants to see the customer (3D Secure). */
  readonly needsAction: boolean;
  readonly collection: Collection;
  readonly isUncollectible: boolean;
  /** A payment is under way, and may yet arrive. */
  readonly isProcessing: boolean;
}

/** What became of an invoice of a case that is no longer owed. */
export type SettledAs = "paid" | "void";

/** What Stripe says about the debts of an account now. */
export interface DunningFacts {
  readonly unpaid: readonly UnpaidInvoice[];
  /** Invoices of the open case that have been paid or voided, ever. */
  readonly settled: readonly SettledAs[];
  readonly subscription: { readonly status: SubscriptionStatus; readonly collectionPaused: boolean } | null;
  readonly customerDeleted: boolean;
}

/** An open case as it is stored. */
export interface DunningCase {
  readonly stage: DunningStage;
  readonly openedAt: Date;
  /** Since when the clock stands still; null while it runs. */
  readonly pausedAt: Date | null;
  /** How long it has stood still before, in milliseconds. */
  readonly pausedMs: number;
  /** When Stripe was last asked; the clock was seen running, or standing, then. */
  readonly askedAt: Date;
}

/** Days since the first failed payment, or since the due date of an invoice on terms. */
export interface DunningDays {
  readonly warnAfterDays: number;
  readonly downgradeAfterDays: number;
  readonly suspendAfterDays: number;
}

export type DunningOutcome = "paid" | "forgiven" | "lost";

/** What is to be done about the debts of an account now. */
export type DunningStep =
  | { readonly kind: "nothing" }
  | {
      readonly kind: "stand";
      /** The case as it is from now on. */
      readonly next: DunningCase;
      /** Stages entered by this step, whose effects are due. */
      readonly entered: readonly DunningStage[];
      /** The one stage that is told of by mail: the last of several entered at once. */
      readonly told: DunningStage | null;
      /** When the clock alone brings the next stage; null after the last one, and while the clock stands still. */
      readonly nextStageAt: Date | null;
    }
  | { readonly kind: "close"; readonly outcome: DunningOutcome };

const DAY_MS = 86_400_000;
const GONE: ReadonlyArray<SubscriptionStatus | undefined> = ["canceled", "incomplete_expired", undefined];

const rank = (stage: DunningStage) => STAGES.indexOf(stage);
const furthest = (stages: readonly DunningStage[]): DunningStage =>
  stages.reduce((most, stage) => (rank(stage) > rank(most) ? stage : most), "retrying");

function byAttempts(attempts: number): DunningStage {
  if (attempts >= 3) return "downgraded";
  return attempts === 2 ? "warned" : "retrying";
}

const daysUntil = (days: DunningDays): Record<DunningStage, number> => ({
  retrying: 0,
  warned: days.warnAfterDays,
  downgraded: days.downgradeAfterDays,
  suspended: days.suspendAfterDays,
});

function byClock(runMs: number, days: DunningDays): DunningStage {
  const after = daysUntil(days);
  return furthest(STAGES.filter((stage) => runMs >= after[stage] * DAY_MS));
}

/** How long the clock of a case has run at a time. */
export function clockOf(open: DunningCase, now: Date): number {
  const stood = open.pausedMs + (open.pausedAt ? Math.max(0, now.getTime() - open.pausedAt.getTime()) : 0);
  return Math.max(0, now.getTime() - open.openedAt.getTime() - stood);
}

/** When the clock of a case alone brings a stage; null while it stands still. */
export function stageDueAt(open: DunningCase, stage: DunningStage, days: DunningDays): Date | null {
  if (open.pausedAt) return null;
  return new Date(open.openedAt.getTime() + open.pausedMs + daysUntil(days)[stage] * DAY_MS);
}

/** The clock stands still while collection is paused, or while a person keeps Stripe from trying every invoice. */
function standsStill({ unpaid, subscription }: DunningFacts): boolean {
  if (GONE.includes(subscription?.status) || subscription?.status === "unpaid") return false;
  if (subscription?.collectionPaused) return true;
  return (
    unpaid.length > 0 && unpaid.every(({ collection, isUncollectible }) => collection === "stopped" && !isUncollectible)
  );
}

/** Whether Stripe will try an invoice again by itself with what the account pays with now. */
export const isRetried = ({ collection, isRefusedForGood, onTerms }: UnpaidInvoice): boolean =>
  collection === "running" && !isRefusedForGood && !onTerms;

function byInvoice(invoice: UnpaidInvoice, paused: boolean): DunningStage {
  if (invoice.isUncollectible) return "downgraded";
  if (invoice.onTerms) return "retrying";
  const isOver = !isRetried(invoice) && invoice.collection !== "stopped" && !paused && !invoice.isProcessing;
  return furthest([byAttempts(invoice.attempts), isOver ? "warned" : "retrying"]);
}

function bySubscription(status: SubscriptionStatus | undefined): DunningStage {
  return status === "unpaid" || GONE.includes(status) ? "downgraded" : "retrying";
}

function openedBy({ unpaid }: DunningFacts, open: DunningCase | null, now: Date): Date {
  const failed = unpaid.map(({ failedAt }) => Math.min(failedAt.getTime(), now.getTime()));
  return new Date(Math.min(open?.openedAt.getTime() ?? now.getTime(), ...failed));
}

/** The clock of the case now. One that is found standing has stood since Stripe was last asked, for all we know. */
function paused(open: DunningCase | null, openedAt: Date, isStill: boolean, now: Date): DunningCase {
  const before = {
    stage: open?.stage ?? ("retrying" as const),
    openedAt,
    pausedMs: open?.pausedMs ?? 0,
    askedAt: now,
  };
  const since = open?.pausedAt ?? null;
  if (isStill) return { ...before, pausedAt: since ?? open?.askedAt ?? openedAt };
  const stood = since ? Math.max(0, now.getTime() - since.getTime()) : 0;
  return { ...before, pausedMs: before.pausedMs + stood, pausedAt: null };
}

/**
 * The next step of dunning, from what Stripe says now and never from what an event claims: asked twice, or late, or in
 * any order, the same state gives the same stage. The stage is the furthest of what attempts, the clock, the invoices
 * and the subscription say, and never goes back while the case is open. While the only payment is under way nothing
 * moves. A case is closed as paid if any of its invoices was paid, forgiven if all were voided, lost if Stripe has the
 * customer no more.
 * @param open the account's open case, or null
 * @param days the policy's, or those of an enterprise's terms
 */
export function nextDunningStep(
  open: DunningCase | null,
  facts: DunningFacts,
  days: DunningDays,
  now: Date,
): DunningStep {
  const { unpaid, settled, subscription } = facts;
  if (facts.customerDeleted) return open ? { kind: "close", outcome: "lost" } : { kind: "nothing" };
  if (unpaid.length === 0 && subscription?.status !== "unpaid") {
    if (!open) return { kind: "nothing" };
    return { kind: "close", outcome: settled.includes("paid") ? "paid" : "forgiven" };
  }
  const isStill = standsStill(facts);
  const clock = paused(open, openedBy(facts, open, now), isStill, now);
  const isUnderWay = unpaid.length > 0 && unpaid.every(({ isProcessing }) => isProcessing);
  if (!open && isUnderWay) return { kind: "nothing" };
  const stage = isUnderWay
    ? clock.stage
    : furthest([
        clock.stage,
        bySubscription(subscription?.status),
        ...unpaid.map((invoice) => byInvoice(invoice, isStill)),
        byClock(clockOf(clock, now), days),
      ]);
  const next = { ...clock, stage };
  const entered = STAGES.slice(open ? rank(open.stage) + 1 : 0, rank(stage) + 1);
  const following = STAGES[rank(stage) + 1];
  return {
    kind: "stand",
    next,
    entered,
    told: entered.at(-1) ?? null,
    nextStageAt: following ? stageDueAt(next, following, days) : null,
  };
}
