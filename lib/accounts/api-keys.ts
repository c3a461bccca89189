import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { type AccountId, accountId, type UserId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import { rpc } from "@/lib/supabase/rpc";
import { userClient } from "@/lib/supabase/server";
import { nameField } from "./credentials";

export const apiKeyFields = z.object({ name: nameField.max(60, "A key's name has at most 60 characters.") });

export const keyIdField = z.uuid();

/** What people may see of a key: never the key, never its hash. */
export interface ApiKey {
  id: string;
  name: string;
  /** Its first characters, to tell keys apart. */
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export type CreatedApiKey =
  | { ok: true; id: string; key: string; prefix: string }
  | { ok: false; code: "not_permitted" | "too_many_keys" };

const KEY = /^ll_[A-Za-z0-9_-]{43}$/;
const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");

/**
 * Makes an API key of an account. The key itself, 256 random bits, is in this answer and nowhere else afterwards.
 * @throws RpcError when the database refuses, for one a name outside 1 to 60 characters
 */
export async function createApiKey(
  { account, user, name }: { account: AccountId; user: UserId; name: string },
  at: Date = now(),
): Promise<CreatedApiKey> {
  const key = `ll_${randomBytes(32).toString("base64url")}`;
  const prefix = key.slice(0, 9);
  const answer = await rpc<{ ok: true; key_id: string } | { ok: false; code: "not_permitted" | "too_many_keys" }>(
    "create_api_key",
    { account_id: account, user_id: user, name, prefix, key_hash: hashOf(key), at },
  );
  return answer.ok ? { ok: true, id: answer.key_id, key, prefix } : { ok: false, code: answer.code };
}

/**
 * Revokes a key for good, at once; again is no error.
 * @throws RpcError when the database cannot be asked
 */
export async function revokeApiKey(
  { account, user, keyId }: { account: AccountId; user: UserId; keyId: string },
  at: Date = now(),
): Promise<{ ok: true } | { ok: false; code: "not_permitted" | "unknown_key" }> {
  return rpc("revoke_api_key", { account_id: account, user_id: user, key_id: keyId, at });
}

/**
 * Finds whose key an Authorization header carries, and notes its use, at most once a minute.
 * The key is looked up by its hash, so that how long it takes tells nothing about keys that exist.
 * @param header `Bearer ll_…`, or null
 * @returns null for no key, a malformed one, an unknown or a revoked one
 * @throws RpcError when the database cannot be asked
 */
export async function authenticateApiKey(
  header: string | null,
  at: Date = now(),
): Promise<{ account: AccountId; keyId: string } | null> {
  const key = header?.match(/^Bearer +(\S+)$/i)?.[1];
  if (!key || !KEY.test(key)) return null;
  const answer = await rpc<{ ok: true; account_id: string; key_id: string } | { ok: false }>("authenticate_api_key", {
    key_hash: hashOf(key),
    at,
  });
  return answer.ok ? { account: accountId(answer.account_id), keyId: answer.key_id } : null;
}

/**
 * The keys of an account, live ones first, newest first, as its owners and admins may see them; others see none.
 * @throws Error when the database cannot be asked
 */
export async function readApiKeys(account: AccountId): Promise<ApiKey[]> {
  const client = await userClient();
  const { data, error } = await client
    .from("api_keys")
    .select("id, name, prefix, created_at, last_used_at, revoked_at")
    .eq("account_id", account)
    .order("revoked_at", { ascending: false, nullsFirst: true })
    .order("created_at", { ascending: false });
  if (error) throw new Error(`The API keys could not be read: ${error.message}`);
  return data.map((key) => ({
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    createdAt: new Date(key.created_at),
    lastUsedAt: key.last_used_at ? new Date(key.last_used_at) : null,
    revokedAt: key.revoked_at ? new Date(key.revoked_at) : null,
  }));
}
