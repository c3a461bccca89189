import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { UserId } from "@/lib/billing/units";
import { env } from "@/lib/env";
import { type OptionalKind, optionalKind } from "./choices";

const sign = (text: string) =>
  createHmac("sha256", env().SUPABASE_SECRET_KEY).update(`unsubscribe\n${text}`).digest("base64url");

const wish = z.tuple([z.uuid().transform((id) => id as UserId), optionalKind]);

/** The token in a mail by which its reader ends mail of this kind without signing in. It holds as long as our secret. */
export function unsubscribeToken(user: UserId, kind: OptionalKind): string {
  const text = `${user}.${kind}`;
  return `${text}.${sign(text)}`;
}

/** Whose token this is and for which kind of mail; null for one that we did not make. */
export function readUnsubscribeToken(token: string | null): { user: UserId; kind: OptionalKind } | null {
  const [user = "", kind = "", signature = "", ...rest] = token?.split(".") ?? [];
  const known = wish.safeParse([user, kind]);
  if (!known.success || rest.length > 0) return null;
  const expected = Buffer.from(sign(`${user}.${kind}`));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  return { user: known.data[0], kind: known.data[1] };
}

/** The page that asks once, and the headers by which a mail program ends it with one press (RFC 8058). */
export function unsubscribeLinks(user: UserId, kind: OptionalKind): { page: string; headers: Record<string, string> } {
  const query = `token=${encodeURIComponent(unsubscribeToken(user, kind))}`;
  const origin = env().APP_URL;
  return {
    page: `${origin}/unsubscribe?${query}`,
    headers: {
      "List-Unsubscribe": `<${origin}/api/unsubscribe?${query}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
  };
}
