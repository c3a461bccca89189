import { randomBytes, randomInt } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A new id in Stripe's manner: newId("cus") → "cus_" and 24 letters and digits. */
export function newId(prefix: string): string {
  return `${prefix}_${letters(24)}`;
}

/** Random letters and digits. */
export function letters(length: number): string {
  let text = "";
  for (let at = 0; at < length; at++) text += ALPHABET[randomInt(ALPHABET.length)];
  return text;
}

/** A secret for signing webhooks. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(24).toString("base64url").replaceAll(/[-_]/g, "x")}`;
}
