import type Stripe from "stripe";
import { fromSeconds } from "@/lib/stripe/client";
import type { ReadSubscription } from "./snapshot";

const DUNNED: readonly (string | null)[] = ["subscription_cycle", "subscription_threshold"];

/** The last invoice of a subscription that was ended, for what was used until then. */
const isFinal = ({ endedAt }: ReadSubscription, { billing_reason: reason, created }: Stripe.Invoice) =>
  endedAt !== null && reason === "manual" && fromSeconds(created) >= endedAt;

/**
 * The invoices of a subscription that dunning is about: a renewal charged automatically, or the last one after its end,
 * that was tried and is not paid. A first payment, a change of plan and an invoice on net terms are none of its business.
 */
export function unpaidInvoices(subscription: ReadSubscription): Stripe.Invoice[] {
  if (subscription.status === "incomplete" || subscription.status === "incomplete_expired") return [];
  return subscription.invoices
    .map(({ invoice }) => invoice)
    .filter(
      (invoice) =>
        (invoice.status === "open" || invoice.status === "uncollectible") &&
        invoice.collection_method === "charge_automatically" &&
        (DUNNED.includes(invoice.billing_reason) || isFinal(subscription, invoice)) &&
        invoice.attempt_count > 0,
    );
}

/** An unpaid invoice as the dunning case stores it; its clock starts with the first attempt, made at finalization. */
export function toUnpaidRow(invoice: Stripe.Invoice): Record<string, unknown> {
  return {
    invoice_id: invoice.id,
    attempts: invoice.attempt_count,
    action_required: false,
    failed_at: fromSeconds(invoice.status_transitions.finalized_at ?? invoice.created),
  };
}
