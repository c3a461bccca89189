"use server";

import type { Route } from "next";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { env } from "@/lib/env";
import { ACCOUNT_COOKIE, getSession } from "@/lib/session";
import { HOME } from "./own-path";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * Acts for another account from now on, in this browser. An account the person does not belong to changes nothing.
 * @param form its field `account` names the account
 */
export async function switchAccount(form: FormData): Promise<void> {
  const session = await getSession();
  if (!session) redirect("/sign-in" as Route);
  const account = session.accounts.find(({ id }) => id === form.get("account"));
  if (account) {
    const secure = env().APP_URL.startsWith("https:");
    (await cookies()).set(ACCOUNT_COOKIE, account.id, {
      httpOnly: true,
      sameSite: "lax",
      secure,
      path: "/",
      maxAge: YEAR_SECONDS,
    });
  }
  redirect(HOME as Route);
}
