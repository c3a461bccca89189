"use server";

import { revalidatePath } from "next/cache";
import { limits, takeAttempt } from "@/lib/accounts/attempts";
import { accountAction } from "@/lib/action";
import { formatCredits, formatDate } from "@/lib/billing/format";
import { chooseOverage, overageFields } from "@/lib/credits/overage-choice";
import { canManageBilling } from "@/lib/session";
import { readOverage } from "./read";

/** Sets how much overage the account allows a period. */
export const setOverageCap = accountAction<typeof overageFields, { said: string }>(
  overageFields,
  async ({ cap }, session) => {
    if (!canManageBilling(session))
      return { ok: false, message: "Only owners and admins of this account can set this. Ask one of them." };
    const attempt = await takeAttempt(limits.overageCap, session.account.id);
    if (!attempt.ok) return { ok: false, message: attempt.message };
    const before = await readOverage(session);
    const isNumber = cap > 0 && cap < Number.MAX_SAFE_INTEGER;
    if (isNumber && before && cap > before.planMost)
      return {
        ok: false,
        message: "Some fields need another look.",
        fields: { credits: [`Your plan allows at most ${formatCredits(before.planMost)} credits a month.`] },
      };
    const answer = await chooseOverage({ account: session.account.id, cap, user: session.user.id });
    if (!answer.ok) return { ok: false, message: "This could not be saved. Reload the page, then try again." };
    revalidatePath("/", "layout");
    return { ok: true, data: { said: saidAfter(cap, answer.used, before?.restartsAt ?? null) } };
  },
);

function saidAfter(cap: number, used: number, restartsAt: Date | null): string {
  if (used === 0 || cap > used) return cap === 0 ? "Overage is off." : "Your cap on overage is saved.";
  const until = restartsAt ? ` until ${formatDate(restartsAt)}` : "";
  return `Saved. Nothing more is used${until}; the ${formatCredits(used)} credits used so far stay on the next invoice.`;
}
