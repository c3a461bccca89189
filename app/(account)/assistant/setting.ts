import type { ChatProps } from "@/components/assistant/chat";
import { hasProvider, maxOutputTokensOf } from "@/lib/ai/models";
import type { Entitlement } from "@/lib/billing/entitlement";
import { entitlementFor } from "@/lib/billing/entitlement";
import { now } from "@/lib/clock";
import { isLocal } from "@/lib/env";
import { canManageBilling, type Session } from "@/lib/session";
import { readStanding } from "@/lib/standing";

function whyStopped(entitlement: Entitlement): string | undefined {
  if (entitlement.access === "read_only") return "What you have is kept. The message at the top says what mends it.";
  if (!entitlement.canSpend)
    return "More was used than there were credits for. The next credits you buy settle it first.";
  return undefined;
}

/** What a conversation needs to know about the account it is paid by. */
export async function chatSetting(session: Session): Promise<Omit<ChatProps, "messages" | "conversationId" | "title">> {
  const entitlement = entitlementFor(await readStanding(session.account.id), now());
  return {
    account: session.account.id,
    maxOutputTokens: {
      "small-1": maxOutputTokensOf("small-1"),
      "large-1": maxOutputTokensOf("large-1"),
      "reason-1": maxOutputTokensOf("reason-1"),
    },
    overagePermitted: entitlement.overagePermitted,
    stopped: whyStopped(entitlement),
    canBuy: canManageBilling(session) && entitlement.canBuy,
    builtIn: hasProvider() ? "no" : isLocal() ? "with_outage" : "yes",
  };
}
