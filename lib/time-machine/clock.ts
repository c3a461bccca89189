import { now } from "@/lib/clock";
import { findCustomer, findNextRenewal } from "./customer";
import { askDouble } from "./double";
import { readReport } from "./report";
import type { Move, Outcome, Report } from "./state";

const DAY_MS = 86_400_000;
/** A renewal's invoice stays a draft for an hour; five minutes later it has been charged. */
const AFTER_RENEWAL_MS = 65 * 60_000;

interface Walk {
  from: string;
  to: string | null;
}

interface Walks {
  underway: Walk | null;
  report: Report | null;
}

// Pages and route handlers may be built apart, each with modules of its own; the process is what they share.
const KEPT = Symbol.for("ledgerline.time-machine");
const kept = globalThis as typeof globalThis & { [KEPT]?: Walks };

/** Whether the clock is being moved from here, and what happened the last time. */
export function readWalks(): Walks {
  kept[KEPT] ??= { underway: null, report: null };
  return kept[KEPT];
}

/** Forgets what happened the last time. */
export function forgetReport(): void {
  readWalks().report = null;
}

/**
 * Begins to move the clock and answers at once: the local Stripe goes step by step and has the app work at each, which
 * may take some seconds. `readWalks` tells how it goes on.
 * @param account whose next renewal is meant, and whose happenings are told afterwards
 */
export async function startMove(move: Move, account: string | null): Promise<Outcome> {
  const walks = readWalks();
  if (walks.underway) return { ok: false, message: "The clock is already moving." };
  const from = now();
  walks.underway = { from: from.toISOString(), to: null };
  try {
    const target = await targetOf(move, account, from);
    if (!target) {
      walks.underway = null;
      return { ok: false, message: "This account has no subscription that renews. Choose a plan first." };
    }
    walks.underway = { from: from.toISOString(), to: target.toISOString() };
    walks.report = null;
    void walk(from, target, account);
    return { ok: true, message: "The clock moves." };
  } catch (error) {
    walks.underway = null;
    throw error;
  }
}

async function targetOf(move: Move, account: string | null, from: Date): Promise<Date | null> {
  if (move === "day") return new Date(from.getTime() + DAY_MS);
  if (move === "week") return new Date(from.getTime() + 7 * DAY_MS);
  const customer = account ? await findCustomer(account) : null;
  const turn = customer ? await findNextRenewal(customer) : null;
  return turn && new Date(turn.getTime() + AFTER_RENEWAL_MS);
}

async function walk(from: Date, target: Date, account: string | null): Promise<void> {
  const walks = readWalks();
  let problems: string[] = [];
  try {
    const to = new Date(Math.max(target.getTime(), now().getTime() + 1000));
    const answer = await askDouble<{ problems?: string[] }>("clock", { to: to.toISOString() });
    problems = answer.problems ?? [];
  } catch (error) {
    problems = [error instanceof Error ? error.message : String(error)];
  }
  try {
    walks.report = await readReport({ from, to: now(), account, problems });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    walks.report = {
      from: from.toISOString(),
      to: now().toISOString(),
      mine: [],
      others: 0,
      problems: [...problems, message],
    };
  } finally {
    walks.underway = null;
  }
}
