"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { changeEmail as changeAddress } from "@/lib/accounts/address";
import { emailChangeFields, passwordChangeFields } from "@/lib/accounts/credentials";
import * as passwords from "@/lib/accounts/passwords";
import { nameFields, ONLY_MANAGERS } from "@/lib/accounts/settings";
import * as teams from "@/lib/accounts/teams";
import { accountAction } from "@/lib/action";
import { env } from "@/lib/env";
import { ACCOUNT_COOKIE } from "@/lib/session";

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

export const changeEmail = accountAction(emailChangeFields, async ({ email, currentPassword }, session) => {
  const answer = await changeAddress({ email: session.user.email, newEmail: email, currentPassword });
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
