"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { createApiKey, revokeApiKey } from "@/lib/accounts/api-keys";
import { passwordChangeFields } from "@/lib/accounts/credentials";
import * as passwords from "@/lib/accounts/passwords";
import { apiKeyFields, keyIdField, nameFields } from "@/lib/accounts/settings";
import * as teams from "@/lib/accounts/teams";
import { accountAction } from "@/lib/action";
import { env } from "@/lib/env";
import { ACCOUNT_COOKIE, getSession } from "@/lib/session";

const ONLY_MANAGERS = "Only owners and admins of this account can do that. Ask one of them.";
const done = { ok: true, data: undefined } as const;

export const changeName = accountAction(nameFields, async ({ name }) => {
  const answer = await passwords.changeName(name);
  if (!answer.ok) return answer;
  revalidatePath("/settings");
  return done;
});

export const changePassword = accountAction(passwordChangeFields, async (input, session) => {
  const answer = await passwords.changePassword({ ...input, email: session.user.email });
  return answer.ok ? done : answer;
});

export const renameAccount = accountAction(nameFields, async ({ name }, session) => {
  const answer = await teams.renameAccount({ account: session.account.id, user: session.user.id, name });
  if (!answer.ok) return { ok: false, message: ONLY_MANAGERS };
  revalidatePath("/", "layout");
  return done;
});

export const createTeam = accountAction(nameFields, async ({ name }, session) => {
  const answer = await teams.createTeam({ user: session.user.id, name });
  if (!answer.ok) return { ok: false, message: "You own 10 teams already, the most one person can." };
  const secure = env().APP_URL.startsWith("https:");
  (await cookies()).set(ACCOUNT_COOKIE, answer.account, { httpOnly: true, sameSite: "lax", secure, path: "/" });
  redirect("/settings" as Route);
});

export const makeApiKey = accountAction(apiKeyFields, async ({ name }, session) => {
  const answer = await createApiKey({ account: session.account.id, user: session.user.id, name });
  if (!answer.ok) {
    const tooMany = "This account has 20 keys, the most there can be. Revoke one that is not used any more.";
    return { ok: false, message: answer.code === "too_many_keys" ? tooMany : ONLY_MANAGERS };
  }
  revalidatePath("/settings/api-keys");
  return { ok: true, data: { name, key: answer.key } };
});

/**
 * Revokes a key of the account the person acts for.
 * @returns a sentence on what went wrong, or nothing
 */
export async function removeApiKey(id: string): Promise<string | undefined> {
  const session = await getSession();
  if (!session) return "You are signed out. Sign in again first.";
  const keyId = keyIdField.safeParse(id);
  if (!keyId.success) return "There is no such key.";
  const answer = await revokeApiKey({ account: session.account.id, user: session.user.id, keyId: keyId.data });
  if (!answer.ok) return answer.code === "not_permitted" ? ONLY_MANAGERS : "There is no such key.";
  revalidatePath("/settings/api-keys");
}
