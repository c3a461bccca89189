"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { accountAction } from "@/lib/action";
import { chooseMail, OPTIONAL_MAILS } from "@/lib/email/choices";

const pressed = z.literal("on").optional();
const choices = z.object({ low_credit: pressed, usage_digest: pressed } satisfies Record<
  (typeof OPTIONAL_MAILS)[number]["kind"],
  typeof pressed
>);

export const chooseMails = accountAction(choices, async (wish, { user }) => {
  for (const { kind } of OPTIONAL_MAILS) {
    const isKept = await chooseMail(user.id, kind, wish[kind] === "on");
    if (!isKept) return { ok: false, message: "You are signed out. Sign in again, then save again." };
  }
  revalidatePath("/settings/notifications");
  return { ok: true, data: undefined };
});
