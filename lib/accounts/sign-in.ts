import { userClient } from "@/lib/supabase/server";
import { forgetAttempts, limits, takeAttempts } from "./attempts";
import { type Answer, authRefusal, refusal } from "./refusals";

/**
 * Signs a person in by password: this request's answer carries the session's cookies.
 * @param address where the request comes from, see `addressOf`
 * @returns a refusal with `values.unconfirmed` when the address was never confirmed
 */
export async function signIn(wish: { email: string; password: string; address: string | null }): Promise<Answer> {
  const attempt = await takeAttempts([
    [limits.signInFromAddress, wish.address],
    [limits.signIn, wish.email],
  ]);
  if (!attempt.ok) return refusal(attempt.message);

  const client = await userClient();
  const { error } = await client.auth.signInWithPassword({ email: wish.email, password: wish.password });
  if (!error) {
    await forgetAttempts(limits.signIn, wish.email);
    return { ok: true };
  }
  if (error.code === "email_not_confirmed") {
    return {
      ...refusal("Confirm your address first: open the link in the mail we sent you."),
      values: { unconfirmed: wish.email },
    };
  }
  if (error.code === "invalid_credentials") {
    return refusal("This address and password do not belong together. Check both, or choose a new password.");
  }
  return authRefusal(error);
}

/** Ends the session of this browser. */
export async function signOut(): Promise<void> {
  const client = await userClient();
  await client.auth.signOut({ scope: "local" });
}
