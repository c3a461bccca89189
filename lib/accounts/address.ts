import { userClient } from "@/lib/supabase/server";
import { limits, takeAttempts } from "./attempts";
import { provePassword } from "./passwords";
import { type Answer, authRefusal, fieldRefusal, refusal } from "./refusals";

const TAKEN = ["email_exists", "user_already_exists", "email_conflict_identity_not_deletable"];

/**
 * Begins the change of the signed-in person's address, who proves by their password that it is they who sit there. The
 * new address gets a link; the change holds once it is opened, and what had bounced at the old one is sent again then.
 */
export async function changeEmail(wish: { email: string; newEmail: string; currentPassword: string }): Promise<Answer> {
  if (wish.newEmail === wish.email.toLowerCase()) return fieldRefusal("email", "This is your address already.");
  const proof = await provePassword(wish);
  if (!proof.ok) return proof;
  const attempt = await takeAttempts([[limits.mail, wish.newEmail]]);
  if (!attempt.ok) return refusal(attempt.message);

  const client = await userClient();
  const { error } = await client.auth.updateUser({ email: wish.newEmail });
  if (!error) return { ok: true };
  if (TAKEN.includes(error.code ?? "")) return fieldRefusal("email", "This address belongs to somebody here already.");
  return authRefusal(error);
}
