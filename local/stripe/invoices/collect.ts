import { cardError, invalid, type StripeError } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { collectKey, requireOpen } from "./close.ts";
import type { Invoice } from "./draft.ts";
import { confirmPayment, intentOf, type PaymentOutcome } from "./payment.ts";

const daySeconds = 86_400;

/** What the last attempt to collect an invoice came to. */
interface LastAttempt {
  id: string;
  paymentMethod: string | null;
  /** The bank said never: the schedule of retries goes on, but nothing is tried until there is another card. */
  hardDecline: boolean;
  running: boolean;
}

export interface Attempt {
  /** `automatic`: by Stripe's own schedule, which alone raises `attempt_count` after the first. */
  by: "automatic" | "person";
  paymentMethod?: string;
}

interface Result {
  invoice: Invoice;
  error?: StripeError;
}

/**
 * Tries to collect an open invoice and writes down what came of it: paid, in processing, or failed with the next
 * attempt scheduled (`invoice.payment_failed`, and `invoice.payment_action_required` when the bank wants to see the
 * customer).
 * @returns the invoice after the attempt and, when it failed, the error a person would be shown.
 */
export function attemptInvoice(invoice: Invoice, attempt: Attempt, context: Context): Result {
  requireOpen(invoice, "paid");
  const paymentMethod = attempt.paymentMethod ?? paymentMethodFor(invoice, context);
  const last = lastAttempt(invoice.id, context);
  if (attempt.by === "automatic" && last?.hardDecline && last.paymentMethod === paymentMethod) {
    const counted = { ...invoice, attempt_count: invoice.attempt_count + 1 };
    return {
      invoice: context.update("invoice.updated", { ...counted, next_payment_attempt: scheduleRetry(counted, context) }),
    };
  }
  if (!paymentMethod) return withoutPaymentMethod(invoice, attempt, context);
  const intent = intentOf(invoice, context);
  if (!intent) throw new Error(`The open invoice ${invoice.id} has no payment intent`);
  const counts = invoice.attempt_count === 0 || attempt.by === "automatic";
  const counted = context.save({
    ...invoice,
    attempted: true,
    attempt_count: invoice.attempt_count + (counts ? 1 : 0),
  });
  remember({ id: invoice.id, paymentMethod, hardDecline: false, running: true }, context);
  const outcome = confirmPayment(intent, paymentMethod, context);
  remember({ id: invoice.id, paymentMethod, hardDecline: isFinal(outcome), running: false }, context);
  const succeeds = outcome.status === "succeeded" || outcome.status === "processing";
  if (succeeds) return { invoice: context.find("invoice", invoice.id) };
  return recordFailure(counted, counts, outcome, context);
}

/** Whether an attempt of ours is under way, so that what its intent says is not taken for news. */
export function isAttempting(invoice: string, context: Context): boolean {
  return lastAttempt(invoice, context)?.running ?? false;
}

/** A payment that was in processing, or at the bank's 3D Secure page, came to nothing. */
export function recordLateFailure(invoice: Invoice, context: Context): void {
  if (invoice.status !== "open") return;
  const next_payment_attempt = invoice.next_payment_attempt ?? scheduleRetry(invoice, context);
  const failed = context.update("invoice.updated", { ...invoice, attempted: true, next_payment_attempt });
  context.emit("invoice.payment_failed", failed);
}

/** The payment method an invoice is collected with: its own, its subscription's, its customer's. */
export function paymentMethodFor(invoice: Invoice, context: Context): string | null {
  const subscription = invoice.parent?.subscription_details?.subscription;
  const ofSubscription = subscription && context.find("subscription", subscription).default_payment_method;
  if (invoice.default_payment_method || ofSubscription) return invoice.default_payment_method || ofSubscription || null;
  return invoice.customer
    ? (context.find("customer", invoice.customer).invoice_settings.default_payment_method ?? null)
    : null;
}

/** Stops Stripe from collecting any finalized invoice of a customer, as ending a subscription does. */
export function stopCollecting(customer: string, context: Context): void {
  for (const invoice of context.store
    .objects("invoice")
    .list((row) => row.customer === customer && row.status === "open")) {
    context.unschedule(collectKey(invoice.id));
    context.update("invoice.updated", { ...invoice, auto_advance: false, next_payment_attempt: null });
  }
}

function withoutPaymentMethod(invoice: Invoice, attempt: Attempt, context: Context): Result {
  if (attempt.by === "person") {
    throw invalid(
      "There is no `default_payment_method` set on this Customer or Invoice. Please set one or pass a `payment_method`.",
      "payment_method",
      "missing",
    );
  }
  const failed = context.update("invoice.updated", {
    ...invoice,
    attempted: true,
    attempt_count: invoice.attempt_count || 1,
    next_payment_attempt: null,
  });
  context.emit("invoice.payment_failed", failed);
  return { invoice: context.find("invoice", invoice.id) };
}

function recordFailure(invoice: Invoice, counts: boolean, outcome: PaymentOutcome, context: Context): Result {
  const next_payment_attempt = counts ? scheduleRetry(invoice, context) : invoice.next_payment_attempt;
  const isLast = invoice.attempt_count > context.settings.retryDays.length;
  const auto_advance = invoice.auto_advance && (!isLast || context.settings.advancesAfterRetries);
  const failed = context.update("invoice.updated", { ...invoice, auto_advance, next_payment_attempt });
  if (outcome.status === "requires_action") context.emit("invoice.payment_action_required", failed);
  context.emit("invoice.payment_failed", failed);
  return { invoice: context.find("invoice", invoice.id), error: outcome.error ?? actionRequired(outcome) };
}

function actionRequired({ intent }: PaymentOutcome): StripeError {
  return cardError({
    code: "invoice_payment_intent_requires_action",
    message:
      "Payment for this invoice requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice. For more details see: https://docs.stripe.com/billing/subscriptions/overview#requires-action",
    payment_intent: intent,
  });
}

function isFinal({ status, intent }: PaymentOutcome): boolean {
  const failure = intent.last_payment_error;
  return status === "failed" && failure?.advice_code === "do_not_try_again";
}

function scheduleRetry(invoice: Invoice, context: Context): number | null {
  const wait = context.settings.retryDays[invoice.attempt_count - 1];
  const retried = invoice.auto_advance && invoice.collection_method === "charge_automatically";
  if (wait === undefined || !retried || invoice.billing_reason === "subscription_create") return null;
  const at = context.now() + wait * daySeconds;
  context.schedule(at, "invoice.collect", { invoice: invoice.id }, collectKey(invoice.id));
  return at;
}

function lastAttempt(invoice: string, { store }: Context): LastAttempt | undefined {
  return store.hidden<LastAttempt>("_last_attempts").get(invoice);
}

function remember(attempt: LastAttempt, { store }: Context): void {
  store.hidden<LastAttempt>("_last_attempts").put(attempt);
}
