import { visitorClient } from "@/lib/supabase/visitor";
import { limits, takeAttempts } from "./attempts";
import { type Answer, authRefusal, refusal } from "./refusals";

// An account has the address, or waits for its confirmation since a moment ago.
const KNOWN_ALREADY = ["user_already_exists", "email_exists", "over_email_send_rate_limit"];

/**
 * Signs a person up; they get a link to confirm their address. Whether the address has an account already makes no
 * difference to the answer.
 * @param address where the request comes from, see `addressOf`
 */
export async function signUp(wish: {
  name: string;
  email: string;
  password: string;
  address: string | null;
}): Promise<Answer> {
  const attempt = await takeAttempts([
    [limits.signUpFromAddress, wish.address],
    [limits.mail, wish.email],
  ]);
  if (!attempt.ok) return refusal(attempt.message);

  const { name, email, password } = wish;
  const { error } = await visitorClient().auth.signUp({ email, password, options: { data: { name } } });
  return !error || KNOWN_ALREADY.includes(error.code ?? "") ? { ok: true } : authRefusal(error);
}

/**
 * Sends the link that confirms an address again, if it waits for one. Answers only when the sender has tried too often.
 * @returns what to do after the answer, so that its time does not tell whether the address is known
 */
export async function askConfirmationAgain(wish: {
  email: string;
  address: string | null;
}): Promise<{ answer: Answer; send: () => Promise<void> }> {
  return askForMail(wish, async () => {
    const { auth } = visitorClient();
    const resent = await auth.resend({ type: "signup", email: wish.email });
    // The local stand-in never sends a confirmation twice. A link that signs in confirms the address as well.
    if (resent.error?.code !== "over_email_send_rate_limit") return resent;
    return auth.signInWithOtp({ email: wish.email, options: { shouldCreateUser: false } });
  });
}

/** Sends a link that signs in, if the address has an account. See `askConfirmationAgain`. */
export async function askMagicLink(wish: { email: string; address: string | null }) {
  const options = { shouldCreateUser: false };
  return askForMail(wish, () => visitorClient().auth.signInWithOtp({ email: wish.email, options }));
}

/** Sends a link to choose a new password, if the address has an account. See `askConfirmationAgain`. */
export async function askPasswordReset(wish: { email: string; address: string | null }) {
  return askForMail(wish, () => visitorClient().auth.resetPasswordForEmail(wish.email));
}

// The address has no account, or is confirmed already: nobody but its owner should learn that.
const EXPECTED = ["otp_disabled", "user_not_found", "email_not_confirmed", "over_email_send_rate_limit"];

async function askForMail(
  wish: { email: string; address: string | null },
  ask: () => Promise<{ error: { code?: string | undefined; message: string } | null }>,
): Promise<{ answer: Answer; send: () => Promise<void> }> {
  const attempt = await takeAttempts([
    [limits.mailFromAddress, wish.address],
    [limits.mail, wish.email],
  ]);
  if (!attempt.ok) return { answer: refusal(attempt.message), send: async () => {} };
  return {
    answer: { ok: true },
    send: async () => {
      const { error } = await ask();
      if (error && !EXPECTED.includes(error.code ?? "")) console.error("An auth mail could not be sent:", error);
    },
  };
}
