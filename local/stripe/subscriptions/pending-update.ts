import type { Context } from "../core/resource.ts";
import { voidInvoice } from "../invoices/close.ts";
import type { Invoice } from "../invoices/draft.ts";
import type { Subscription } from "./items.ts";
import { scheduleTurn } from "./schedule.ts";
import { noteItems } from "./schedules/phases.ts";

/** A change that waits for its invoice to be paid, with what the subscription becomes then. */
interface WaitingChange {
  /** the subscription's id */
  id: string;
  invoice: string;
  target: Pick<Subscription, "items" | "billing_cycle_anchor" | "trial_end" | "status">;
}

/** Keeps what a subscription becomes once an invoice is paid. */
export function awaitPayment(target: Subscription, invoice: string, { store }: Context): void {
  const { items, billing_cycle_anchor, trial_end, status } = target;
  const change = { id: target.id, invoice, target: { items, billing_cycle_anchor, trial_end, status } };
  store.hidden<WaitingChange>("_waiting_changes").put(change);
}

/** Whether an invoice is what a change waits for: its failure is no failed renewal. */
export function isAwaited(invoice: Invoice, context: Context): boolean {
  const subscription = invoice.parent?.subscription_details?.subscription;
  return waitingChange(subscription, context)?.invoice === invoice.id;
}

/** Makes the change that waited for this invoice. @returns whether there was one. */
export function applyWhenPaid(subscription: Subscription, invoice: Invoice, context: Context): boolean {
  const change = waitingChange(subscription.id, context);
  if (change?.invoice !== invoice.id) return false;
  const waited = subscription.pending_update !== null;
  forget(subscription.id, context);
  const changed = context.update("customer.subscription.updated", {
    ...subscription,
    ...change.target,
    status: subscription.status === "trialing" ? change.target.status : subscription.status,
    pending_update: null,
  });
  if (waited) context.emit("customer.subscription.pending_update_applied", changed);
  noteItems(changed, context);
  scheduleTurn(changed, context);
  return true;
}

/** Shows on the subscription that a change waits, and schedules the moment it is given up. */
export function showPendingUpdate(subscription: Subscription, expiresAt: number, context: Context): Subscription {
  const change = waitingChange(subscription.id, context);
  if (!change) return subscription;
  const { items, billing_cycle_anchor, trial_end } = change.target;
  const moved = billing_cycle_anchor === subscription.billing_cycle_anchor;
  context.schedule(
    expiresAt,
    "subscription.expire_update",
    { subscription: subscription.id },
    expiryKey(subscription.id),
  );
  return context.update<Subscription>("customer.subscription.updated", {
    ...subscription,
    pending_update: {
      billing_cycle_anchor: moved ? null : billing_cycle_anchor,
      cancel_at_period_end: null,
      discount: null,
      discounts: null,
      expires_at: expiresAt,
      metadata: null,
      subscription_items: items.data,
      trial_end: trial_end === subscription.trial_end ? null : trial_end,
      trial_from_plan: null,
    },
  });
}

/** Gives a waiting change up and voids its invoice: its time is over, or another change takes its place. */
export function dropPendingUpdate(subscription: Subscription, context: Context): void {
  const change = waitingChange(subscription.id, context);
  if (!change) return;
  const invoice = context.find("invoice", change.invoice);
  if (invoice.status === "open" || invoice.status === "uncollectible") voidInvoice(invoice, context);
  else forgetUpdate(subscription, context);
}

/** What a voided or written-off invoice does to the change that waited for it: nothing is changed any more. */
export function forgetUpdate(subscription: Subscription, context: Context): void {
  forget(subscription.id, context);
  if (subscription.pending_update === null) return;
  const kept = context.update<Subscription>("customer.subscription.updated", { ...subscription, pending_update: null });
  context.emit("customer.subscription.pending_update_expired", kept);
}

function forget(subscription: string, context: Context): void {
  context.unschedule(expiryKey(subscription));
  context.store.hidden<WaitingChange>("_waiting_changes").delete(subscription);
}

function waitingChange(subscription: string | undefined, { store }: Context): WaitingChange | undefined {
  return subscription ? store.hidden<WaitingChange>("_waiting_changes").get(subscription) : undefined;
}

function expiryKey(subscription: string): string {
  return `pending update ${subscription}`;
}
