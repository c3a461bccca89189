import { createHash } from "node:crypto";
import { StripeError } from "./error.ts";
import type { Store } from "./store.ts";

const KEPT_SECONDS = 86_400;

export interface Answer {
  status: number;
  body: string;
  requestId: string;
}
interface KeptAnswer extends Answer {
  id: string;
  fingerprint: string;
  at: number;
}

const table = (store: Store) => store.hidden<KeptAnswer>("_idempotency");

/** What tells two requests with one key apart. */
export function fingerprintOf(method: string, path: string, body: string): string {
  return createHash("sha256").update(`${method} ${path}\n${body}`).digest("hex");
}

/**
 * The answer kept for a key, forgotten after 24 hours.
 * @throws StripeError 400 idempotency_error when the key came with another request before
 */
export function keptAnswer(
  store: Store,
  key: string,
  fingerprint: string,
  path: string,
  now: number,
): Answer | undefined {
  const kept = table(store).get(key);
  if (!kept || kept.at + KEPT_SECONDS <= now) return undefined;
  if (kept.fingerprint === fingerprint) return kept;
  throw new StripeError(400, {
    type: "idempotency_error",
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request (${path}).`,
  });
}

export function keepAnswer(store: Store, key: string, fingerprint: string, now: number, answer: Answer): void {
  table(store).put({ id: key, fingerprint, at: now, ...answer });
}

/** 409: a request with this key is still being worked on. */
export function keyInUse(key: string): StripeError {
  return new StripeError(409, {
    type: "idempotency_error",
    code: "idempotency_key_in_use",
    message: `There is currently another in-progress request using this Idempotent Key (${key}). Please try again later.`,
  });
}

/** Drops the answers whose 24 hours are over. */
export function forgetOldAnswers(store: Store, now: number): void {
  for (const { id } of table(store).list(({ at }) => at + KEPT_SECONDS <= now)) table(store).delete(id);
}
