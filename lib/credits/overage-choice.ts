import { z } from "zod";
import { WHOLE_PLAN } from "@/lib/billing/overage";
import { type AccountId, type Credits, credits, type UserId } from "@/lib/billing/units";
import { now } from "@/lib/clock";
import type { Refusal } from "@/lib/credits/balance";
import { rpc } from "@/lib/supabase/rpc";

const A_NUMBER = "Enter a whole number of credits, such as 40,000.";

/** What an owner may choose: no overage, a number of credits a period, or whatever the plan permits. */
export const overageFields = z
  .object({ choice: z.enum(["off", "number", "plan"], "Choose one of the three."), credits: z.string().default("") })
  .transform(({ choice, credits: typed }, context): { cap: Credits } => {
    if (choice === "off") return { cap: credits(0) };
    if (choice === "plan") return { cap: WHOLE_PLAN };
    const isWhole = /^\s*(\d{1,15}|\d{1,3}([\s,.'_]\d{3}){1,4})\s*$/.test(typed);
    const cap = Number(typed.replace(/\D/g, ""));
    if (isWhole && cap > 0) return { cap: credits(cap) };
    context.addIssue({ code: "custom", path: ["credits"], message: A_NUMBER });
    return z.NEVER;
  });

export type ChosenAnswer =
  | { ok: true; code: "set"; cap: Credits; used: Credits }
  | Refusal<"unknown_account" | "invalid_amount">;

/**
 * Sets the cap on overage in somebody's name, and remembers who chose what and when. Lowering it below what is used
 * refuses new overage and takes nothing back.
 * @param choice.cap credits a period; 0 for none, WHOLE_PLAN for whatever the plan permits
 * @param choice.user an owner or admin of the account; the caller has checked it
 */
export function chooseOverage(choice: { account: AccountId; cap: Credits; user: UserId }): Promise<ChosenAnswer> {
  return rpc("choose_overage", { account_id: choice.account, cap: choice.cap, chosen_by: choice.user, at: now() });
}
