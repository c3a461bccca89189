import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { offerOfLookupKey, packVersion } from "@/lib/billing/offers";
import { isLivemode } from "@/lib/stripe/client";

/** How far a purchase has come, as the success page shows it. `failed` can be tried again. */
export type CheckoutProgress =
  | { status: "pending" | "paid" | "failed"; bought: { kind: "pack"; name: string; credits: number } }
  | { status: "pending" | "paid" | "failed"; bought: { kind: "plan"; name: string; credits: number } }
  | { status: "unknown" };

const checkoutRow = z.object({ account_id: z.string(), offer: z.string(), status: z.string() });
const purchaseRow = z.object({
  pack_key: z.string(),
  pack_version: z.number(),
  status: z.enum(["pending", "paid", "failed"]),
});

async function planProgress(client: SupabaseClient, account: string): Promise<"pending" | "paid"> {
  const { data, error } = await client
    .from("subscriptions")
    .select("id")
    .eq("account_id", account)
    .eq("is_mirrored", true)
    .eq("livemode", isLivemode())
    .in("status", ["active", "trialing"])
    .limit(1);
  if (error) throw new Error(`The subscription could not be read: ${error.message}`);
  return data.length > 0 ? "paid" : "pending";
}

/**
 * How far the purchase behind a checkout session has come, read with the signed-in person's own rights: a session of
 * somebody else is `unknown`. It only shows; credits come from Stripe's events alone.
 * @throws Error if the database cannot answer
 */
export async function readCheckout(client: SupabaseClient, sessionId: string): Promise<CheckoutProgress> {
  const { data, error } = await client
    .from("checkouts")
    .select("account_id, offer, status")
    .eq("session_id", sessionId)
    .maybeSingle();
  if (error) throw new Error(`The checkout could not be read: ${error.message}`);
  if (!data) return { status: "unknown" };
  const checkout = checkoutRow.parse(data);
  const offer = offerOfLookupKey(checkout.offer);
  const ended = checkout.status === "expired" || checkout.status === "failed";
  if (offer?.kind === "base") {
    const bought = { kind: "plan" as const, name: offer.plan.name, credits: offer.plan.monthlyAllowance };
    return { status: ended ? "failed" : await planProgress(client, checkout.account_id), bought };
  }
  const purchase = await client
    .from("purchases")
    .select("pack_key, pack_version, status")
    .eq("session_id", sessionId)
    .maybeSingle();
  if (purchase.error) throw new Error(`The purchase could not be read: ${purchase.error.message}`);
  const row = purchase.data && purchaseRow.parse(purchase.data);
  const pack = row ? packVersion(row.pack_key, row.pack_version) : offer?.kind === "pack" ? offer.pack : null;
  if (!pack) return { status: "unknown" };
  return {
    status: row?.status ?? (ended ? "failed" : "pending"),
    bought: { kind: "pack", name: pack.name, credits: pack.credits },
  };
}
