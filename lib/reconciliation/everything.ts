import { now } from "@/lib/clock";
import type { Check, Run } from "./check";
import { possibleChecks } from "./checks";
import { comparePage, type Judged } from "./page";
import { placeAfter, readHeld } from "./runs";

/** What one check has come to. */
export interface Compared {
  readonly check: Check;
  readonly checked: number;
  readonly findings: Judged[];
  /** Why it could not be ended; null if it was. */
  readonly error: string | null;
}

/** A run that is kept nowhere: what it has seen at Stripe it remembers itself. */
function runInMemory(seen: ReadonlySet<string>): Run {
  const startedAt = now();
  return {
    startedAt,
    since: () => null,
    unseen: async (kind, from, after) => {
      const { held, next } = await readHeld({ kind, runId: null, from, until: startedAt, after });
      return { held: held.filter(({ id }) => !seen.has(id)), next };
    },
  };
}

async function compareAll(check: Check, mends: number): Promise<Compared> {
  const seen = new Set<string>();
  const findings: Judged[] = [];
  let checked = 0;
  let place: Parameters<typeof placeAfter>[1] | null = { phase: 0, after: null, tried: 0 };
  const run = runInMemory(seen);
  try {
    while (place) {
      const phase = check.phases[place.phase];
      if (!phase) break;
      const page = await comparePage({ phase, after: place.after, run, mends, tried: place.tried });
      for (const id of page.seen) seen.add(id);
      findings.push(...page.findings);
      checked += page.again === null ? page.checked : 0;
      place = placeAfter(check, place, page);
    }
    return { check, checked, findings, error: null };
  } catch (error) {
    return { check, checked, findings, error: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Compares everything there ever was, page by page, and answers what differs. A check that cannot be ended keeps the
 * others from nothing.
 * @param o.fix whether what differs may be asked about again, as an event would have it done; otherwise nothing is written
 * @param o.only the keys of the checks that are meant; all without
 */
export async function compareEverything(o: { fix: boolean; only?: readonly string[] }): Promise<Compared[]> {
  const results: Compared[] = [];
  for (const check of possibleChecks())
    if (!o.only || o.only.includes(check.key))
      results.push(await compareAll(check, o.fix ? Number.POSITIVE_INFINITY : 0));
  return results;
}

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;

function lineOf(finding: Judged): string {
  const sides = [
    ...(finding.ours === null ? [] : [`    - here    ${finding.ours}`]),
    ...(finding.theirs === null ? [] : [`    + there   ${finding.theirs}`]),
  ];
  const whose = finding.account ? ` (account ${finding.account})` : "";
  const canBeMended = finding.mend ? "" : " A person must look at it.";
  const tail = finding.isMended ? " Mended." : canBeMended;
  return [`  ${finding.rule}`, `    ${finding.text}${whose}${tail}`, ...(finding.isMended ? [] : sides)].join("\n");
}

/** Writes for people what was found. */
export function writeReport(results: readonly Compared[], fix: boolean): string {
  const parts = results.map(({ check, checked, findings, error }) => {
    const head = `${check.title}: ${findings.length === 0 && !error ? check.agrees : plural(findings.length, "difference")}`;
    const lines = findings.map(lineOf);
    return [`${head} (${checked} looked at)`, ...lines, ...(error ? [`  It could not be ended: ${error}`] : [])].join(
      "\n",
    );
  });
  const open = results.flatMap(({ findings }) => findings.filter(({ isMended }) => !isMended));
  const mendable = open.filter(({ mend }) => mend !== null).length;
  const advice =
    mendable > 0 && !fix ? [`${plural(mendable, "difference")} can be mended: npm run stripe:reconcile -- --fix`] : [];
  return [...parts, "", ...advice, isInOrder(results) ? "Everything agrees." : "Not everything agrees."].join("\n");
}

/** Whether nothing is left that differs, and everything could be compared. */
export const isInOrder = (results: readonly Compared[]): boolean =>
  results.every(({ findings, error }) => error === null && findings.every(({ isMended }) => isMended));
