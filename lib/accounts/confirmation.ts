import { z } from "zod";
import { type UserId, userId } from "@/lib/billing/units";
import { userClient } from "@/lib/supabase/server";

/** What a mailed link is for. `email` is what hosted Supabase may call a sign-up or a magic link. */
export const LINK_TYPES = ["signup", "magiclink", "recovery", "email", "email_change", "invite"] as const;
export type LinkType = (typeof LINK_TYPES)[number];

/** What a mailed link carries. */
export const linkFields = z.object({
  token_hash: z.string().min(1).max(512),
  type: z.enum(LINK_TYPES),
  next: z.string().optional(),
});

/**
 * Turns a mailed link into a session; a link works once.
 * @returns whose it is, or null when it has expired, was used already or never existed
 * @throws AuthError when the auth service cannot be reached
 */
export async function openLink(link: { token_hash: string; type: LinkType }): Promise<UserId | null> {
  const client = await userClient();
  const { data, error } = await client.auth.verifyOtp(link);
  if (error && (error.status === undefined || error.status >= 500)) throw error;
  return data.user ? userId(data.user.id) : null;
}
