import { createHmac } from "node:crypto";
import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import { rpc } from "@/lib/supabase/rpc";

export interface Limit {
  /** What is tried: the name of the limit in the database. */
  scope: string;
  most: number;
  windowSeconds: number;
}

/** How often a person or an address on the network may try something. One place, for the founder who tunes them. */
export const limits = {
  signIn: { scope: "sign-in", most: 10, windowSeconds: 15 * 60 },
  signInFromAddress: { scope: "sign-in-address", most: 100, windowSeconds: 15 * 60 },
  signUpFromAddress: { scope: "sign-up-address", most: 20, windowSeconds: 60 * 60 },
  mail: { scope: "mail", most: 5, windowSeconds: 15 * 60 },
  mailFromAddress: { scope: "mail-address", most: 30, windowSeconds: 60 * 60 },
  password: { scope: "password", most: 10, windowSeconds: 15 * 60 },
  checkout: { scope: "checkout", most: 20, windowSeconds: 10 * 60 },
  portal: { scope: "portal", most: 20, windowSeconds: 10 * 60 },
  plan: { scope: "plan", most: 20, windowSeconds: 10 * 60 },
  overageCap: { scope: "overage-cap", most: 20, windowSeconds: 10 * 60 },
} as const satisfies Record<string, Limit>;

export type Attempt = { ok: true } | { ok: false; retryAfterSeconds: number; message: string };

/** "Too many tries. You can try again in 4 minutes." */
export function tooManyTries(retryAfterSeconds: number): string {
  const minutes = Math.ceil(retryAfterSeconds / 60);
  const wait =
    retryAfterSeconds < 60
      ? `${retryAfterSeconds} ${retryAfterSeconds === 1 ? "second" : "seconds"}`
      : `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  return `Too many tries. You can try again in ${wait}.`;
}

function hashOf(limit: Limit, subject: string): string {
  return createHmac("sha256", env().SUPABASE_SECRET_KEY).update(`${limit.scope}\n${subject}`).digest("hex");
}

/**
 * Takes one of the attempts that `subject` has under a limit, across all instances of the app.
 * @param subject whom it counts for, such as an email address or an account's id; only a keyed hash of it is stored
 * @returns a refusal with when to try again, in seconds and in words
 * @throws RpcError when the database cannot be asked
 */
export async function takeAttempt(limit: Limit, subject: string, at: Date = now()): Promise<Attempt> {
  const answer = await rpc<{ ok: boolean; retry_after_seconds: number }>("take_attempt", {
    scope: limit.scope,
    subject_hash: hashOf(limit, subject),
    most: limit.most,
    window_seconds: limit.windowSeconds,
    at,
  });
  if (answer.ok) return { ok: true };
  return {
    ok: false,
    retryAfterSeconds: answer.retry_after_seconds,
    message: tooManyTries(answer.retry_after_seconds),
  };
}

/**
 * Gives a subject its attempts back, once it has shown that it is no guesser.
 * @throws RpcError when the database cannot be asked
 */
export async function forgetAttempts(limit: Limit, subject: string): Promise<void> {
  await rpc("forget_attempts", { scope: limit.scope, subject_hash: hashOf(limit, subject) });
}

/**
 * Takes one attempt under each limit, and stops at the first that refuses. A null subject is not limited.
 * @throws RpcError when the database cannot be asked
 */
export async function takeAttempts(attempts: Array<[Limit, string | null]>): Promise<Attempt> {
  for (const [limit, subject] of attempts) {
    if (subject === null) continue;
    const attempt = await takeAttempt(limit, subject);
    if (!attempt.ok) return attempt;
  }
  return { ok: true };
}

const LOOPBACK = /^(::1|127\.|::ffff:127\.)/;

/**
 * Where a request comes from, as the nearest reverse proxy saw it: what a visitor writes in front of that is not believed.
 * @returns null for this machine itself, behind which everybody or nobody may stand
 */
export function addressOf(headers: Pick<Headers, "get">): string | null {
  const address = headers.get("x-real-ip") ?? headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  return !address || LOOPBACK.test(address) ? null : address;
}
