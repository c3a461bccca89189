import type { Context } from "../core/resource.ts";
import type { Proration } from "./credits.ts";
import type { Subscription } from "./items.ts";

/** Keeps proration lines as invoice items that wait for the subscription's next invoice. */
export function keepProrations(subscription: Subscription, lines: Proration[], context: Context): void {
  for (const { item, line } of lines) {
    const credited = line.parent?.subscription_item_details?.proration_details?.credited_items;
    const kept = context.save(
      context.build("invoiceitem", {
        id: context.newId("ii"),
        amount: line.amountCents,
        currency: subscription.currency,
        customer: subscription.customer,
        date: context.now(),
        description: line.description,
        discountable: false,
        discounts: [],
        metadata: line.metadata,
        parent: {
          type: "subscription_details",
          subscription_details: { subscription: subscription.id, subscription_item: item },
        },
        period: line.period,
        pricing: line.price && {
          type: "price_details",
          price_details: { price: line.price.id, product: line.price.product },
          unit_amount_decimal: String(line.amountCents),
        },
        proration: true,
        proration_details: {
          credited_items: credited ? { type: "invoice_line_items", invoice_line_item_details: credited } : null,
          discount_amounts: [],
        },
        quantity: line.quantity ?? 1,
        quantity_decimal: String(line.quantity ?? 1),
        tax_rates: [],
      }),
    );
    context.emit("invoiceitem.created", kept);
  }
}
