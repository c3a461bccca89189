import { env, isLocal } from "@/lib/env";

/** Whether there is a clock to move: local mode, with the local Stripe and the file that both read the time from. */
export function hasTimeMachine(): boolean {
  const { STRIPE_API_BASE, LEDGERLINE_CLOCK_FILE } = env();
  return isLocal() && STRIPE_API_BASE !== undefined && LEDGERLINE_CLOCK_FILE !== undefined;
}

/** The local Stripe refused, or does not run. Its message is meant for the person at the toolbar. */
export class DoubleError extends Error {
  override name = "DoubleError";
}

/**
 * Asks one of the local Stripe's doors for tests, `/_double/<door>`.
 * @param body sent by POST; without it the door is read
 * @throws DoubleError with what the double says against it
 */
export function askDouble<T>(door: string, body?: object): Promise<T> {
  const posted = body ? { method: "POST", body: JSON.stringify(body) } : {};
  return ask<T>(`/_double/${door}`, posted);
}

/** Reads a list of Stripe's API, at most `most` objects, as it is written on the wire. */
export async function listOfDouble<T extends { id: string }>(
  path: string,
  query: Record<string, string>,
  most = 500,
): Promise<T[]> {
  const found: T[] = [];
  for (let more = true; more && found.length < most; ) {
    const last = found.at(-1);
    const search = new URLSearchParams({ limit: "100", ...query, ...(last ? { starting_after: last.id } : {}) });
    const page = await ask<{ data: T[]; has_more: boolean }>(`/v1/${path}?${search}`, {
      headers: { authorization: `Bearer ${env().STRIPE_SECRET_KEY}` },
    });
    found.push(...page.data);
    more = page.has_more;
  }
  return found;
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  if (!hasTimeMachine()) throw new DoubleError("There is no local Stripe to ask.");
  const answer = await fetch(new URL(path, env().STRIPE_API_BASE), { ...init, cache: "no-store" }).catch(() => null);
  if (!answer) throw new DoubleError("The local Stripe does not answer. Is npm run dev still running?");
  const result = (await answer.json()) as T & { error?: { message?: string } };
  if (!answer.ok) throw new DoubleError(result.error?.message ?? `The local Stripe answered ${answer.status}.`);
  return result;
}
