import { z } from "zod";
import { workThrough } from "@/lib/batch";
import { planOf } from "@/lib/billing/offers";
import { now } from "@/lib/clock";
import { isLivemode } from "@/lib/stripe/client";
import { rpc } from "@/lib/supabase/rpc";

const MOST_MAILS = 50;

const plan = z.enum(["free", "payg", "starter", "pro", "enterprise"]).nullable().catch(null);
const paidInvoices = z.array(
  z.object({
    invoice_id: z.string(),
    account_id: z.string(),
    number: z.string().nullable(),
    amount_cents: z.number(),
    currency: z.string(),
    paid_at: z.string(),
    invoice_url: z.string().nullable(),
    plan_key: plan,
    renews_at: z.string().nullable(),
  }),
);

/**
 * Sends the receipt of each paid plan invoice that no other mail has told of, once an invoice, from our own books: a
 * receipt does not depend on when or whether an event came.
 * @throws AggregateError naming what failed, after the others had their turn; the next tick tries again
 */
export async function mailReceipts(): Promise<void> {
  const due = paidInvoices.parse(
    await rpc("find_unreceipted", { livemode: isLivemode(), most: MOST_MAILS, at: now() }),
  );
  await workThrough(due, (invoice) =>
    rpc("queue_mail", {
      account_id: invoice.account_id,
      kind: "payment_receipt",
      key: invoice.invoice_id,
      data: {
        planName: invoice.plan_key && planOf(invoice.plan_key).name,
        number: invoice.number,
        amountCents: invoice.amount_cents,
        currency: invoice.currency,
        paidAt: invoice.paid_at,
        invoiceUrl: invoice.invoice_url,
        renewsAt: invoice.renews_at,
      },
      at: now(),
    }),
  );
}
