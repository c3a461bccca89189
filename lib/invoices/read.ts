import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import type { AccountId } from "@/lib/billing/units";
import { rpc } from "@/lib/supabase/rpc";
import { INVOICE_COLUMNS, type Invoice, invoiceRow } from "./list";

/** Use by one model and feature that a line bills. */
export interface UsedPart {
  readonly feature: string | null;
  readonly model: string | null;
  readonly credits: number;
  readonly entries: number;
}

/** The use behind a line of overage. What was used, and what moved in from or out to other periods, make its quantity. */
export interface OverageReason {
  readonly used: readonly UsedPart[];
  readonly usedCredits: number;
  /** Late use of earlier periods, whose own invoice was made already. */
  readonly carriedInCredits: number;
  readonly carriedFrom: Date | null;
  /** Use of this period that came too late for this invoice and stands on a later one. */
  readonly carriedOutCredits: number;
  /** What is on none: it did not reach Stripe and was not charged. */
  readonly unbilledCredits: number;
}

/** Credits that a line has given. */
export interface LineGrant {
  readonly source: string;
  readonly credits: number;
  readonly effectiveAt: Date;
  readonly expiresAt: Date | null;
}

export interface InvoiceLine {
  readonly id: string;
  readonly kind: "base" | "overage" | "pack" | "proration" | "credit" | "other";
  readonly planKey: string | null;
  readonly description: string | null;
  readonly quantity: number | null;
  readonly unit: string | null;
  /** The price of one, in cents, as a decimal. */
  readonly unitPrice: string | null;
  readonly amountCents: number;
  readonly taxCents: number;
  readonly discountCents: number;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly overage: OverageReason | null;
  readonly grants: readonly LineGrant[];
}

/** An invoice with its lines and why each is on it. */
export interface ExplainedInvoice extends Invoice {
  readonly lines: readonly InvoiceLine[];
}

const lineRow = z.object({
  id: z.string(),
  position: z.number(),
  kind: z.enum(["base", "overage", "pack", "proration", "credit", "other"]),
  plan_key: z.string().nullable(),
  description: z.string().nullable(),
  quantity: z.number().nullable(),
  unit: z.string().nullable(),
  unit_price: z.string().nullable(),
  amount_cents: z.number(),
  tax_cents: z.number(),
  discount_cents: z.number(),
  period_start_at: z.coerce.date(),
  period_end_at: z.coerce.date(),
});

const reasons = z.object({
  lines: z.array(
    z.object({
      id: z.string(),
      overage: z
        .object({
          used: z.array(
            z.object({
              feature: z.string().nullable(),
              model: z.string().nullable(),
              credits: z.number(),
              entries: z.number(),
            }),
          ),
          carried_in: z.number(),
          carried_from: z.coerce.date().nullable(),
          carried_out: z.number(),
          unbilled: z.number(),
        })
        .nullable(),
      grants: z.array(
        z.object({
          source: z.string(),
          credits: z.number(),
          effective_at: z.coerce.date(),
          expires_at: z.coerce.date().nullable(),
        }),
      ),
    }),
  ),
});

type Reason = z.infer<typeof reasons>["lines"][number];

function toOverage(given: NonNullable<Reason["overage"]>): OverageReason {
  return {
    used: given.used,
    usedCredits: given.used.reduce((sum, part) => sum + part.credits, 0),
    carriedInCredits: given.carried_in,
    carriedFrom: given.carried_from,
    carriedOutCredits: given.carried_out,
    unbilledCredits: given.unbilled,
  };
}

function toLine(row: z.infer<typeof lineRow>, reason: Reason | undefined): InvoiceLine {
  return {
    id: row.id,
    kind: row.kind,
    planKey: row.plan_key,
    description: row.description,
    quantity: row.quantity,
    unit: row.unit,
    unitPrice: row.unit_price,
    amountCents: row.amount_cents,
    taxCents: row.tax_cents,
    discountCents: row.discount_cents,
    periodStart: row.period_start_at,
    periodEnd: row.period_end_at,
    overage: reason?.overage ? toOverage(reason.overage) : null,
    grants: (reason?.grants ?? []).map(({ source, credits, effective_at, expires_at }) => ({
      source,
      credits,
      effectiveAt: effective_at,
      expiresAt: expires_at,
    })),
  };
}

/**
 * One invoice of an account with its lines, and why each is on it, under the row level security of whoever is signed in.
 * @returns null if the account has no such invoice
 * @throws Error if the database cannot answer
 */
export async function readInvoice(
  client: SupabaseClient,
  account: AccountId,
  id: string,
): Promise<ExplainedInvoice | null> {
  const { data, error } = await client
    .from("invoices")
    .select(`${INVOICE_COLUMNS}, invoice_lines(*)`)
    .eq("account_id", account)
    .eq("id", id)
    .maybeSingle();
  if (error) throw new Error(`The invoice could not be read: ${error.message}`);
  if (!data) return null;
  const explained = reasons.parse(await rpc("explain_invoice", { account_id: account, invoice_id: id }));
  const lines = z
    .array(lineRow)
    .parse(data.invoice_lines)
    .sort((a, b) => a.position - b.position);
  return {
    ...invoiceRow.parse(data),
    lines: lines.map((row) =>
      toLine(
        row,
        explained.lines.find((reason) => reason.id === row.id),
      ),
    ),
  };
}
