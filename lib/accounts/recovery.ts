import { createHmac, timingSafeEqual } from "node:crypto";
import type { UserId } from "@/lib/billing/units";
import { env } from "@/lib/env";

/** The cookie that proves that a person came by a recovery link, and may set a password without the old one. */
export const RECOVERY_COOKIE = "recovery";
export const RECOVERY_SECONDS = 15 * 60;

const sign = (text: string) =>
  createHmac("sha256", env().SUPABASE_SECRET_KEY).update(`recovery\n${text}`).digest("base64url");

/** The proof that `user` opened a recovery link just now, good for 15 minutes. */
export function recoveryProof(user: UserId, now: Date): string {
  const text = `${user}.${Math.floor(now.getTime() / 1000) + RECOVERY_SECONDS}`;
  return `${text}.${sign(text)}`;
}

/** Whether `proof` was made for `user` and still holds. */
export function isRecoveryProof(proof: string | undefined, user: UserId, now: Date): boolean {
  const [owner, endsAtSeconds, signature] = proof?.split(".") ?? [];
  if (!owner || !endsAtSeconds || !signature || owner !== user) return false;
  const expected = Buffer.from(sign(`${owner}.${endsAtSeconds}`));
  const given = Buffer.from(signature);
  return (
    given.length === expected.length && timingSafeEqual(given, expected) && Number(endsAtSeconds) * 1000 > now.getTime()
  );
}
