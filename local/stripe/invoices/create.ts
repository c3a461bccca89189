import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { requireOwnMethod } from "../resources/payment-method-rules.ts";
import { redeemDiscounts } from "./discounts.ts";
import { draftInvoice, type Invoice } from "./draft.ts";
import { scheduleFinalization } from "./finalize.ts";
import { lineOfItem, pendingItems, takeItems } from "./pending-items.ts";

/**
 * Makes an invoice by hand, empty or of the customer's pending items. With `auto_advance` it finalizes itself after the
 * grace.
 * @throws 400 without a customer, or for a due date where the customer is charged automatically.
 */
export function createInvoice(params: Params<Stripe.InvoiceCreateParams>, context: Context): Invoice {
  if (!params.customer) throw missingParam("customer");
  const customer = context.find("customer", params.customer, "customer");
  const sends = params.collection_method === "send_invoice";
  if (!sends && (params.due_date !== undefined || params.days_until_due !== undefined)) {
    throw invalid(
      "`days_until_due` and `due_date` can only be used with `collection_method=send_invoice`.",
      "days_until_due",
    );
  }
  if (sends && params.due_date === undefined && params.days_until_due === undefined) {
    throw invalid(
      "If invoice is `collection_method=send_invoice`, you must pass one of these parameters: [`days_until_due`, `due_date`].",
      "days_until_due",
    );
  }
  const method = params.default_payment_method;
  if (method) requireOwnMethod(customer.id, method, "default_payment_method", context);
  const subscription = params.subscription ? context.find("subscription", params.subscription, "subscription") : null;
  if (subscription && subscription.customer !== customer.id) throw notTheirs("subscription");
  const waitingIn = (currency: string) => pendingItems(customer.id, currency, subscription?.id ?? null, context);
  const anyPending = context.store
    .objects("invoiceitem")
    .find((item) => item.customer === customer.id && item.invoice === null);
  const currency = params.currency ?? subscription?.currency ?? customer.currency ?? anyPending?.currency ?? "usd";
  const items = params.pending_invoice_items_behavior === "include" ? waitingIn(currency) : [];
  const now = context.now();
  const invoice = draftInvoice(
    {
      customer: customer.id,
      currency,
      billingReason: "manual",
      lines: items.map(lineOfItem),
      period: { start: now, end: now },
      discounts: redeemDiscounts(params.discounts || [], { customer: customer.id }, context),
      subscription: subscription ? { id: subscription.id, metadata: subscription.metadata } : undefined,
      collectionMethod: params.collection_method,
      dueDate: sends ? (params.due_date ?? now + (params.days_until_due ?? 0) * 86_400) : null,
      defaultPaymentMethod: method ?? null,
      autoAdvance: params.auto_advance ?? false,
      automaticTax: params.automatic_tax?.enabled ?? false,
      fields: {
        custom_fields: params.custom_fields || null,
        description: params.description ?? null,
        footer: params.footer ?? null,
        metadata: mergeMetadata(null, params.metadata),
        number: params.number ?? null,
        statement_descriptor: params.statement_descriptor ?? null,
      },
    },
    context,
  );
  takeItems(items, invoice.id, context);
  return invoice.auto_advance
    ? scheduleFinalization(invoice, now + context.settings.invoiceGraceSeconds, context)
    : invoice;
}

/** The 400 for something of another customer. */
export function notTheirs(what: "invoice" | "subscription") {
  return invalid(`The ${what} does not belong to the customer.`, what);
}
