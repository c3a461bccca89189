import { z } from "zod";
import { packVersion } from "@/lib/billing/offers";
import type { AccountId } from "@/lib/billing/units";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const returned = z.object({ id: z.string(), cents: z.number(), status: z.string(), at: z.coerce.date() });

const row = z
  .object({
    payment_intent_id: z.string(),
    kind: z.enum(["pack", "plan", "other"]),
    paid_at: z.coerce.date(),
    charged_cents: z.number(),
    currency: z.string(),
    returned_cents: z.number(),
    refunds: z.array(returned.extend({ reason: z.string().nullable() })),
    disputes: z.array(returned.extend({ reason: z.string(), dueAt: z.coerce.date().nullable() })),
    credit_notes: z.array(
      z.object({ id: z.string(), number: z.string(), totalCents: z.number(), at: z.coerce.date() }),
    ),
    invoice_id: z.string().nullable(),
    number: z.string().nullable(),
    description: z.string().nullable(),
    pack_key: z.string().nullable(),
    pack_version: z.number().nullable(),
    grants: z.array(z.object({ source: z.string(), source_id: z.string() })),
  })
  .transform((it) => ({
    paymentIntent: it.payment_intent_id,
    kind: it.kind,
    at: it.paid_at,
    chargedCents: it.charged_cents,
    currency: it.currency,
    returnedCents: it.returned_cents,
    refunds: it.refunds,
    disputes: it.disputes,
    /** The newest dispute, whatever became of it. */
    dispute: it.disputes.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0] ?? null,
    creditNotes: it.credit_notes,
    invoice: it.invoice_id,
    invoiceNumber: it.number,
    /** What it bought, in words. */
    what:
      (it.pack_key && packVersion(it.pack_key, it.pack_version ?? 0)?.name) ??
      it.description ??
      (it.kind === "plan" ? "Plan" : it.kind === "pack" ? "Credits" : "Something else"),
    grants: it.grants,
  }));

/** A payment of an account, for a pack or a plan's invoice, with everything that went back of it. */
export type Payment = z.output<typeof row>;

/**
 * The payments of an account in the mode of our key, newest first.
 * @param account whose; the caller has checked that the reader may see it
 * @param page.before the `at` of the last one seen
 * @throws RpcError if the database cannot answer
 */
export async function readPayments(
  account: AccountId,
  page: { most?: number; before?: Date | null } = {},
): Promise<Payment[]> {
  return z.array(row).parse(
    await rpc("read_payments", {
      account_id: account,
      livemode: isLivemode(),
      most: page.most ?? 50,
      before: page.before ?? null,
    }),
  );
}
