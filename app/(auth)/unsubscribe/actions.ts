"use server";

import { z } from "zod";
import { publicAction } from "@/lib/action";
import { chooseMail } from "@/lib/email/choices";
import { readUnsubscribeToken } from "@/lib/email/unsubscribe";

export const stopMail = publicAction(z.object({ token: z.string() }), async ({ token }) => {
  const wish = readUnsubscribeToken(token);
  if (!wish || !(await chooseMail(wish.user, wish.kind, false)))
    return { ok: false, message: "This link is not whole. Sign in and choose under Settings, Notifications." };
  return { ok: true, data: undefined };
});
