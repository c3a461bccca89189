import { now } from "@/lib/clock";
import { expireCredits } from "@/lib/credits/expiry";
import { advanceDunning } from "@/lib/dunning/advance";
import { sendDueMail } from "@/lib/email/outbox";
import { processPendingEvents } from "@/lib/events/inbox";
import { askAboutCustomer, reconcileCheckouts, reconcileSubscriptions } from "@/lib/events/reconcile";
import { billPeriod, billRemainder, usageIsVisible } from "@/lib/metering/remainder";
import { flushUsage, reportUsage } from "@/lib/metering/report";
import { finishEndings } from "@/lib/subscriptions/ending";
import { grantDueAllowances } from "@/lib/subscriptions/free";
import { mailEndingTrials } from "@/lib/subscriptions/trials";
import { rpc } from "@/lib/supabase/rpc";

async function expireDueCredits(): Promise<void> {
  const { failed } = await expireCredits({ limit: 200 });
  if (failed.length > 0)
    throw new Error(failed.map(({ accountId, message }) => `account ${accountId}: ${message}`).join("; "));
}

/**
 * What a tick runs, in this order. Each is safe to run twice at once and does a bounded amount of work. What needs
 * Stripe comes after what does not, since a Stripe that does not answer may use up the tick's time.
 */
const jobs: ReadonlyArray<readonly [name: string, run: () => Promise<unknown>]> = [
  ["expire credits", expireDueCredits],
  ["grant the free allowance", grantDueAllowances],
  ["send mail", () => sendDueMail()],
  ["process Stripe's events", () => processPendingEvents()],
  ["report usage", () => reportUsage()],
  ["advance dunning", () => advanceDunning(askAboutCustomer)],
  ["finish plans ended at once", () => finishEndings({ flushUsage, usageIsVisible, billRemainder, billPeriod })],
  ["ask about silent checkouts", reconcileCheckouts],
  ["ask about overdue subscriptions", reconcileSubscriptions],
  ["tell of trials that end", mailEndingTrials],
  ["send the mail that followed", () => sendDueMail()],
];

export interface TickReport {
  readonly ok: boolean;
  readonly jobs: ReadonlyArray<{ name: string; ms: number; error?: string }>;
  /** Nothing is left that could be done at this moment: the tick has caught up with the clock. */
  readonly idle: boolean;
}

const TICK = "tick";
const TICK_SECONDS = 60;

/**
 * Runs every job that is due. One that fails does not keep the others from running; its error is in the report and
 * in the health check.
 * @throws RpcError only if the database cannot even note that the tick has ended, or say what is left
 */
export async function runJobs(): Promise<TickReport> {
  const report: Array<{ name: string; ms: number; error?: string }> = [];
  for (const [name, run] of jobs) {
    const started = performance.now();
    const error = await run().then(
      () => undefined,
      (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
    );
    if (error) console.error(`The job "${name}" failed: ${error}`);
    report.push({ name, ms: Math.round(performance.now() - started), ...(error ? { error } : {}) });
  }
  const failed = report.flatMap(({ name, error }) => (error ? [`${name}: ${error}`] : []));
  await rpc("finish_job", { name: TICK, error: failed.join("; ").slice(0, 1000) || null, progress: null, at: now() });
  return { ok: failed.length === 0, jobs: report, idle: await isIdle() };
}

async function isIdle(): Promise<boolean> {
  const waiting = await rpc<Record<string, number>>("read_waiting", { at: now() });
  return Object.values(waiting).every((count) => count === 0);
}

/**
 * Runs the tick if none was begun within a minute, by any server. For `after()`, where no cron comes often enough.
 * @returns the report, or null if it was too early
 */
export async function runJobsIfDue(): Promise<TickReport | null> {
  const { ok } = await rpc<{ ok: boolean }>("claim_job", { name: TICK, every_seconds: TICK_SECONDS, at: now() });
  return ok ? runJobs() : null;
}
