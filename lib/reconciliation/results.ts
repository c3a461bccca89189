import { z } from "zod";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";
import { allChecks, possibleChecks } from "./checks";

const time = z.coerce.date();

const runRow = z
  .object({
    started_at: time,
    finished_at: time.nullable(),
    asked_by: z.enum(["clock", "admin"]),
    checked: z.number(),
    mended: z.number(),
    attempts: z.number(),
    error: z.string().nullable(),
    outcome: z.enum(["agrees", "differs", "failed"]).nullable(),
  })
  .transform((row) => ({
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    askedBy: row.asked_by,
    checked: row.checked,
    mended: row.mended,
    error: row.error,
    outcome: row.outcome,
  }));

const checkRow = z.object({ check: z.string(), newest: runRow, ended: runRow.nullable(), open: z.number() });

export type RunResult = z.output<typeof runRow>;

/** A check as an admin sees it. */
export interface CheckRun {
  readonly key: string;
  readonly title: string;
  readonly agrees: string;
  /** False where it needs DATABASE_URL, which is not set. */
  readonly isPossible: boolean;
  /** The run under way, or null. */
  readonly running: RunResult | null;
  /** The last run that has ended, or null. */
  readonly last: RunResult | null;
  /** How many differences are open. */
  readonly open: number;
}

/**
 * Every check with its last result and whether it is under way.
 * @throws RpcError if the database cannot answer
 */
export async function readChecks(): Promise<CheckRun[]> {
  const rows = z.array(checkRow).parse(await rpc("read_reconciliation", { livemode: isLivemode() }));
  const possible = possibleChecks();
  return allChecks.map((check) => {
    const row = rows.find((found) => found.check === check.key);
    return {
      key: check.key,
      title: check.title,
      agrees: check.agrees,
      isPossible: possible.includes(check),
      running: row && row.newest.finishedAt === null ? row.newest : null,
      last: row?.ended ?? null,
      open: row?.open ?? 0,
    };
  });
}

const findingRow = z
  .object({
    id: z.string(),
    rule: z.string(),
    key: z.string(),
    account_id: z.string().nullable(),
    account_name: z.string().nullable(),
    text: z.string(),
    ours: z.string().nullable(),
    theirs: z.string().nullable(),
    mend: z.unknown().nullable(),
    first_seen_at: time,
    last_seen_at: z.string(),
    mended_at: time.nullable(),
    closed_at: time.nullable(),
    is_open: z.boolean(),
  })
  .transform((row) => ({
    id: row.id,
    rule: row.rule,
    key: row.key,
    account: row.account_id,
    accountName: row.account_name,
    text: row.text,
    ours: row.ours,
    theirs: row.theirs,
    canBeMended: row.mend !== null,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: new Date(row.last_seen_at),
    isMended: row.mended_at !== null,
    isOpen: row.is_open,
    place: `${row.is_open ? 1 : 0}_${row.last_seen_at}_${row.id}`,
  }));

export type CheckFinding = z.output<typeof findingRow>;

/** Reads a place as it stands in an address; null for one that makes no sense. */
function toPlace(place: string | null): { open: boolean; at: string; id: string } | null {
  const [, open, at, id] = /^([01])_(.{10,40})_([0-9a-f-]{36})$/.exec(place ?? "") ?? [];
  if (!open || !at || !id || Number.isNaN(Date.parse(at))) return null;
  return { open: open === "1", at, id };
}

/**
 * A page of what a check has found: open differences first, then what is gone or was mended, newest first.
 * @param o.place where the page before ended, as its last finding says
 * @throws RpcError if the database cannot answer
 */
export async function readFindings(o: { check: string; most: number; place?: string | null }): Promise<CheckFinding[]> {
  return z.array(findingRow).parse(
    await rpc("read_findings", {
      livemode: isLivemode(),
      check_key: o.check,
      most: o.most,
      place: toPlace(o.place ?? null),
    }),
  );
}
