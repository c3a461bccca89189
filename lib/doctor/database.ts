import { existsSync, readdirSync } from "node:fs";
import { now } from "@/lib/clock";
import { env, isLocal } from "@/lib/env";
import { isLivemode } from "@/lib/stripe/client";
import { callOverRest, RpcError, rpc } from "@/lib/supabase/rpc";
import { type Finding, look, note, ok, problem, wordsOf } from "./finding";

const LATE_SECONDS = 300;
const SKEW_SECONDS = 5;
/** What private.checked_time in the database refuses. */
const MOST_SKEW_SECONDS = 60;
const MIGRATIONS = "supabase/migrations";

interface Installation {
  now: string;
  migrations: string[] | null;
  test_accounts: number;
}

interface Health {
  tick_finished_at: string | null;
  tick_error: string | null;
  inbox_pending: number;
  inbox_dead: number;
  mail_pending: number;
}

export interface StuckUsage {
  refused: number;
  blocked: number;
  unbillable: number;
  reports_dead: number;
  endings_late: number;
}

/**
 * The database: whether it answers, by both transports, and has every migration; whether the tick runs, what died in the
 * inbox, and whether our clocks agree.
 * @param send reaches the REST transport; tests give one of their own
 */
export async function lookAtDatabase(send: typeof fetch = fetch): Promise<Finding[]> {
  let installation: Installation;
  const asked = now();
  try {
    installation = await rpc<Installation>("read_installation", {});
  } catch (error) {
    return [unreachable(error)];
  }
  return [
    ...lookAtMigrations(installation.migrations),
    ...lookAtLeftOvers(installation.test_accounts, isLivemode()),
    ...lookAtClock("the database's", new Date(installation.now), asked),
    ...(await lookAtRest(send)),
    ...(await look("What waits could not be read", "Apply the migrations: npx supabase db push.", lookAtWork)),
  ];
}

function unreachable(error: unknown): Finding {
  if (error instanceof RpcError && ["PGRST202", "42883"].includes(error.code)) {
    return problem(
      "The database answers, but has not all of supabase/migrations: it lacks read_installation.",
      "Apply them: npx supabase db push.",
    );
  }
  const setting = env().DATABASE_URL ? "DATABASE_URL" : "SUPABASE_URL and SUPABASE_SECRET_KEY";
  return problem(
    `The database does not answer: ${wordsOf(error)}`,
    `Check ${setting}, and whether the project is paused.`,
  );
}

function lookAtMigrations(applied: string[] | null): Finding[] {
  if (!applied) {
    return [note("The database keeps no history of migrations, so what is missing cannot be said. db push keeps one.")];
  }
  if (!existsSync(MIGRATIONS)) {
    return [note(`No folder ${MIGRATIONS} here to compare with; run this from the source.`)];
  }
  const files = readdirSync(MIGRATIONS).filter((file) => file.endsWith(".sql"));
  const missing = files.filter((file) => !applied.includes(file.split("_")[0] ?? "")).sort();
  if (missing.length === 0) return [ok(`The database answers and has all ${files.length} migrations.`)];
  return [
    problem(
      `The database lacks ${missing.length} of ${files.length} migrations: ${missing.join(", ")}.`,
      "Apply them: npx supabase db push.",
    ),
  ];
}

/** Credits bought with play money must not be spent once money is real. The plans of test mode give nothing any more. */
export function lookAtLeftOvers(testAccounts: number, isLive: boolean): Finding[] {
  if (!isLive || testAccounts === 0) return [];
  return [
    problem(
      `The key is live, but ${testAccounts} accounts have credits that were bought in test mode.`,
      "Void them in the SQL editor: select void_test_mode_credits(now()).",
    ),
  ];
}

async function lookAtRest(send: typeof fetch): Promise<Finding[]> {
  if (!env().DATABASE_URL) {
    return [
      note("No DATABASE_URL: the ledger is asked over REST. It works; a direct connection is several times faster."),
    ];
  }
  return look(
    "The direct connection works, but Supabase's REST does not",
    "Check SUPABASE_URL and SUPABASE_SECRET_KEY: sign-in and pages need them.",
    async () => {
      await callOverRest("read_installation", {}, send);
      return [ok("The direct connection and Supabase's REST both answer.")];
    },
  );
}

/** Compares a clock with ours. In local mode they are moved apart on purpose. */
export function lookAtClock(whose: string, theirs: Date, ours: Date): Finding[] {
  if (isLocal()) return [];
  const seconds = Math.round((ours.getTime() - theirs.getTime()) / 1000);
  const apart = Math.abs(seconds);
  if (apart <= SKEW_SECONDS) return [ok(`Our clock and ${whose} agree.`)];
  const text = `Our clock is ${apart} s ${seconds > 0 ? "ahead of" : "behind"} ${whose}.`;
  if (apart < MOST_SKEW_SECONDS) return [note(`${text} From ${MOST_SKEW_SECONDS} s on, writes are refused.`)];
  return [problem(`${text} The database refuses what comes with such a time.`, "Set this machine's clock by NTP.")];
}

async function lookAtWork(): Promise<Finding[]> {
  const health = await rpc<Health>("read_health", {});
  return [
    tickFinding(health),
    health.inbox_dead === 0
      ? ok("No event of Stripe's has been given up.")
      : problem(
          `${health.inbox_dead} of Stripe's events were given up after twelve attempts.`,
          "Read last_error in stripe_events where status = 'dead', mend the cause, then: select replay_stripe_event(id, now()).",
        ),
    ...lookAtUsage(await rpc<StuckUsage>("read_stuck_usage", { at: now() })),
  ];
}

const STUCK: Record<keyof StuckUsage, readonly [text: string, wayOut: string]> = {
  refused: [
    "windows of overage were refused by Stripe, or do not add up with its sums. Nobody is billed for them.",
    "npm run stripe:reconcile names each with its error. Mend the cause, then for each: select decide_meter_row(id, 'send', 'why', now()), or 'count' if Stripe has it, or 'write_off'.",
  ],
  blocked: [
    "windows of overage have waited for two days for a plan to be billed with.",
    "Run npm run stripe:setup, and look at the account's subscription in Stripe: it lacks the metered item.",
  ],
  unbillable: [
    "remainders of overage could not become an invoice item, as is so with a price in tiers.",
    "The tick's error names account and credits. Make the invoice item in Stripe by hand, then: select finish_usage_remainder(remainder_id, 'ii_…', null, 'by hand', now()), with the remainder_id of meter_outbox where state = 'stale'.",
  ],
  reports_dead: [
    "of Stripe's reports about meter events were given up.",
    "Read last_error in stripe_thin_events where status = 'dead', then look at the meter's errors in Stripe: Billing → Meters.",
  ],
  endings_late: [
    "plans were to be ended at once an hour ago, and still run at Stripe.",
    "Read last_error in subscription_endings where closed_at is null, and mend what it names; the tick then goes on.",
  ],
};

/** Usage and plans that wait for a person, each with the way out. */
export function lookAtUsage(stuck: StuckUsage): Finding[] {
  const found = (Object.keys(STUCK) as Array<keyof StuckUsage>).flatMap((kind) =>
    stuck[kind] > 0 ? [problem(`${stuck[kind]} ${STUCK[kind][0]}`, STUCK[kind][1])] : [],
  );
  return found.length > 0 ? found : [ok("No usage waits for a person.")];
}

function tickFinding({ tick_finished_at, tick_error }: Health): Finding {
  const wayOut = "Call /api/jobs every minute: docs/go-live.md says how, for each host.";
  if (tick_finished_at === null)
    return problem("The tick has never run: no mail leaves, no event is worked on.", wayOut);
  const seconds = Math.round((now().getTime() - Date.parse(tick_finished_at)) / 1000);
  if (tick_error) {
    return problem(`The last tick failed: ${tick_error}`, "Mend what it names; the other jobs ran all the same.");
  }
  if (seconds > LATE_SECONDS) return problem(`The last tick ended ${seconds} s ago.`, wayOut);
  return ok(`The tick runs; the last one ended ${Math.max(0, seconds)} s ago.`);
}
