import type { Objects } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import type { LineDraft } from "./lines.ts";

type InvoiceItem = Objects["invoiceitem"];

/**
 * The invoice items of a customer that wait for an invoice, as lines.
 * @param subscription items of other live subscriptions stay behind.
 */
export function pendingItems(
  customer: string,
  currency: string,
  subscription: string | null,
  context: Context,
): InvoiceItem[] {
  return context.store.objects("invoiceitem").list((item) => {
    const owner = item.parent?.subscription_details?.subscription ?? null;
    const ours = owner === null || owner === subscription || context.find("subscription", owner).ended_at !== null;
    return item.customer === customer && item.invoice === null && item.currency === currency && ours;
  });
}

/** An invoice item as a line. */
export function lineOfItem(item: InvoiceItem): LineDraft {
  const subscription = item.parent?.subscription_details ?? null;
  const price = item.pricing?.price_details ?? null;
  const credited = item.proration_details?.credited_items?.invoice_line_item_details;
  return {
    amountCents: item.amount,
    description: item.description ?? "",
    period: item.period,
    quantity: item.quantity,
    unitAmountDecimal: item.pricing?.unit_amount_decimal ?? null,
    price: price && { id: price.price, product: price.product },
    parent: subscription?.subscription_item
      ? {
          type: "subscription_item_details",
          invoice_item_details: null,
          subscription_item_details: {
            invoice_item: item.id,
            proration: item.proration,
            proration_details: credited ? { credited_items: credited } : null,
            subscription: subscription.subscription,
            subscription_item: subscription.subscription_item,
          },
        }
      : {
          type: "invoice_item_details",
          subscription_item_details: null,
          invoice_item_details: {
            invoice_item: item.id,
            proration: item.proration,
            proration_details: null,
            subscription: subscription?.subscription ?? null,
          },
        },
    subscription: subscription?.subscription ?? null,
    metadata: item.metadata ?? {},
    discountable: item.discountable,
  };
}

/** Notes on each item which invoice took it. */
export function takeItems(items: InvoiceItem[], invoice: string, context: Context): void {
  for (const item of items) context.save({ ...item, invoice });
}

/** Gives the items of a deleted draft back to the customer's next invoice. */
export function releaseItems(invoice: string, context: Context): void {
  for (const item of context.store.objects("invoiceitem").list((row) => row.invoice === invoice)) {
    context.save({ ...item, invoice: null });
  }
}
