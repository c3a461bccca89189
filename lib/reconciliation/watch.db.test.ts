import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GET as askHealth } from "@/app/api/health/route";
import { type BillingScene, openBillingScene } from "@/e2e/database/billing";
import { raiseAlert, readAlerts, settleAlert } from "@/lib/alerts";
import { now } from "@/lib/clock";
import { runJobs, runJobsIfDue } from "@/lib/jobs";
import { rpc } from "@/lib/supabase/rpc";
import { mailAlerts, watchFailures, watchTables } from "./watch";

let scene: BillingScene;
beforeAll(async () => {
  scene = await openBillingScene();
});
afterAll(() => scene.close());
beforeEach(async () => {
  await sql()`truncate public.alerts, public.job_runs, public.mail_outbox cascade`;
});

const sql = () => scene.database.sql;
const open = async (kind: string) => (await readAlerts()).filter((alert) => alert.kind === kind);
const mails = () => sql()<Array<{ data: { alerts: Array<{ title: string }> } }>>`
  select data from public.mail_outbox where audience = 'founders' and kind = 'alerts' order by queued_at`;
/** A minute of real time in which the silence of the cron was known. */
const letAMinutePass = () => sql()`update public.job_runs
  set progress = (progress::timestamptz - interval '61 seconds')::text where name = 'cron' and progress <> ''`;

describe("a cron that has stopped", () => {
  async function stop(): Promise<void> {
    await runJobs({ isCron: true });
    await scene.advance(301);
    await runJobsIfDue();
    await letAMinutePass();
  }

  test("is told by whatever runs the jobs in passing, and settled by its next call", async () => {
    await stop();
    await scene.advance(61);
    await runJobsIfDue();
    expect(await open("tick_late")).toHaveLength(1);
    expect((await mails()).map(({ data }) => data.alerts.map(({ title }) => title))).toEqual([
      ["The job runner has stopped"],
    ]);
    await runJobs({ isCron: true });
    expect(await open("tick_late")).toEqual([]);
  });

  test("is not told of while visitors see a local clock that was just moved", async () => {
    await runJobs({ isCron: true });
    await scene.advance(86_400);
    await runJobsIfDue();
    await runJobsIfDue();
    expect(await open("tick_late")).toEqual([]);
  });

  test("shows to a monitor as 503 with the reason, though visitors keep the jobs going", async () => {
    await runJobs({ isCron: true });
    expect((await askHealth()).status).toBe(200);
    await scene.advance(360);
    await runJobs();
    const answer = await askHealth();
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      ok: false,
      database: "ok",
      reason: "Nothing has called /api/jobs for 6 minutes: mail, renewals and usage wait.",
    });
  });
});

describe("an alert", () => {
  test("goes into one mail with the others of its tick, the most urgent first, and into no second", async () => {
    await raiseAlert({ kind: "mail_bounced", key: "a@example.test", data: { email: "a@example.test" } });
    await raiseAlert({ kind: "dispute_opened", key: "dp_1", data: { payment: "pi_1" } });
    const counts = await Promise.all([mailAlerts(), mailAlerts(), mailAlerts()]);
    expect(counts.filter((count) => count > 0)).toEqual([2]);
    await raiseAlert({ kind: "dispute_opened", key: "dp_1", data: { payment: "pi_1" } });
    expect(await mailAlerts()).toBe(0);
    expect((await mails()).map(({ data }) => data.alerts.map(({ title }) => title))).toEqual([
      ["A customer disputes a payment", "A customer cannot be reached"],
    ]);
  });

  test("that was raised in the same moment as others is on one page of the list, and on one only", async () => {
    const at = now();
    for (const key of ["1", "2", "3", "4", "5"])
      await rpc("raise_alert", { kind: "refund_stuck", key, account_id: null, livemode: false, data: {}, at });
    const seen: string[] = [];
    for (let before: string | null = null; ; before = seen.at(-1) ?? null) {
      const page = await readAlerts({ most: 2, before });
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });

  test("that is settled before the mail goes into none", async () => {
    await raiseAlert({ kind: "refund_stuck", key: "re_1" });
    await settleAlert({ kind: "refund_stuck", key: "re_1" });
    expect(await mailAlerts()).toBe(0);
    expect(await readAlerts({ isOpen: false })).toMatchObject([{ kind: "refund_stuck" }]);
  });

  test("that comes and goes is mailed again only after six hours", async () => {
    const flap = async () => {
      await raiseAlert({ kind: "tick_failed", key: "send mail" });
      const mailed = await mailAlerts();
      await settleAlert({ kind: "tick_failed", key: "send mail" });
      return mailed;
    };
    expect(await flap()).toBe(1);
    await scene.advance(3600);
    expect(await flap()).toBe(0);
    await scene.advance(6 * 3600);
    expect(await flap()).toBe(1);
  });

  test("that came back and stays is mailed once those hours are over, though nothing raises it again", async () => {
    const about = { kind: "webhook_disabled", key: "webhook" } as const;
    await raiseAlert(about);
    expect(await mailAlerts()).toBe(1);
    await settleAlert(about);
    await scene.advance(3600);
    await raiseAlert(about);
    expect(await mailAlerts()).toBe(0);
    await scene.advance(5 * 3600 + 1);
    const counts = await Promise.all([mailAlerts(), mailAlerts()]);
    expect(counts.sort()).toEqual([0, 1]);
    expect(await mailAlerts()).toBe(0);
    expect(await mails()).toHaveLength(2);
  });
});

test("a job is told of once it has failed for a quarter of an hour, and settled when it works again", async () => {
  const failing = [{ name: "send mail", error: "no" }, { name: "report usage" }];
  await watchFailures(failing);
  await scene.advance(600);
  await watchFailures(failing);
  expect(await open("tick_failed")).toEqual([]);
  await scene.advance(301);
  await watchFailures(failing);
  expect(await open("tick_failed")).toMatchObject([{ key: "send mail" }]);
  await watchFailures([{ name: "send mail" }, { name: "report usage" }]);
  expect(await open("tick_failed")).toEqual([]);
});

test("mail that was given up is told of, until it has left", async () => {
  await rpc("queue_founder_mail", { kind: "alerts", key: "lost", data: { alerts: [] }, at: now() });
  await watchTables();
  expect(await open("mail_failing")).toEqual([]);
  await sql()`update public.mail_outbox set next_attempt_at = null, last_error = 'The key is wrong.' where key = 'lost'`;
  await watchTables();
  expect(await open("mail_failing")).toMatchObject([{ data: { count: 1, error: "The key is wrong." } }]);
  await sql()`update public.mail_outbox set sent_at = ${now()} where key = 'lost'`;
  await watchTables();
  expect(await open("mail_failing")).toEqual([]);
});

test("the checks never keep a tick from being idle", async () => {
  await runJobs({ isCron: true });
  await rpc("start_reconciliation", { checks: ["events"], livemode: false, asked_by: "admin", at: now() });
  await sql()`update public.reconciliation_runs set claimed_until = ${new Date(now().getTime() + 60_000)},
    claimed_by = gen_random_uuid() where finished_at is null`;
  const report = await runJobs({ isCron: true });
  expect(report).toMatchObject({ ok: true });
  expect((await runJobs()).idle).toBe(true);
});
