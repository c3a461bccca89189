import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { isInquiry, isOpenDispute, standsRefunded } from "@/lib/billing/returns";
import type { AccountId } from "@/lib/billing/units";

/** Something that went back of an invoice's money, or is held. */
export interface Returned {
  readonly id: string;
  readonly kind: "refund" | "credit_note" | "dispute";
  readonly state: "done" | "pending" | "open" | "lost" | "won" | "failed";
  readonly cents: number;
  readonly at: Date;
  /** The number of a credit note. */
  readonly number: string | null;
}

/** What has happened to an invoice's money after it was paid. */
export interface Returns {
  /** What stands returned or disputed now, in cents. */
  readonly returnedCents: number;
  readonly isDisputed: boolean;
  /** The newest first. */
  readonly events: readonly Returned[];
}

const made = z.object({ id: z.string(), cents: z.number(), status: z.string(), at: z.coerce.date() });
const paymentRow = z.object({
  invoice_id: z.string(),
  returned_cents: z.number(),
  is_disputed: z.boolean(),
  refunds: z.array(made),
  disputes: z.array(made),
});
const noteRow = z.object({
  id: z.string(),
  invoice_id: z.string(),
  number: z.string(),
  total_cents: z.number(),
  created_at: z.coerce.date(),
});
type Made = z.output<typeof made>;

function toRefund({ id, cents, status, at }: Made): Returned {
  const state = status === "succeeded" ? "done" : standsRefunded({ status }) ? "pending" : "failed";
  return { id, kind: "refund", state, cents, at, number: null };
}

/** An inquiry holds nothing, and one that was prevented never came to anything: nobody is told of either. */
function toDispute({ id, cents, status, at }: Made): Returned[] {
  if (isInquiry({ status }) || status === "warning_closed" || status === "prevented") return [];
  const state = isOpenDispute({ status }) ? "open" : status === "lost" ? "lost" : "won";
  return [{ id, kind: "dispute", state, cents, at, number: null }];
}

/**
 * What went back of some invoices, under the row level security of whoever is signed in: members see credit notes,
 * owners and admins refunds and disputes too.
 * @returns by the id of the invoice; those of which nothing went back are left out
 * @throws Error if the database cannot answer
 */
export async function readReturned(
  client: SupabaseClient,
  account: AccountId,
  invoices: readonly string[],
): Promise<Map<string, Returns>> {
  if (invoices.length === 0) return new Map();
  const [payments, notes] = await Promise.all([
    client
      .from("payments")
      .select("invoice_id, returned_cents, is_disputed, refunds, disputes")
      .eq("account_id", account)
      .in("invoice_id", [...invoices]),
    client
      .from("credit_notes")
      .select("id, invoice_id, number, total_cents, created_at")
      .eq("account_id", account)
      .in("invoice_id", [...invoices]),
  ]);
  const error = payments.error ?? notes.error;
  if (error) throw new Error(`What went back of the invoices could not be read: ${error.message}`);
  const paid = z.array(paymentRow).parse(payments.data);
  const credited = z.array(noteRow).parse(notes.data);
  const entries = invoices.map((id): [string, Returns] => {
    const own = paid.filter(({ invoice_id: of }) => of === id);
    const events = [
      ...own.flatMap(({ refunds }) => refunds.map(toRefund)),
      ...own.flatMap(({ disputes }) => disputes.flatMap(toDispute)),
      ...credited
        .filter(({ invoice_id: of }) => of === id)
        .map((note): Returned => {
          const { id: noteId, number, total_cents: cents, created_at: at } = note;
          return { id: noteId, kind: "credit_note", state: "done", cents, at, number };
        }),
    ].toSorted((a, b) => b.at.getTime() - a.at.getTime());
    const returnedCents = own.reduce((sum, { returned_cents: cents }) => sum + cents, 0);
    return [id, { returnedCents, isDisputed: own.some(({ is_disputed: is }) => is), events }];
  });
  return new Map(entries.filter(([, { events }]) => events.length > 0));
}

/**
 * Whether a credit note stands on an invoice of an account, as far as the reader may know.
 * @throws Error if the database cannot answer
 */
export async function hasCreditNote(
  client: SupabaseClient,
  account: AccountId,
  invoice: string,
  note: string,
): Promise<boolean> {
  const returned = (await readReturned(client, account, [invoice])).get(invoice);
  return returned?.events.some(({ id, kind }) => id === note && kind === "credit_note") ?? false;
}
