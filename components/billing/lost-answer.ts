import { unstable_rethrow } from "next/navigation";
import type { FormAction } from "@/lib/action";

const LOST =
  "No answer came back, so we do not know whether it was done. Look under Billing, or press once more: nothing is done or charged twice.";

/**
 * The same action, but that a connection lost half-way is said in words where it happened, and the page stays.
 * On the server it is the action itself, so that the form works without JavaScript too.
 */
export function withLostAnswer(action: FormAction): FormAction {
  if (typeof window === "undefined") return action;
  return async (last, form) => {
    try {
      return await action(last, form);
    } catch (error) {
      unstable_rethrow(error);
      return { ok: false, message: LOST };
    }
  };
}
