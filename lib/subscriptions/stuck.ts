import Stripe from "stripe";
import { finalizationProblem } from "@/lib/billing/finalization";
import { isLivemode, stripe } from "@/lib/stripe/client";
import { subscriptionOf } from "@/lib/stripe/invoices";
import { rpc } from "@/lib/supabase/rpc";

/** A draft that Stripe could not finalize: it is not charged, and no event of a payment ever comes for it. */
export const isStuck = ({ status, last_finalization_error: error }: Stripe.Invoice): boolean =>
  status === "draft" && error !== null && error !== undefined;

/** The mail that asks a customer for what keeps their invoice from being made, once an invoice. */
export function stuckMail({ id, last_finalization_error: error, total, currency }: Stripe.Invoice) {
  const { lacks } = finalizationProblem(error?.code ?? null);
  if (!lacks || !id) return [];
  return [{ kind: "invoice_stuck", key: `${id}:${lacks}`, data: { lacks, amountCents: total, currency } }];
}

/** What an admin is told of it. */
export function stuckAlert(invoice: Stripe.Invoice) {
  const { id, last_finalization_error: error } = invoice;
  const { lacks, wayOut } = finalizationProblem(error?.code ?? null);
  return {
    kind: "finalization_failed" as const,
    key: String(id),
    data: {
      invoice: String(id),
      subscription: subscriptionOf(invoice),
      reason: error?.message ?? error?.code ?? null,
      wayOut,
      lacks,
    },
  };
}

/**
 * Has Stripe try again to finalize what it could not for want of a customer's address or tax id, after that was changed.
 * What still cannot be finalized stays as it is, and Stripe tells of it anew.
 * @returns false if the customer is none of ours
 * @throws Error if Stripe or the database cannot answer
 */
export async function finalizeStuck(customer: string): Promise<boolean> {
  const owner = await rpc<{ account_id: string | null }>("find_customer_account", {
    customer_id: customer,
    livemode: isLivemode(),
  });
  if (!owner.account_id) return false;
  const { data } = await stripe().invoices.list({ customer, status: "draft", limit: 100 });
  for (const invoice of data) {
    if (!invoice.id || !isStuck(invoice) || !finalizationProblem(invoice.last_finalization_error?.code ?? null).lacks)
      continue;
    try {
      await stripe().invoices.finalizeInvoice(invoice.id);
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    }
  }
  return true;
}
