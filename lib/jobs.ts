import { followAddresses } from "@/lib/checkout/address";
import { now } from "@/lib/clock";
import { expireCredits } from "@/lib/credits/expiry";
import { advanceDunning } from "@/lib/dunning/advance";
import { sendDueMail } from "@/lib/email/outbox";
import { processPendingEvents } from "@/lib/events/inbox";
import { askAboutCustomer, reconcileCheckouts, reconcileSubscriptions } from "@/lib/events/reconcile";
import { closeFinanceMonths } from "@/lib/finance/months";
import { billPeriod, billRemainder, usageIsVisible } from "@/lib/metering/remainder";
import { flushUsage, reportUsage } from "@/lib/metering/report";
import { finishPackRefunds } from "@/lib/payments/pack-refund";
import { recoverMissedEvents } from "@/lib/reconciliation/missed-events";
import { stepChecks } from "@/lib/reconciliation/runs";
import { mailAlerts, noteCron, noticeLateCron, watchFailures, watchTables } from "@/lib/reconciliation/watch";
import { finishEndings } from "@/lib/subscriptions/ending";
import { grantDueAllowances } from "@/lib/subscriptions/free";
import { mailReceipts } from "@/lib/subscriptions/receipts";
import { mailRenewals } from "@/lib/subscriptions/renewals";
import { mailEndingTrials } from "@/lib/subscriptions/trials";
import { rpc } from "@/lib/supabase/rpc";
import { mailDigests } from "@/lib/usage/digest";

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
  ["fetch events that were not delivered", () => recoverMissedEvents()],
  ["report usage", () => reportUsage()],
  ["advance dunning", () => advanceDunning(askAboutCustomer)],
  ["finish plans ended at once", () => finishEndings({ flushUsage, usageIsVisible, billRemainder, billPeriod })],
  ["finish refunds of packs", finishPackRefunds],
  ["ask about silent checkouts", reconcileCheckouts],
  ["ask about overdue subscriptions", reconcileSubscriptions],
  ["tell Stripe of new addresses", followAddresses],
  ["tell of trials that end", mailEndingTrials],
  ["close the books of a month", closeFinanceMonths],
];

/** What comes last, once it is known what became of the others. */
const closing: ReadonlyArray<readonly [name: string, run: (before: JobReport[]) => Promise<unknown>]> = [
  ["watch for trouble", (before) => Promise.all([watchTables(), watchFailures(before)])],
  ["tell founders", () => mailAlerts()],
  ["tell of yearly renewals", mailRenewals],
  ["send receipts", mailReceipts],
  ["tell of the month's use", mailDigests],
  ["send the mail that followed", () => sendDueMail()],
];

interface JobReport {
  name: string;
  ms: number;
  error?: string;
}

export interface TickReport {
  readonly ok: boolean;
  readonly jobs: readonly JobReport[];
  /** Nothing is left that could be done at this moment: the tick has caught up with the clock. */
  readonly idle: boolean;
}

const TICK = "tick";
const TICK_SECONDS = 60;

/** A tick has a minute; a step of the checks is not begun in its second half. */
const CHECKS_BEFORE_MS = 30_000;

async function runOne(name: string, run: () => Promise<unknown>): Promise<JobReport> {
  const started = performance.now();
  const error = await run().then(
    () => undefined,
    (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
  );
  if (error) console.error(`The job "${name}" failed: ${error}`);
  return { name, ms: Math.round(performance.now() - started), ...(error ? { error } : {}) };
}

/**
 * Runs every job that is due. One that fails does not keep the others from running; its error is in the report and
 * in the health check, and after a quarter of an hour in a mail to the founders.
 * @param o.isCron whether the cron itself calls, whose silence is told
 * @throws RpcError only if the database cannot even note that the tick has ended, or say what is left
 */
export async function runJobs({ isCron = false } = {}): Promise<TickReport> {
  const begun = performance.now();
  if (isCron) await noteCron();
  const report: JobReport[] = [];
  for (const [name, run] of jobs) report.push(await runOne(name, run));
  if (performance.now() - begun < CHECKS_BEFORE_MS)
    report.push(await runOne("compare with Stripe", () => stepChecks()));
  for (const [name, run] of closing) report.push(await runOne(name, () => run(report)));
  const failed = report.flatMap(({ name, error }) => (error ? [`${name}: ${error}`] : []));
  await rpc("finish_job", { name: TICK, error: failed.join("; ").slice(0, 1000) || null, progress: null, at: now() });
  return { ok: failed.length === 0, jobs: report, idle: await isIdle() };
}

async function isIdle(): Promise<boolean> {
  const waiting = await rpc<Record<string, number>>("read_waiting", { at: now() });
  return Object.values(waiting).every((count) => count === 0);
}

/**
 * Runs the tick if none was begun within a minute, by any server, and tells if the cron has stopped. For `after()`, where
 * no cron comes often enough.
 * @returns the report, or null if it was too early
 */
export async function runJobsIfDue(): Promise<TickReport | null> {
  await noticeLateCron();
  const { ok } = await rpc<{ ok: boolean }>("claim_job", { name: TICK, every_seconds: TICK_SECONDS, at: now() });
  return ok ? runJobs() : null;
}

const LOOK_EVERY_MS = 60_000;
let lookedAtMs = Number.NEGATIVE_INFINITY;

/**
 * Looks after the cron from where people work, at most once a minute in each process: when it has stopped, the founders
 * are told, and the jobs run in passing. For `after()` of pages for people who are signed in.
 */
export async function standInForCron(): Promise<void> {
  if (performance.now() - lookedAtMs < LOOK_EVERY_MS) return;
  lookedAtMs = performance.now();
  if (await noticeLateCron()) await runJobsIfDue();
}
