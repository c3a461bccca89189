import type Stripe from "stripe";
import { collectionOf } from "@/lib/billing/collection";
import type { UnpaidInvoice } from "@/lib/billing/dunning";
import { fromSeconds, fromSecondsOrNull, idOf, stripe } from "@/lib/stripe/client";
import type { ReadSubscription } from "@/lib/subscriptions/snapshot";
import type { KnownMember } from "./case";

const RENEWALS: readonly (string | null)[] = ["subscription_cycle", "subscription_threshold"];

/** Declines after which Stripe tries nothing until there is another card. https://docs.stripe.com/billing/revenue-recovery/smart-retries */
const FINAL_DECLINES: readonly (string | undefined)[] = [
  "incorrect_number",
  "lost_card",
  "pickup_card",
  "stolen_card",
  "revocation_of_authorization",
  "revocation_of_all_authorizations",
  "highest_risk_level",
  "transaction_not_allowed",
];

export const isOwed = ({ status }: Stripe.Invoice) => status === "open" || status === "uncollectible";

/** The last invoice of a subscription that was ended, for what was used until then. */
const isFinal = ({ endedAt }: ReadSubscription, { billing_reason: reason, created }: Stripe.Invoice) =>
  endedAt !== null && reason === "manual" && fromSeconds(created) >= endedAt;

/**
 * Whether dunning is about an invoice of a plan: a renewal that was tried and is not paid, what was left to bill when
 * the plan ended, or an invoice on terms past its date. A first payment and a change of plan are none of its business.
 */
export function isDunned(invoice: Stripe.Invoice, subscription: ReadSubscription, now: Date): boolean {
  const { status } = subscription;
  if (!isOwed(invoice) || status === "incomplete" || status === "incomplete_expired") return false;
  if (invoice.collection_method === "send_invoice") {
    const due = fromSecondsOrNull(invoice.due_date);
    return due !== null && due <= now;
  }
  return invoice.attempt_count > 0 && (isFinal(subscription, invoice) || RENEWALS.includes(invoice.billing_reason));
}

/** The payment that Stripe tries an invoice with, or null if there is none. */
async function intentOf(invoice: string): Promise<Stripe.PaymentIntent | null> {
  const { data } = await stripe().invoicePayments.list({ invoice, limit: 100 });
  const payment = data.find(({ status }) => status === "open") ?? data[0];
  const intent = idOf(payment?.payment.payment_intent);
  return intent ? stripe().paymentIntents.retrieve(intent) : null;
}

/** The payment method that Stripe's own attempts use. */
async function methodOf(invoice: Stripe.Invoice, subscription: ReadSubscription | null): Promise<string | null> {
  const own = idOf(invoice.default_payment_method) ?? idOf(subscription?.raw.default_payment_method);
  const customer = idOf(invoice.customer);
  if (own || !customer) return own;
  const found = await stripe().customers.retrieve(customer);
  return found.deleted ? null : idOf(found.invoice_settings.default_payment_method);
}

async function isFinalDecline(
  invoice: Stripe.Invoice,
  error: Stripe.PaymentIntent.LastPaymentError | null | undefined,
  subscription: ReadSubscription | null,
): Promise<boolean> {
  if (!error) return false;
  if (error.advice_code !== "do_not_try_again" && !FINAL_DECLINES.includes(error.decline_code)) return false;
  return idOf(error.payment_method) === (await methodOf(invoice, subscription));
}

/** An invoice on terms: no attempts, and its clock starts with the day it was due. */
function onTerms(invoice: Stripe.Invoice): UnpaidInvoice {
  return {
    id: String(invoice.id),
    attempts: 0,
    onTerms: true,
    failedAt: fromSeconds(invoice.due_date ?? invoice.created),
    collection: "running",
    isRefusedForGood: false,
    needsAction: false,
    isUncollectible: invoice.status === "uncollectible",
    isProcessing: false,
  };
}

/**
 * An invoice that is owed, with what Stripe says of its payment. What a person tried by hand is told from Stripe's own
 * attempts by the count, which only the latter raise. A debit takes days to fail, so that its clock starts when the
 * failure is noticed; a card's starts with the first attempt, made when the invoice was finalized.
 * @param known the invoice in the open case, if it is there already
 */
export async function toUnpaid(
  invoice: Stripe.Invoice,
  subscription: ReadSubscription | null,
  known: KnownMember | undefined,
  now: Date,
): Promise<UnpaidInvoice> {
  if (invoice.collection_method === "send_invoice") return onTerms(invoice);
  const intent = await intentOf(String(invoice.id));
  const error = intent?.last_payment_error;
  const isNews = !known || invoice.attempt_count > known.attempts;
  const isDebit = error?.payment_method !== undefined && error.payment_method.type !== "card";
  const collection = collectionOf(
    {
      advances: invoice.auto_advance !== false,
      attempts: invoice.attempt_count,
      hasNextAttempt: invoice.next_payment_attempt !== null,
    },
    known,
  );
  return {
    id: String(invoice.id),
    attempts: invoice.attempt_count,
    onTerms: false,
    failedAt: isDebit ? now : fromSeconds(invoice.status_transitions.finalized_at ?? invoice.created),
    collection,
    isRefusedForGood: isNews && (await isFinalDecline(invoice, error, subscription)),
    needsAction: (known?.actionRequired ?? false) || (isNews && intent?.status === "requires_action"),
    isUncollectible: invoice.status === "uncollectible",
    isProcessing: intent?.status === "processing" || intent?.status === "succeeded",
  };
}
