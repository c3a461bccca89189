import type { ChatProps } from "@/components/assistant/chat";
import { hasProvider, maxOutputTokensOf } from "@/lib/ai/models";
import type { Entitlement } from "@/lib/billing/entitlement";
import { entitlementFor } from "@/lib/billing/entitlement";
import { overageStopWords } from "@/lib/billing/overage-stop";
import { now } from "@/lib/clock";
import { isLocal } from "@/lib/env";
import { canManageBilling, type Session } from "@/lib/session";
import { readStanding } from "@/lib/standing";
import { readOverageStop } from "@/lib/usage/overage-stop";

function whyStopped(entitlement: Entitlement): string | undefined {
  if (entitlement.access === "read_only") return "What you have is kept. The message at the top says what mends it.";
  if (!entitlement.canSpend)
    return "More was used than there were credits for. The next credits you buy settle it first.";
  return undefined;
}

/** What a conversation needs to know about the account it is paid by. */
export async function chatSetting(session: Session): Promise<Omit<ChatProps, "messages" | "conversationId" | "title">> {
  const entitlement = entitlementFor(await readStanding(session.account.id), now());
  const stop = await readOverageStop(session.account.id, entitlement);
  return {
    account: session.account.id,
    maxOutputTokens: {
      "small-1": maxOutputTokensOf("small-1"),
      "large-1": maxOutputTokensOf("large-1"),
      "reason-1": maxOutputTokensOf("reason-1"),
    },
    overageLeft: Math.max(0, stop.limit - stop.used),
    overageStop: { words: overageStopWords(stop), ways: stop.ways },
    stopped: whyStopped(entitlement),
    canBuy: canManageBilling(session) && entitlement.canBuy,
    builtIn: hasProvider() ? "no" : isLocal() ? "with_outage" : "yes",
  };
}
