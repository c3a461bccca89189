import { userClient } from "@/lib/supabase/server";
import { visitorClient } from "@/lib/supabase/visitor";
import { forgetAttempts, limits, takeAttempts } from "./attempts";
import { type Answer, authRefusal, fieldRefusal, refusal } from "./refusals";

/** Sets the password of the signed-in person. Whoever calls it has made sure that they may: see `isRecoveryProof`. */
export async function setPassword(password: string): Promise<Answer> {
  const client = await userClient();
  const { error } = await client.auth.updateUser({ password });
  if (error && error.code !== "same_password") return authRefusal(error);
  return { ok: true };
}

/**
 * Whether a signed-in person knows their current password, which shows that it is they who sit there.
 * @returns a refusal that names the field `currentPassword`, or that they have tried too often
 */
export async function provePassword(wish: { email: string; currentPassword: string }): Promise<Answer> {
  const attempt = await takeAttempts([[limits.password, wish.email]]);
  if (!attempt.ok) return refusal(attempt.message);

  const proof = await visitorClient().auth.signInWithPassword({ email: wish.email, password: wish.currentPassword });
  if (proof.error?.code === "invalid_credentials")
    return fieldRefusal("currentPassword", "This is not your current password.");
  if (proof.error) return authRefusal(proof.error);
  await forgetAttempts(limits.password, wish.email);
  return { ok: true };
}

/** Changes the password of the signed-in person, who proves by the current one that it is they who sit there. */
export async function changePassword(wish: {
  email: string;
  currentPassword: string;
  password: string;
}): Promise<Answer> {
  const proof = await provePassword(wish);
  return proof.ok ? setPassword(wish.password) : proof;
}

/** Changes what the signed-in person is called. */
export async function changeName(name: string): Promise<Answer> {
  const client = await userClient();
  const { error } = await client.auth.updateUser({ data: { name } });
  return error ? authRefusal(error) : { ok: true };
}

/** What the signed-in person is called; empty when they never said. */
export async function readName(): Promise<string> {
  const client = await userClient();
  const { data } = await client.auth.getUser();
  const name: unknown = data.user?.user_metadata.name;
  return typeof name === "string" ? name : "";
}
