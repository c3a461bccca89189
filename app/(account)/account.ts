import { cache } from "react";
import { entitlementFor } from "@/lib/billing/entitlement";
import { now } from "@/lib/clock";
import { readCreditSummary } from "@/lib/credits/summary";
import { readUnreached } from "@/lib/email/unreached";
import { readLacking } from "@/lib/invoices/lacking";
import { canManageBilling, requireSession } from "@/lib/session";
import { readMyStanding } from "@/lib/standing";
import { grantFreeMonth } from "@/lib/subscriptions/free";
import { userClient } from "@/lib/supabase/server";

/**
 * What the frame and most signed-in pages need to know, read once a request. Signed-out people are sent to sign in.
 * Whoever is on the Free plan gets the month's credits here, so that nobody's first page says zero.
 */
export const readAccount = cache(async () => {
  const session = await requireSession();
  const client = await userClient();
  const at = now();
  const account = session.account.id;
  const [first, standing, unreached, invoiceLacks] = await Promise.all([
    readCreditSummary(client, account, at),
    readMyStanding(client, account),
    canManageBilling(session) ? readUnreached(account) : [],
    canManageBilling(session) ? readLacking(account) : null,
  ]);
  const entitlement = entitlementFor(standing, at);
  const mayLackTheMonth =
    entitlement.allowance === "free" &&
    !first.grants.some(({ source, effectiveAt }) => source === "free" && effectiveAt <= at);
  // The tick may give it between the reading and here, so what is read again counts, not who gave it.
  if (mayLackTheMonth) await grantFreeMonth(account);
  const summary = mayLackTheMonth ? await readCreditSummary(client, account, at) : first;
  return { session, summary, standing, entitlement, unreached, invoiceLacks, at };
});
