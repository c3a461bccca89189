import { isAuthRetryableFetchError } from "@supabase/supabase-js";
import type { Route } from "next";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { type AccountId, accountId, type UserId, userId } from "@/lib/billing/units";
import { userClient } from "@/lib/supabase/server";

export type Role = "owner" | "admin" | "member";

export interface SessionAccount {
  id: AccountId;
  name: string;
  kind: "personal" | "team";
  role: Role;
}

export interface Session {
  user: { id: UserId; email: string };
  account: SessionAccount;
  accounts: SessionAccount[];
}

/** The cookie that remembers which account a person acts for. It is a wish: memberships decide. */
export const ACCOUNT_COOKIE = "account";

/** Picks the account a person acts for: the one wished for if they belong to it, else their own, else any. */
export function chooseAccount(accounts: SessionAccount[], wished: string | undefined): SessionAccount | undefined {
  return (
    accounts.find((account) => account.id === wished) ??
    accounts.find((account) => account.kind === "personal") ??
    accounts[0]
  );
}

interface MembershipRow {
  role: Role;
  account: { id: string; name: string; kind: SessionAccount["kind"] };
}

async function readAccounts(client: Awaited<ReturnType<typeof userClient>>, user: UserId): Promise<SessionAccount[]> {
  const { data, error } = await client
    .from("memberships")
    .select("role, account:accounts!inner(id, name, kind)")
    .eq("user_id", user)
    .order("created_at")
    .overrideTypes<MembershipRow[], { merge: false }>();
  if (error) throw new Error(`The accounts of a person could not be read: ${error.message}`);
  return data.map(({ role, account }) => ({
    id: accountId(account.id),
    name: account.name,
    kind: account.kind,
    role,
  }));
}

/**
 * Who is signed in, verified, and for which account they act; null when nobody is.
 * Read once a request, however often it is asked.
 * @throws Error when the auth service or the database cannot be reached
 */
export const getSession = cache(async (): Promise<Session | null> => {
  const client = await userClient();
  const { data, error } = await client.auth.getClaims();
  if (error && (isAuthRetryableFetchError(error) || (error.status ?? 0) >= 500)) throw error;
  if (!data) return null;

  const user = { id: userId(data.claims.sub), email: String(data.claims.email ?? "") };
  const accounts = await readAccounts(client, user.id);
  const account = chooseAccount(accounts, (await cookies()).get(ACCOUNT_COOKIE)?.value);
  return account ? { user, account, accounts } : null;
});

/** The header in which the proxy tells a page its own path. The proxy overwrites what a visitor sends. */
export const PATH_HEADER = "x-path";

/**
 * Who is signed in. Sends everybody else to sign in, and back to this page afterwards.
 * @throws Error when the auth service or the database cannot be reached
 */
export async function requireSession(): Promise<Session> {
  const session = await getSession();
  if (session) return session;
  const path = (await headers()).get(PATH_HEADER);
  redirect((path ? `/sign-in?next=${encodeURIComponent(path)}` : "/sign-in") as Route);
}

/** Whether the person may buy, change plans, and make API keys for the account: its owners and admins. */
export function canManageBilling(session: Session): boolean {
  return session.account.role === "owner" || session.account.role === "admin";
}
