import type { Engine } from "./engine.ts";

/** Has the app do what is due by the clock; answers whether nothing is left that it could do now. */
export type Tick = () => Promise<boolean>;

const MOST_TICKS = 50;
const TIMEOUT_MS = 60_000;

/**
 * Lets the app and the double work in turns until neither has anything left to do at this moment.
 * @returns how often the app was called
 * @throws Error when the app fails, or is still not idle after 50 calls
 */
export async function tickUntilIdle(engine: Engine, tick: Tick): Promise<number> {
  for (let ticks = 1; ticks <= MOST_TICKS; ticks++) {
    const before = engine.courier.trips;
    const isIdle = await tick();
    await engine.settle();
    if (isIdle && engine.courier.trips === before) return ticks;
  }
  throw new Error(`the app was not idle after ${MOST_TICKS} ticks at one moment: something in it never gets done`);
}

/** A tick that posts to the app's jobs and reads `idle` from its answer. */
export function tickOver(url: string, secret: string): Tick {
  return async () => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    const { idle, jobs = [] } = readReport(text);
    const failed = jobs.flatMap(({ name, error }) => (error ? [`${name}: ${error}`] : []));
    if (!answer.ok) throw new Error(`${url} answered ${answer.status} ${failed.join("; ") || text.slice(0, 300)}`);
    if (typeof idle !== "boolean") throw new Error(`${url} does not say whether it is idle: ${text.slice(0, 300)}`);
    return idle;
  };
}

interface Report {
  idle?: unknown;
  jobs?: Array<{ name: string; error?: string }>;
}

function readReport(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return {};
  }
}
