import type { Entitlement } from "@/lib/billing/entitlement";
import { type OverageStop, overageStop } from "@/lib/billing/overage-stop";
import type { AccountId } from "@/lib/billing/units";
import { getCreditSummary } from "@/lib/credits/summary";

/**
 * Why an account that asked for more than it has was stopped, for an answer that is refused anyway: it costs a reading.
 * @throws Error if the database cannot answer
 */
export async function readOverageStop(account: AccountId, entitlement: Entitlement): Promise<OverageStop> {
  const { overageUsed, overageEndsAt } = await getCreditSummary(account);
  return overageStop(entitlement, { used: overageUsed, restartsAt: overageEndsAt });
}

/** The stop as the API's JSON has it. */
export const toStopJson = ({ limitedBy, limit, used, restartsAt, ways }: OverageStop) => ({
  limited_by: limitedBy,
  limit,
  used,
  restarts_at: restartsAt?.toISOString() ?? null,
  ways_out: ways,
});
