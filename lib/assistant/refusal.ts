import { type OverageStop, overageStopWords } from "@/lib/billing/overage-stop";
import { toStopJson } from "@/lib/usage/overage-stop";
import { AlreadyMeteredError, InsufficientCreditsError, SpendingRefusedError } from "@/lib/usage/refusals";

/** What a refused question is answered with. Nothing was sent to a model and nothing was charged. */
export interface Refusal {
  code:
    | "signed_out"
    | "invalid_request"
    | "other_account"
    | "read_only"
    | "insufficient_credits"
    | "in_debt"
    | "account_frozen"
    | "already_asked"
    | "unknown_conversation";
  message: string;
  available?: number;
  needed?: number;
  /** Which limit on overage stopped it, and the ways out. */
  overage?: ReturnType<typeof toStopJson>;
}

const FROZEN = "Spending is stopped for this account. What you have is kept; see Billing for the way out.";

/** What each refusal says, and the status it is sent with. */
export const refusals = {
  signed_out: [401, "You are signed out. Sign in again, then send this again."],
  invalid_request: [422, "The question is empty, too long, or was not sent by this page."],
  other_account: [
    409,
    "In another tab you switched to another account, so nothing was sent. Reload the page to ask there, or switch back.",
  ],
  read_only: [403, FROZEN],
  account_frozen: [403, FROZEN],
  in_debt: [
    402,
    "More was used than there were credits for. Buy credits: the debt is repaid first, then you can go on.",
  ],
  insufficient_credits: [402, "There are too few credits for this question."],
  already_asked: [409, "This question was sent already. Reload the page to see its answer."],
  unknown_conversation: [404, "This conversation does not exist, or it was deleted."],
} as const satisfies Record<Refusal["code"], [status: number, message: string]>;

/** The refusal in words, with its status. */
export function refuse(code: Refusal["code"], more: Partial<Omit<Refusal, "code">> = {}): Response {
  const [status, message] = refusals[code];
  const refusal: Refusal = { code, message, ...more };
  return Response.json(refusal, { status });
}

/**
 * Says why a metered call was refused.
 * @param readStop reads which limit on overage stopped it, where there were too few credits
 * @returns null for anything that is no refusal, but a failure
 * @throws what `readStop` throws
 */
export async function refusalFor(error: unknown, readStop: () => Promise<OverageStop>): Promise<Response | null> {
  if (error instanceof InsufficientCreditsError) {
    const { available, needed } = error;
    const stop = await readStop();
    return refuse("insufficient_credits", {
      message: overageStopWords(stop),
      available,
      needed,
      overage: toStopJson(stop),
    });
  }
  if (error instanceof AlreadyMeteredError) return refuse("already_asked");
  if (error instanceof SpendingRefusedError && (error.code === "in_debt" || error.code === "account_frozen")) {
    return refuse(error.code);
  }
  return null;
}
