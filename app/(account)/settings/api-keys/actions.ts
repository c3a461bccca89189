"use server";

import { revalidatePath } from "next/cache";
import { apiKeyFields, createApiKey, keyIdField, revokeApiKey } from "@/lib/accounts/api-keys";
import { ONLY_MANAGERS } from "@/lib/accounts/settings";
import { accountAction } from "@/lib/action";
import { getSession } from "@/lib/session";

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
