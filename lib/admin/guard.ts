import { notFound } from "next/navigation";
import { cache } from "react";
import type { UserId } from "@/lib/billing/units";
import { getSession } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";

/** A platform admin: somebody who may see and mend every account. */
export interface Admin {
  readonly id: UserId;
  readonly email: string;
}

/**
 * The platform admin who asks, or null for everybody else, signed in or not. For route handlers, which answer null with
 * a 404, and for whatever only shows a link. Asked under row level security, once a request.
 * @throws Error when the auth service or the database cannot be reached
 */
export const adminOrNull = cache(async (): Promise<Admin | null> => {
  const session = await getSession();
  if (!session) return null;
  const client = await userClient();
  const { data, error } = await client
    .from("platform_admins")
    .select("user_id")
    .eq("user_id", session.user.id)
    .maybeSingle();
  if (error) throw new Error(`Whether a person is an admin could not be read: ${error.message}`);
  return data ? session.user : null;
});

/**
 * The platform admin who asks; everybody else, signed in or not, gets the page that says there is no such page.
 * Every page and action under /admin asks for itself: a layout does not protect what stands in it.
 * @throws Error when the auth service or the database cannot be reached
 */
export async function requireAdmin(): Promise<Admin> {
  return (await adminOrNull()) ?? notFound();
}
