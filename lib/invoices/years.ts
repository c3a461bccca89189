import type { SupabaseClient } from "@supabase/supabase-js";
import type { AccountId } from "@/lib/billing/units";

async function edge(client: SupabaseClient, account: AccountId, ascending: boolean): Promise<number | null> {
  const { data, error } = await client
    .from("invoices")
    .select("created_at")
    .eq("account_id", account)
    .neq("status", "draft")
    .order("created_at", { ascending })
    .limit(1);
  if (error) throw new Error(`The years of the invoices could not be read: ${error.message}`);
  const [row] = data;
  return row ? new Date(String(row.created_at)).getUTCFullYear() : null;
}

/**
 * The years, in UTC, from an account's first invoice to its latest, newest first.
 * @throws Error if the database cannot answer
 */
export async function listYears(client: SupabaseClient, account: AccountId): Promise<number[]> {
  const [first, latest] = await Promise.all([edge(client, account, true), edge(client, account, false)]);
  if (first === null || latest === null) return [];
  return Array.from({ length: latest - first + 1 }, (_, index) => latest - index);
}
