import type { Environment } from "./environment.ts";

const EVERY_MS = 10_000;

/**
 * Calls the app's `api/jobs` every ten seconds, as a cron does in production. An app that does not run is left alone;
 * one that answers with an error is reported, once until it changes.
 *
 * @returns the function that stops it
 */
export function startTick(environment: Environment): () => Promise<void> {
  let last = "";
  let under: Promise<void> = Promise.resolve();
  const abort = new AbortController();
  const tick = async () => {
    const outcome = await runJobs(environment, abort.signal);
    if (outcome !== last && outcome !== "") process.stderr.write(`The job tick failed: ${outcome}\n`);
    last = outcome;
  };
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    under = tick().finally(() => {
      isBusy = false;
    });
  }, EVERY_MS);
  return async () => {
    clearInterval(timer);
    abort.abort();
    await under;
  };
}

async function runJobs(environment: Environment, signal: AbortSignal): Promise<string> {
  const address = new URL("/api/jobs", `http://127.0.0.1:${environment.PORT}`);
  const answer = await fetch(address, {
    method: "POST",
    headers: { authorization: `Bearer ${environment.JOBS_SECRET}` },
    signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
  }).catch(() => null);
  if (!answer || answer.ok) return "";
  const words = answer.headers.get("content-type")?.includes("json") ? ` ${(await answer.text()).slice(0, 300)}` : "";
  return `${address.pathname} answered ${answer.status}${words}`;
}
