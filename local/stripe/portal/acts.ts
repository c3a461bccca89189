import { StripeError } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import type { TypedCard } from "../pages/typed-payment.ts";
import { addressOf } from "../resources/address.ts";
import { detach } from "../resources/detach.ts";
import { createCard, methodOf } from "../resources/payment-method-rules.ts";
import {
  attemptSetup,
  createSetupIntent,
  finishSetupAuthentication,
  type SetupIntent,
} from "../resources/setup-intents.ts";
import { billAfterEnd, creditAfterEnd, endSubscription } from "../subscriptions/end.ts";
import { updateSubscription } from "../subscriptions/update.ts";
import type { OpenSession } from "./sessions.ts";

type Saved = { outcome: "saved" } | { outcome: "authenticate" } | { outcome: "declined"; message: string };
interface PendingSetup {
  id: string;
  intent: string;
}

const pending = (context: Context) => context.store.hidden<PendingSetup>("_portal_setup");

/** Saves a card with the customer and makes it the one that is charged, once the bank has agreed. */
export function addCard(open: OpenSession, card: TypedCard, name: string, context: Context): Saved {
  try {
    const { email } = open.customer;
    const method = createCard(context, card, { name, email });
    const intent = createSetupIntent(context, { customer: open.customer.id });
    return settle(open, attemptSetup(context, intent.id, { paymentMethod: method.id }), context);
  } catch (error) {
    if (error instanceof StripeError && error.body.type === "card_error")
      return { outcome: "declined", message: error.message };
    throw error;
  }
}

/** What follows the 3D Secure page of a card that is being saved. */
export function authenticateCard(open: OpenSession, isPassed: boolean, context: Context): Saved {
  const waiting = pending(context).get(open.token);
  if (!waiting) return { outcome: "declined", message: "There is no card to confirm any more." };
  pending(context).delete(open.token);
  return settle(open, finishSetupAuthentication(context, waiting.intent, isPassed), context);
}

function settle(open: OpenSession, intent: SetupIntent, context: Context): Saved {
  if (intent.status === "requires_action") {
    pending(context).put({ id: open.token, intent: intent.id });
    return { outcome: "authenticate" };
  }
  if (intent.status !== "succeeded" || !intent.payment_method) {
    return { outcome: "declined", message: intent.last_setup_error?.message ?? "Your card was declined." };
  }
  makeDefault(open, intent.payment_method, context);
  return { outcome: "saved" };
}

/** Has invoices charged to this card from now on, wherever a subscription names no card of its own. */
export function makeDefault({ customer: { id } }: OpenSession, method: string, context: Context): void {
  const card = methodOf(context, id, method, "payment_method");
  const customer = context.find("customer", id);
  const invoice_settings = { ...customer.invoice_settings, default_payment_method: card.id };
  context.update("customer.updated", { ...customer, invoice_settings });
}

/** @returns what stands against it, if the card is the only one and a subscription lives on it */
export function removeCard({ customer: { id } }: OpenSession, method: string, context: Context): string | null {
  const card = methodOf(context, id, method, "payment_method");
  const others = context.store.objects("payment_method").list((row) => row.customer === id && row.id !== card.id);
  if (others.length === 0 && liveSubscriptions(id, context).length > 0) {
    return "Your plan is paid with this card. Add another one before you remove it.";
  }
  detach(context, card.id);
  return null;
}

/** The subscriptions that go on, or end later. */
export function liveSubscriptions(customer: string, { store }: Context) {
  return store.objects("subscription").list((row) => row.customer === customer && row.ended_at === null);
}

/** Changes the words on future invoices, as far as the configuration lets people. */
export function changeDetails(open: OpenSession, form: Record<string, string>, context: Context): void {
  const allowed = open.configuration.features.customer_update.allowed_updates;
  const customer = context.find("customer", open.customer.id);
  const text = (name: string) => form[name]?.trim() || null;
  context.update("customer.updated", {
    ...customer,
    name: allowed.includes("name") ? text("name") : customer.name,
    email: allowed.includes("email") ? text("email") : customer.email,
    phone: allowed.includes("phone") ? text("phone") : customer.phone,
    address: allowed.includes("address") ? addressIn(form) : customer.address,
  });
}

function addressIn(form: Record<string, string>): ReturnType<typeof addressOf> {
  const names = ["line1", "line2", "postal_code", "city", "state", "country"];
  const typed = names.flatMap((name) => (form[name]?.trim() ? [[name, form[name].trim()]] : []));
  return typed.length > 0 ? addressOf(Object.fromEntries(typed) as Record<string, string>) : null;
}

/** Ends a subscription as the configuration says: when it is paid until, or at once. */
export function cancel(open: OpenSession, id: string, form: Record<string, string>, context: Context): void {
  const subscription = ownSubscription(open, id, context);
  const { mode, proration_behavior: prorate } = open.configuration.features.subscription_cancel;
  const details = {
    ...(form.feedback && { feedback: form.feedback as "other" }),
    ...(form.comment?.trim() && { comment: form.comment.trim() }),
  };
  if (mode === "at_period_end") {
    const change = { cancel_at: "max_period_end" as const, cancellation_details: details };
    updateSubscription(subscription, change, context);
    return;
  }
  endSubscription(subscription, { reason: "cancellation_requested", ...details }, context);
  if (prorate === "always_invoice") billAfterEnd(subscription, { prorate: true }, context);
  else if (prorate === "create_prorations") creditAfterEnd(subscription, context);
}

/** Takes a planned end back. */
export function resume(open: OpenSession, id: string, context: Context): void {
  updateSubscription(ownSubscription(open, id, context), { cancel_at: "", cancel_at_period_end: false }, context);
}

/** @throws 400 for a subscription of another customer */
export function ownSubscription({ customer }: OpenSession, id: string, context: Context) {
  const subscription = context.find("subscription", id, "subscription");
  if (subscription.customer === customer.id) return subscription;
  throw new StripeError(400, { type: "invalid_request_error", message: "That plan is not yours." });
}
