import type { Task } from "./schedule.ts";

const LONGEST_STEP_SECONDS = 86_400;
const DRAFT_STEP_SECONDS = 600;

/**
 * Where a moving clock stops next: at the next thing that is due, and for an app that works by the clock at least once
 * a day, or every ten minutes while an invoice is a draft that waits to be finalized.
 * @param app whether an app is called after each step
 * @returns milliseconds since 1970, at most `target`
 */
export function nextStop(planned: Task[], now: number, target: number, app: boolean): number {
  const moments = planned.map(({ at }) => at * 1000).filter((at) => at > now);
  const isDraftWaiting = planned.some(({ kind }) => kind === "invoice.finalize");
  const longest = (isDraftWaiting ? DRAFT_STEP_SECONDS : LONGEST_STEP_SECONDS) * 1000;
  return Math.min(target, ...moments, ...(app ? [now + longest] : []));
}
