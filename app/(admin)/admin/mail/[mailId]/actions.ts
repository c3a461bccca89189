"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { z } from "zod";
import { publicAction } from "@/lib/action";
import { actAsAdmin } from "@/lib/admin/act";
import { requireAdmin } from "@/lib/admin/guard";
import { readMail, resendMail } from "@/lib/email/sent";

const fields = z.object({
  requestId: z.uuid(),
  mail: z.uuid(),
  reason: z.string().trim().min(1, "Say why: it stays with the act.").max(500),
});

const REFUSED = {
  arrived: "Everybody has it by now, so nothing was sent.",
  unknown_mail: "There is no such mail any more.",
} as const;

async function sendOnce(mail: string): Promise<{ ok: true } | { ok: false; code: string; message: string }> {
  const { code } = await resendMail(mail);
  return code === "queued" ? { ok: true } : { ok: false, code, message: REFUSED[code] };
}

const carryOut = publicAction(fields, async ({ requestId, mail, reason }) => {
  const found = await readMail(mail);
  if (!found) return { ok: false, message: REFUSED.unknown_mail };
  const answer = await actAsAdmin({
    requestId,
    verb: "resend_mail",
    account: found.account,
    reason,
    arguments: { mail, kind: found.kind },
    run: () => sendOnce(mail),
  });
  if (!answer.ok) return { ok: false, message: answer.message };
  revalidatePath("/admin", "layout");
  redirect(`/admin/mail/${mail}?done=${requestId}` as Route);
});

/** Sends a mail again to whom it did not reach. Whoever is no admin sees that there is no such page. */
export async function sendAgain(...[last, form]: Parameters<typeof carryOut>): ReturnType<typeof carryOut> {
  await requireAdmin();
  return carryOut(last, form);
}
