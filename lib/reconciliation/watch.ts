import { z } from "zod";
import { raiseAlert, settleAlert, toAlerts } from "@/lib/alerts";
import { urgencyOf, wordsOf } from "@/lib/billing/alerts";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { RpcError, rpc } from "@/lib/supabase/rpc";

/** The tick is late after so long without a call of its cron, which comes every minute. */
export const LATE_AFTER_SECONDS = 300;
const FAILING_AFTER_SECONDS = 900;
const CRON = "cron";
const FAILING = "failing jobs";

/** Notes that the cron itself has called, unlike a visitor's request that ran the jobs in passing. */
export async function noteCron(): Promise<void> {
  await rpc("finish_job", { name: CRON, error: null, progress: "", at: now() });
  await settleAlert({ kind: "tick_late", key: CRON });
}

/** Looks after the cron from where people and Stripe call, since a cron that has stopped cannot say so itself. Answers whether it has. */
export async function noticeLateCron(): Promise<boolean> {
  const { age_seconds: age, is_late: isLate } = await rpc<{ age_seconds: number; is_late: boolean }>("watch_cron", {
    late_after_seconds: LATE_AFTER_SECONDS,
    at: now(),
  });
  if (!isLate) return false;
  const since = new Date(now().getTime() - age * 1000).toISOString().slice(0, 16).replace("T", " ");
  await raiseAlert({ kind: "tick_late", key: CRON, data: { since: `${since} UTC` } });
  return true;
}

const failingSchema = z.record(z.string(), z.number());

/**
 * Tells of a job that has failed at every tick for a quarter of an hour, and settles it when it works again.
 * @param report the jobs of the tick that has just ended
 */
export async function watchFailures(report: ReadonlyArray<{ name: string; error?: string }>): Promise<void> {
  const { progress } = await rpc<{ progress: string | null }>("read_job", { name: FAILING });
  const before = progress ? failingSchema.parse(JSON.parse(progress)) : {};
  const at = now().getTime();
  const after: Record<string, number> = {};
  for (const { name, error } of report) {
    const since = Math.min(before[name] ?? at, at);
    if (error) after[name] = since;
    if (error && at - since >= FAILING_AFTER_SECONDS * 1000)
      await raiseAlert({
        kind: "tick_failed",
        key: name,
        data: { job: `The job "${name}"`, error: error.slice(0, 300) },
      });
    if (!error && before[name] !== undefined) await settleAlert({ kind: "tick_failed", key: name });
  }
  if (Object.keys(before).length + Object.keys(after).length === 0) return;
  await rpc("finish_job", { name: FAILING, error: null, progress: JSON.stringify(after), at: now() });
}

/** Raises and settles what the tables themselves say: mail that was given up, use that waits for a decision. */
export async function watchTables(): Promise<void> {
  await rpc("watch_tables", { livemode: isLivemode(), at: now() });
}

const MOST = 50;

/**
 * Puts every alert that was opened since the last time into one mail to the founders, the most urgent first. An alert is
 * in one mail, whoever runs this at once.
 * @returns how many alerts were mailed
 * @throws RpcError if the database cannot answer
 */
export async function mailAlerts(): Promise<number> {
  const opened = toAlerts(await rpc("read_new_alerts", { livemode: isLivemode(), most: MOST, at: now() })).sort(
    (one, other) => urgencyOf(one.kind) - urgencyOf(other.kind),
  );
  if (opened.length === 0) return 0;
  const alerts = opened.map((alert) => {
    const words = wordsOf(alert);
    return { ...words, text: alert.accountName ? `${alert.accountName}: ${words.text}` : words.text };
  });
  try {
    await rpc("mail_alerts", { ids: opened.map(({ id }) => id), data: { alerts }, at: now() });
  } catch (error) {
    if (error instanceof RpcError && error.code === "PT409") return 0;
    throw error;
  }
  return opened.length;
}
