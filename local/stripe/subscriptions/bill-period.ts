import type { Context } from "../core/resource.ts";
import { markUncollectible, voidInvoice } from "../invoices/close.ts";
import { attemptInvoice, paymentMethodFor } from "../invoices/collect.ts";
import type { Invoice } from "../invoices/draft.ts";
import { finalizeInvoice, scheduleFinalization } from "../invoices/finalize.ts";
import { billSubscription, type ItemCharge } from "./billing.ts";
import type { Subscription } from "./items.ts";
import type { Period } from "./periods.ts";
import { scheduleTurn } from "./schedule.ts";

/**
 * Bills a period that begins or ends: a draft that is finalized and collected after the grace, or at once where a
 * person asked for it. While collection is paused or the subscription unpaid it is set aside instead.
 */
export function billPeriod(
  subscription: Subscription,
  { charges, period, atOnce = false }: { charges: ItemCharge[]; period: Period; atOnce?: boolean },
  context: Context,
): void {
  const collecting = subscription.status !== "unpaid" && subscription.pause_collection === null;
  const reason = atOnce ? "subscription_update" : "subscription_cycle";
  const billed = billSubscription(subscription, { reason, period, charges, autoAdvance: collecting }, context);
  scheduleTurn(context.update("customer.subscription.updated", billed.subscription), context);
  if (!collecting) setAside(billed.invoice, subscription, context);
  else if (atOnce) collectNow(billed.invoice, context);
  else waitOutGrace(billed.invoice, context);
}

function waitOutGrace(invoice: Invoice, context: Context): void {
  const at = context.now() + context.settings.invoiceGraceSeconds;
  const automatic = invoice.collection_method === "charge_automatically";
  scheduleFinalization({ ...invoice, next_payment_attempt: automatic ? at : null }, at, context);
}

function collectNow(invoice: Invoice, context: Context): void {
  const open = finalizeInvoice(invoice, context);
  if (open.status !== "open" || open.collection_method === "send_invoice") return;
  attemptInvoice(open, { by: paymentMethodFor(open, context) ? "person" : "automatic" }, context);
}

function setAside(invoice: Invoice, subscription: Subscription, context: Context): void {
  const behavior = subscription.pause_collection?.behavior;
  if (behavior === undefined || behavior === "keep_as_draft") return;
  const open = finalizeInvoice(invoice, context);
  if (open.status !== "open") return;
  if (behavior === "void") voidInvoice(open, context);
  else markUncollectible(open, context);
}
