import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import type { AccountId } from "@/lib/billing/units";

/** An invoice as a page shows it. */
export interface Invoice {
  readonly id: string;
  readonly number: string | null;
  readonly status: "draft" | "open" | "paid" | "uncollectible" | "void";
  readonly purpose: "plan" | "pack" | "other";
  readonly description: string | null;
  readonly totalCents: number;
  readonly dueCents: number;
  readonly currency: string;
  readonly createdAt: Date;
  readonly paidAt: Date | null;
  /** Where it can be read and paid. */
  readonly hostedUrl: string | null;
  readonly pdfUrl: string | null;
}

const row = z
  .object({
    id: z.string(),
    number: z.string().nullable(),
    status: z.enum(["draft", "open", "paid", "uncollectible", "void"]),
    purpose: z.enum(["plan", "pack", "other"]),
    description: z.string().nullable(),
    total_cents: z.number(),
    due_cents: z.number(),
    currency: z.string(),
    created_at: z.coerce.date(),
    paid_at: z.coerce.date().nullable(),
    hosted_url: z.string().nullable(),
    pdf_url: z.string().nullable(),
  })
  .transform(
    (it): Invoice => ({
      id: it.id,
      number: it.number,
      status: it.status,
      purpose: it.purpose,
      description: it.description,
      totalCents: it.total_cents,
      dueCents: it.due_cents,
      currency: it.currency,
      createdAt: it.created_at,
      paidAt: it.paid_at,
      hostedUrl: it.hosted_url,
      pdfUrl: it.pdf_url,
    }),
  );

/**
 * An account's invoices, newest first, under the row level security of whoever is signed in. Drafts are left out: they
 * may still change.
 * @param page.before the creation time of the last one shown, for the next page
 * @param page.most how many, at most 100
 * @throws Error if the database cannot answer
 */
export async function listInvoices(
  client: SupabaseClient,
  account: AccountId,
  { before, most = 24 }: { before?: Date; most?: number } = {},
): Promise<Invoice[]> {
  let query = client
    .from("invoices")
    .select(
      "id, number, status, purpose, description, total_cents, due_cents, currency, created_at, paid_at, hosted_url, pdf_url",
    )
    .eq("account_id", account)
    .neq("status", "draft");
  if (before) query = query.lt("created_at", before.toISOString());
  const { data, error } = await query
    .order("created_at", { ascending: false })
    .order("id", { ascending: false })
    .limit(Math.min(most, 100));
  if (error) throw new Error(`The invoices could not be read: ${error.message}`);
  return z.array(row).parse(data);
}
