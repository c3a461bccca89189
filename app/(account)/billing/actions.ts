"use server";

import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { z } from "zod";
import { reasons } from "@/components/billing/cancel-words";
import { limits, takeAttempt } from "@/lib/accounts/attempts";
import { ONLY_MANAGERS } from "@/lib/accounts/settings";
import { type ActionResult, accountAction, type FormAction } from "@/lib/action";
import { canManageBilling, type Session } from "@/lib/session";
import * as cancel from "@/lib/subscriptions/cancel";
import * as change from "@/lib/subscriptions/change";
import * as ending from "@/lib/subscriptions/ending";

/** Every form names the account its page was drawn for, so that a switch in another tab changes nothing of the new one. */
const drawnFor = z.object({ account: z.string() });

const whyFields = drawnFor.extend({
  reason: z
    .enum(reasons.map(({ value }) => value))
    .or(z.literal("").transform(() => undefined))
    .optional(),
  comment: z
    .string()
    .trim()
    .max(500, "At most 500 characters.")
    .transform((text) => text || undefined)
    .optional(),
});

const changeFields = drawnFor.extend({
  plan: z.enum(["free", "payg", "starter", "pro", "enterprise"]),
  interval: z.enum(["monthly", "yearly"]),
  changeId: z.uuid(),
  prorationDate: z.coerce.number().int().positive().optional(),
});

/** An action of owners and admins, so often at most; others are told whom to ask. */
function billingAction<S extends z.ZodType>(
  schema: S,
  act: (input: z.output<S>, session: Session) => Promise<ActionResult>,
): FormAction {
  return accountAction(schema, async (input, session) => {
    if (!canManageBilling(session)) return { ok: false, message: ONLY_MANAGERS };
    const attempt = await takeAttempt(limits.plan, session.account.id);
    return attempt.ok ? act(input, session) : { ok: false, message: attempt.message };
  });
}

const done = { ok: true, data: undefined } as const;

/** Every page shows the plan, in its frame at least. */
const redraw = () => revalidatePath("/", "layout");

export const changePlan = billingAction(changeFields, async ({ plan, interval, changeId, prorationDate }, session) => {
  const answer = await change.changePlan({
    account: session.account.id,
    change: { plan, interval },
    changeId,
    ...(prorationDate !== undefined && { prorationDate }),
  });
  if (!answer.ok && answer.code === "preview_expired")
    redirect(`/billing/plan/change?plan=${plan}&interval=${interval}&expired=${changeId}` as Route);
  if (!answer.ok) return { ok: false, message: answer.message, url: answer.url };
  redraw();
  redirect("/billing/plan/changed" as Route);
});

export const revokeChange = billingAction(drawnFor, async (_, session) => {
  const answer = await change.revokeScheduledChange({ account: session.account.id });
  if (!answer.ok) return { ok: false, message: answer.message, url: answer.url };
  redraw();
  redirect("/billing?done=kept" as Route);
});

export const resumePlan = billingAction(drawnFor, async (_, session) => {
  const answer = await cancel.resumePlan({ account: session.account.id });
  if (!answer.ok) return { ok: false, message: answer.message, url: answer.url };
  redraw();
  redirect(`/billing?done=${answer.code === "restarted" ? "restarted" : "resumed"}` as Route);
});

/** Leaving, now or later, with the reason if one was given. */
const leavingAction = (leave: typeof cancel.cancelPlan | typeof ending.endPlanNow) =>
  billingAction(whyFields, async ({ reason, comment }, session) => {
    const answer = await leave({
      account: session.account.id,
      ...(reason && { reason }),
      ...(comment && { comment }),
    });
    if (!answer.ok) return { ok: false, message: answer.message, url: answer.url };
    redraw();
    return done;
  });

export const cancelPlan = leavingAction((leaving) => cancel.cancelPlan(leaving));

export const endPlanNow = leavingAction((leaving) => ending.endPlanNow(leaving));
