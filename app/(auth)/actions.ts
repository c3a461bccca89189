"use server";

import type { Route } from "next";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { after } from "next/server";
import { addressOf } from "@/lib/accounts/attempts";
import { linkFields, openLink } from "@/lib/accounts/confirmation";
import { emailOnlyFields, newPasswordFields, signInFields, signUpFields } from "@/lib/accounts/credentials";
import { HOME, ownPath } from "@/lib/accounts/own-path";
import * as passwords from "@/lib/accounts/passwords";
import { isRecoveryProof, RECOVERY_COOKIE, RECOVERY_SECONDS, recoveryProof } from "@/lib/accounts/recovery";
import * as entrance from "@/lib/accounts/sign-in";
import * as registration from "@/lib/accounts/sign-up";
import { accountAction, publicAction } from "@/lib/action";
import { now } from "@/lib/clock";
import { env } from "@/lib/env";
import { ACCOUNT_COOKIE } from "@/lib/session";

/** Where a person was going before they were asked to sign up or to open a mail, in the same browser. */
const NEXT_COOKIE = "next";

const ownCookie = (maxAge: number) =>
  ({ httpOnly: true, sameSite: "lax", secure: env().APP_URL.startsWith("https:"), path: "/", maxAge }) as const;

async function rememberNext(next: string | undefined) {
  const path = ownPath(next);
  if (path !== HOME) (await cookies()).set(NEXT_COOKIE, path, ownCookie(60 * 60));
}

const address = async () => addressOf(await headers());

export const signUp = publicAction(signUpFields, async ({ next, ...wish }) => {
  const answer = await registration.signUp({ ...wish, address: await address() });
  if (!answer.ok) return answer;
  await rememberNext(next);
  return { ok: true, data: { email: wish.email } };
});

export const signIn = publicAction(signInFields, async ({ next, ...wish }) => {
  const answer = await entrance.signIn({ ...wish, address: await address() });
  if (!answer.ok) return answer;
  redirect(ownPath(next) as Route);
});

export const resendConfirmation = publicAction(emailOnlyFields, async ({ email }) => {
  const { answer, send } = await registration.askConfirmationAgain({ email, address: await address() });
  after(send);
  return answer.ok ? { ok: true, data: undefined } : answer;
});

export const sendMagicLink = publicAction(emailOnlyFields, async ({ email, next }) => {
  const { answer, send } = await registration.askMagicLink({ email, address: await address() });
  if (!answer.ok) return answer;
  after(send);
  await rememberNext(next);
  return { ok: true, data: { email } };
});

export const sendPasswordReset = publicAction(emailOnlyFields, async ({ email }) => {
  const { answer, send } = await registration.askPasswordReset({ email, address: await address() });
  if (!answer.ok) return answer;
  after(send);
  return { ok: true, data: { email } };
});

export const confirmLink = publicAction(linkFields, async ({ token_hash, type, next }) => {
  const user = await openLink({ token_hash, type });
  if (!user) return { ok: false, message: "It has expired, or was used already." };

  const jar = await cookies();
  const wish = jar.get(NEXT_COOKIE)?.value;
  jar.delete(NEXT_COOKIE);
  if (type !== "recovery") redirect(ownPath(wish, ownPath(next)) as Route);
  jar.set(RECOVERY_COOKIE, recoveryProof(user, now()), ownCookie(RECOVERY_SECONDS));
  redirect("/update-password");
});

export const setForgottenPassword = accountAction(newPasswordFields, async ({ password }, session) => {
  const jar = await cookies();
  if (!isRecoveryProof(jar.get(RECOVERY_COOKIE)?.value, session.user.id, now())) {
    return { ok: false, message: "Too much time has passed since you opened the link. Ask for another one." };
  }
  const answer = await passwords.setPassword(password);
  if (!answer.ok) return answer;
  jar.delete(RECOVERY_COOKIE);
  redirect(HOME as Route);
});

export async function signOut(): Promise<void> {
  await entrance.signOut();
  (await cookies()).delete(ACCOUNT_COOKIE);
  redirect("/sign-in");
}
