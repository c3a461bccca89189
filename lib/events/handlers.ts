import type Stripe from "stripe";
import { forgetCustomer } from "@/lib/checkout/customer";
import { syncPlanCheckout, syncPurchase } from "@/lib/checkout/purchase";
import { type CardChange, followCard } from "@/lib/invoices/card";
import { flushCustomer } from "@/lib/metering/report";
import { answerFraudWarning } from "@/lib/payments/fraud-warning";
import { notePayment, syncInvoicePayments, syncPayment } from "@/lib/payments/payment";
import { idOf, stripe } from "@/lib/stripe/client";
import { withCustomer } from "@/lib/subscriptions/lease";
import { finalizeStuck } from "@/lib/subscriptions/stuck";
import { syncSubscription } from "@/lib/subscriptions/sync";
import type { EventType } from "./types";

/** Whom a worker has to itself. The subject is the customer, or the event's own id if it names none. */
export interface Held {
  readonly subject: string;
  readonly lease: string;
}

/**
 * What an event asks to be fetched again. Events of one customer with the same key are one piece of work, whatever
 * their number. It answers whether the object was ours.
 */
export interface Work {
  readonly key: string;
  readonly run: (held: Held) => Promise<boolean>;
}

type EventOf<T extends EventType> = Extract<Stripe.Event, { type: T }>;
type Handlers = { [T in EventType]: (event: EventOf<T>) => Work };

const subscriptions = (): Work => ({
  key: "subscriptions",
  run: ({ subject, lease }) => syncSubscription({ customer: subject, lease }),
});

/** The invoice of a period that has ended: what was used in that period is sent while the invoice is a draft. */
function invoiceMade({ id, billing_reason: reason }: Stripe.Invoice): Work {
  if (reason !== "subscription_cycle") return subscriptions();
  return {
    key: `cycle ${id}`,
    run: async (held) => {
      const ours = await subscriptions().run(held);
      if (ours) await flushCustomer(held.subject);
      return ours;
    },
  };
}

/** What a checkout session has become: a pack's purchase, or a plan's subscription. */
export function session({ id, mode }: Stripe.Checkout.Session): Work {
  return {
    key: `session ${id}`,
    run: async ({ subject: customer, lease }) => {
      if (mode !== "subscription") return syncPurchase({ session: id, customer, lease });
      const ours = await syncSubscription({ customer, lease });
      await syncPlanCheckout(id);
      return ours;
    },
  };
}

type PaymentVerb = (held: { paymentIntent: string; customer: string; lease: string }) => Promise<boolean>;

/** Does something about a payment. Refunds, disputes and the like name no customer, so the payment is asked whose it is. */
function about(name: string, reference: string | Stripe.PaymentIntent | null | undefined, verb: PaymentVerb): Work {
  const paymentIntent = idOf(reference);
  return {
    key: `${name} ${paymentIntent}`,
    run: async ({ subject, lease }) => {
      if (!paymentIntent) return false;
      const customer = idOf((await stripe().paymentIntents.retrieve(paymentIntent)).customer);
      if (!customer) return false;
      if (customer === subject) return verb({ paymentIntent, customer, lease });
      return withCustomer(customer, (own) => verb({ paymentIntent, customer, lease: own }));
    },
  };
}

/** The money of a payment has moved. */
const payment = (reference: string | Stripe.PaymentIntent | null): Work => about("payment", reference, syncPayment);

/** A bank has warned that a payment was fraud, or has more to say of it. */
function warned({ id, payment_intent: reference }: Stripe.Radar.EarlyFraudWarning, isNew: boolean): Work {
  const key = isNew ? `warning ${id}` : `warning again ${id}`;
  return about(key, reference, (held) => answerFraudWarning({ warning: id, isNew, ...held }));
}

/** An invoice was credited: it may be paid by that, or money it brought goes back without a refund. */
function credited({ invoice }: Stripe.CreditNote): Work {
  const id = idOf(invoice);
  return {
    key: `credited ${id}`,
    run: async (held) => {
      const ours = await subscriptions().run(held);
      if (id && ours) await syncInvoicePayments({ invoice: id, customer: held.subject, lease: held.lease });
      return ours;
    },
  };
}

/** What a customer pays with has changed, or may have. */
function card(change: Omit<CardChange, "customer" | "lease">): Work {
  return {
    key: `card ${change.method} ${change.renewal} ${change.changedAt}`,
    run: ({ subject: customer, lease }) => followCard({ ...change, customer, lease }),
  };
}

/** What an invoice's tax depends on. */
const WHERE = ["address", "shipping", "tax"] as const;

/** What an invoice waits for may be there. */
const finalize = (): Work => ({ key: "address", run: ({ subject }) => finalizeStuck(subject) });

/** A customer was changed: a card is charged from now on, an address may let an invoice be made. Nothing else follows. */
function customer(event: EventOf<"customer.updated">): Work {
  const before = event.data.previous_attributes;
  if (!before || before.invoice_settings) return card({ method: null, renewal: null, changedAt: event.created });
  if (WHERE.some((name) => name in before)) return finalize();
  return { key: "customer", run: async () => true };
}

/** From event to what is fetched again. An event's name decides nothing else: grants follow from the objects. */
export const handlers: Handlers = {
  "checkout.session.completed": (event) => session(event.data.object),
  "checkout.session.expired": (event) => session(event.data.object),
  "checkout.session.async_payment_succeeded": (event) => session(event.data.object),
  "checkout.session.async_payment_failed": (event) => session(event.data.object),
  "customer.subscription.created": subscriptions,
  "customer.subscription.updated": subscriptions,
  "customer.subscription.deleted": subscriptions,
  "customer.subscription.pending_update_applied": subscriptions,
  "customer.subscription.pending_update_expired": subscriptions,
  "customer.subscription.paused": subscriptions,
  "customer.subscription.resumed": subscriptions,
  "customer.updated": customer,
  "customer.tax_id.created": finalize,
  "customer.tax_id.updated": finalize,
  "payment_method.attached": ({ data, created }) => card({ method: data.object.id, renewal: null, changedAt: created }),
  "payment_method.automatically_updated": ({ id, data, created }) =>
    card({ method: data.object.id, renewal: id, changedAt: created }),
  "customer.deleted": ({ data }) => ({
    key: "deleted",
    run: async ({ subject: customer, lease }) => {
      await forgetCustomer(data.object.id);
      await syncSubscription({ customer, lease });
      return true;
    },
  }),
  "invoice.created": (event) => invoiceMade(event.data.object),
  "invoice.finalized": subscriptions,
  "invoice.finalization_failed": subscriptions,
  "invoice.paid": subscriptions,
  "invoice.payment_failed": subscriptions,
  "invoice.payment_action_required": subscriptions,
  "invoice.voided": subscriptions,
  "invoice.marked_uncollectible": subscriptions,
  "charge.refunded": (event) => payment(event.data.object.payment_intent),
  "refund.created": (event) => payment(event.data.object.payment_intent),
  "refund.updated": (event) => payment(event.data.object.payment_intent),
  "refund.failed": (event) => payment(event.data.object.payment_intent),
  "charge.dispute.created": (event) => payment(event.data.object.payment_intent),
  "charge.dispute.updated": (event) => payment(event.data.object.payment_intent),
  "charge.dispute.closed": (event) => payment(event.data.object.payment_intent),
  "credit_note.created": (event) => credited(event.data.object),
  "credit_note.voided": (event) => credited(event.data.object),
  "invoice_payment.paid": (event) => about("paid by", event.data.object.payment.payment_intent, notePayment),
  "radar.early_fraud_warning.created": (event) => warned(event.data.object, true),
  "radar.early_fraud_warning.updated": (event) => warned(event.data.object, false),
};

/** The work behind an event of a type we handle. */
export function workOf<T extends EventType>(type: T, event: Stripe.Event): Work {
  return handlers[type](event as EventOf<T>);
}
