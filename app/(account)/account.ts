import { cache } from "react";
import { entitlementFor } from "@/lib/billing/entitlement";
import { now } from "@/lib/clock";
import { readCreditSummary } from "@/lib/credits/summary";
import { requireSession } from "@/lib/session";
import { readMyStanding } from "@/lib/subscriptions/standing";
import { userClient } from "@/lib/supabase/server";

/** What the frame and most signed-in pages need to know, read once a request. Signed-out people are sent to sign in. */
export const readAccount = cache(async () => {
  const session = await requireSession();
  const client = await userClient();
  const at = now();
  const [summary, standing] = await Promise.all([
    readCreditSummary(client, session.account.id, at),
    readMyStanding(client, session.account.id),
  ]);
  return { session, summary, standing, entitlement: entitlementFor(standing, at), at };
});
