import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import type { AccountId } from "@/lib/billing/units";
import { aboutOf } from "./about";

/** An invoice as a page shows it. */
export interface Invoice {
  readonly id: string;
  readonly number: string | null;
  readonly status: "draft" | "open" | "paid" | "uncollectible" | "void";
  readonly purpose: "plan" | "pack" | "other";
  /** What it is for, in words. */
  readonly about: string;
  readonly totalCents: number;
  /** The part of the total that is tax. */
  readonly taxCents: number;
  readonly dueCents: number;
  readonly currency: string;
  readonly createdAt: Date;
  readonly paidAt: Date | null;
  /** When Stripe tries again by itself to collect an open one. */
  readonly nextAttemptAt: Date | null;
  /** Why a card that was changed could not pay it. */
  readonly paymentProblem: string | null;
  /** Where it can be read and paid. */
  readonly hostedUrl: string | null;
  readonly pdfUrl: string | null;
}

/** What of an invoice's row and its lines a page needs. */
export const INVOICE_COLUMNS =
  "id, number, status, purpose, description, total_cents, due_cents, currency, created_at, paid_at, next_payment_attempt_at, payment_problem, hosted_url, pdf_url";
const ABOUT_COLUMNS = "invoice_lines(kind, plan_key, description, amount_cents, tax_cents, position)";

const line = z.object({
  kind: z.enum(["base", "overage", "pack", "proration", "credit", "other"]),
  plan_key: z.string().nullable(),
  description: z.string().nullable(),
  amount_cents: z.number(),
  tax_cents: z.number(),
  position: z.number(),
});

/** Translates a row of the table invoices with its lines. */
export const invoiceRow = z
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
    next_payment_attempt_at: z.coerce.date().nullable(),
    payment_problem: z.string().nullable(),
    hosted_url: z.string().nullable(),
    pdf_url: z.string().nullable(),
    invoice_lines: z.array(line),
  })
  .transform(
    (it): Invoice => ({
      id: it.id,
      number: it.number,
      status: it.status,
      purpose: it.purpose,
      about: aboutOf(
        [...it.invoice_lines].sort((a, b) => a.position - b.position),
        it.description,
      ),
      totalCents: it.total_cents,
      taxCents: it.invoice_lines.reduce((sum, { tax_cents }) => sum + tax_cents, 0),
      dueCents: it.due_cents,
      currency: it.currency,
      createdAt: it.created_at,
      paidAt: it.paid_at,
      nextAttemptAt: it.next_payment_attempt_at,
      paymentProblem: it.payment_problem,
      hostedUrl: it.hosted_url,
      pdfUrl: it.pdf_url,
    }),
  );

/** A place between two invoices, for paging. Stripe dates invoices to the second. */
export interface InvoicePlace {
  readonly createdAt: Date;
  readonly id: string;
}

const PLACE = /^(\d{1,12})_(\w{1,255})$/;

/** A place as it stands in an address. */
export const placeInWords = ({ createdAt, id }: InvoicePlace) => `${createdAt.getTime() / 1000}_${id}`;

/** Reads a place from an address; anything else is the beginning. */
export function placeOf(words: unknown): InvoicePlace | undefined {
  const [, seconds, id] = (typeof words === "string" && words.match(PLACE)) || [];
  return seconds && id ? { createdAt: new Date(Number(seconds) * 1000), id } : undefined;
}

/**
 * An account's invoices, newest first, under the row level security of whoever is signed in. Drafts are among them,
 * although they may still change.
 * @param page.after the last one shown, for the next page
 * @param page.from only those made since then
 * @param page.to only those made before then
 * @param page.most how many, at most 100
 * @throws Error if the database cannot answer
 */
export async function listInvoices(
  client: SupabaseClient,
  account: AccountId,
  { after, from, to, most = 24 }: { after?: InvoicePlace | undefined; from?: Date; to?: Date; most?: number } = {},
): Promise<Invoice[]> {
  let query = client.from("invoices").select(`${INVOICE_COLUMNS}, ${ABOUT_COLUMNS}`).eq("account_id", account);
  if (from) query = query.gte("created_at", from.toISOString());
  if (to) query = query.lt("created_at", to.toISOString());
  if (after) {
    const at = after.createdAt.toISOString();
    query = query.or(`created_at.lt."${at}",and(created_at.eq."${at}",id.lt.${after.id})`);
  }
  const { data, error } = await query
    .order("created_at", { ascending: false })
    .order("id", { ascending: false })
    .limit(Math.min(most, 100));
  if (error) throw new Error(`The invoices could not be read: ${error.message}`);
  return z.array(invoiceRow).parse(data);
}
