import { type AccountId, accountId, type UserId, userId } from "@/lib/billing/units";
import { rpc } from "@/lib/supabase/rpc";

export interface Member {
  id: UserId;
  email: string;
  name: string | null;
  role: "owner" | "admin" | "member";
  joinedAt: Date;
}

interface MemberRow {
  member_id: string;
  email: string;
  name: string | null;
  role: Member["role"];
  joined_at: string;
}

/**
 * Who belongs to an account, owners first; nobody, if the person who asks does not.
 * @throws RpcError when the database cannot be asked
 */
export async function readMembers(account: AccountId, asker: UserId): Promise<Member[]> {
  const rows = await rpc<MemberRow[]>("read_members", { account_id: account, user_id: asker });
  return rows.map((row) => ({
    id: userId(row.member_id),
    email: row.email,
    name: row.name,
    role: row.role,
    joinedAt: new Date(row.joined_at),
  }));
}

/**
 * Renames an account. Its owners and admins may.
 * @throws RpcError when the database cannot be asked
 */
export async function renameAccount(change: {
  account: AccountId;
  user: UserId;
  name: string;
}): Promise<{ ok: true } | { ok: false; code: "not_permitted" | "invalid_name" }> {
  return rpc("rename_account", { account_id: change.account, user_id: change.user, name: change.name });
}

/**
 * Makes a team that belongs to a person, who may own 10.
 * @throws RpcError when the database cannot be asked
 */
export async function createTeam(wish: {
  user: UserId;
  name: string;
}): Promise<{ ok: true; account: AccountId } | { ok: false; code: "invalid_name" | "too_many_teams" }> {
  const answer = await rpc<{ ok: true; account_id: string } | { ok: false; code: "invalid_name" | "too_many_teams" }>(
    "create_team",
    { user_id: wish.user, name: wish.name },
  );
  return answer.ok ? { ok: true, account: accountId(answer.account_id) } : answer;
}
