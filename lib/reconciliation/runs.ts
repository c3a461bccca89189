import { randomUUID } from "node:crypto";
import { z } from "zod";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { type Check, type Held, PAGE, type Run } from "./check";
import { possibleChecks } from "./checks";
import { comparePage, type JudgedPage } from "./page";

const DAY_SECONDS = 86_400;
const LEASE_SECONDS = 120;
/** Asking again about one thing takes about a second. */
const MOST_MENDS = 5;
const MOST_SECONDS = 6;

const placeSchema = z.object({
  phase: z.number().int().default(0),
  after: z.string().nullable().default(null),
  /** How many differences of this page were asked about again and are still there. */
  tried: z.number().int().default(0),
});
type Place = z.output<typeof placeSchema>;

interface ClaimedRun {
  id: string;
  check_key: string;
  started_at: string;
  asked_by: "clock" | "admin";
  place: unknown;
}

const daysBefore = (time: Date, days: number) => new Date(time.getTime() - days * DAY_SECONDS * 1000);

/** What is here, page by page; with a run's id only what it has not seen at Stripe. */
export async function readHeld(o: {
  kind: string;
  runId: string | null;
  from: Date | null;
  until: Date;
  after: string;
}): Promise<{ held: Held[]; next: string | null }> {
  const held = await rpc<Held[]>("read_held", {
    livemode: isLivemode(),
    kind: o.kind,
    run_id: o.runId,
    from_at: o.from,
    until_at: o.until,
    after: o.after,
    most: PAGE,
  });
  return { held, next: held.length < PAGE ? null : (held.at(-1)?.id ?? null) };
}

function runOf({ id, started_at }: ClaimedRun): Run {
  const startedAt = new Date(started_at);
  return {
    startedAt,
    since: (days) => daysBefore(startedAt, days),
    unseen: (kind, from, after) => readHeld({ kind, runId: id, from, until: startedAt, after }),
  };
}

/** Where a check goes on after a page: on this page, the next one, the next list, or nowhere. */
export function placeAfter(check: Check, place: Place, page: Pick<JudgedPage, "next" | "again">): Place | null {
  if (page.again !== null) return { ...place, tried: page.again };
  if (page.next !== null) return { phase: place.phase, after: page.next, tried: 0 };
  return place.phase + 1 < check.phases.length ? { phase: place.phase + 1, after: null, tried: 0 } : null;
}

async function savePage(run: ClaimedRun, lease: string, check: Check, place: Place, page: JudgedPage) {
  const next = placeAfter(check, place, page);
  const answer = await rpc<{ ok: boolean; code: string }>("save_reconciliation_page", {
    run_id: run.id,
    lease,
    lease_seconds: LEASE_SECONDS,
    place: next ?? place,
    checked: page.again === null ? page.checked : 0,
    findings: page.findings.map(({ account, isMended, ...finding }) => ({
      ...finding,
      account_id: account,
      is_mended: isMended,
    })),
    seen: page.seen,
    is_last: next === null,
    alert: check.alert,
    at: now(),
  });
  return answer.ok ? next : null;
}

/** Works on one claimed run until it is over or the time is. */
async function workOn(run: ClaimedRun, lease: string, deadline: number): Promise<void> {
  const check = possibleChecks().find(({ key }) => key === run.check_key);
  if (!check) throw new Error(`There is no check ${run.check_key}.`);
  let place: Place | null = placeSchema.parse(run.place);
  do {
    const phase = check.phases[place.phase];
    if (!phase) throw new Error(`The check ${check.key} has no part ${place.phase}.`);
    const page = await comparePage({
      phase,
      after: place.after,
      run: runOf(run),
      mends: MOST_MENDS,
      tried: place.tried,
    });
    place = await savePage(run, lease, check, place, page);
  } while (place && performance.now() < deadline);
  if (place) await rpc("release_reconciliation", { run_id: run.id, lease });
}

/**
 * Compares with Stripe what there is to compare: a step at a time, each check once a day or when an admin asks. What
 * differs and can be asked about again is asked about; what still differs is kept until it is gone, and told. A worker
 * that dies loses one page.
 * @param budget.seconds no further page is begun after so long
 * @returns how many runs were worked on
 * @throws Error if Stripe or the database cannot answer; the page is tried again later
 */
export async function stepChecks({ seconds = MOST_SECONDS } = {}): Promise<number> {
  const deadline = performance.now() + seconds * 1000;
  let worked = 0;
  do {
    const lease = randomUUID();
    const { run } = await rpc<{ run: ClaimedRun | null }>("claim_reconciliation", {
      checks: possibleChecks().map(({ key }) => key),
      livemode: isLivemode(),
      every_seconds: DAY_SECONDS,
      lease,
      lease_seconds: LEASE_SECONDS,
      at: now(),
    });
    if (!run) break;
    try {
      await workOn(run, lease, deadline);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await rpc("fail_reconciliation_page", { run_id: run.id, lease, error: reason, at: now() });
      throw error;
    }
    worked += 1;
  } while (performance.now() < deadline);
  return worked;
}

/**
 * Begins every check that is not under way, because an admin asks; the next ticks work on them.
 * @throws RpcError if the database cannot answer
 */
export async function startChecks(): Promise<void> {
  const checks = possibleChecks().map(({ key }) => key);
  await rpc("start_reconciliation", { checks, livemode: isLivemode(), asked_by: "admin", at: now() });
}
