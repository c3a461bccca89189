import { z } from "zod";
import { readAlerts } from "@/lib/alerts";
import type { AccountId } from "@/lib/billing/units";

const lacking = z.object({ lacks: z.enum(["address", "tax_id"]) });

/**
 * What of the customer's keeps an invoice of an account from being made now, as the open alert about it says.
 * @returns null if every invoice could be made, or only a founder can mend it
 * @throws RpcError if the database cannot answer
 */
export async function readLacking(account: AccountId): Promise<"address" | "tax_id" | null> {
  const stuck = (await readAlerts({ account })).filter(({ kind }) => kind === "finalization_failed");
  return stuck.map(({ data }) => lacking.safeParse(data).data?.lacks).find((lacks) => lacks !== undefined) ?? null;
}
