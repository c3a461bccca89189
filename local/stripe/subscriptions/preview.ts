import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import type { Params } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { leftOut, type Resource, route } from "../core/resource.ts";
import type { Invoice } from "../invoices/draft.ts";
import { previewBill } from "./billing.ts";
import { isMetered, type Subscription } from "./items.ts";
import { renewalAt } from "./turn.ts";

const leftOutOfPreviews = [
  "automatic_tax",
  "currency",
  "customer_details",
  "discounts",
  "invoice_items",
  "issuer",
  "preview_mode",
  "schedule",
  "schedule_details",
  "subscription_details",
];

/** The preview of a subscription's next invoice, as things stand; previews of changes are left out. */
export const invoicePreviews: Resource = {
  routes: [
    route<Params<Stripe.InvoiceCreatePreviewParams>>({
      method: "POST",
      path: "/v1/invoices/create_preview",
      params: "InvoiceCreatePreviewParams",
      handle({ params }, context) {
        leftOut(params, leftOutOfPreviews);
        if (!params.subscription) throw missingParam("subscription");
        return previewRenewal(context.find("subscription", params.subscription, "subscription"), context);
      },
    }),
  ],
};

function previewRenewal(subscription: Subscription, context: Context): Invoice {
  const next = Math.min(...subscription.items.data.map((item) => item.current_period_end));
  const { charges, former } = renewalAt(subscription, next);
  const ends = subscription.cancel_at !== null && subscription.cancel_at <= next;
  const billed = ends ? charges.filter(({ item }) => isMetered(item.price)) : charges;
  if (subscription.ended_at !== null || billed.length === 0) {
    throw invalid(`No upcoming invoices for customer: ${subscription.customer}`, undefined, "invoice_upcoming_none");
  }
  const preview = previewBill(subscription, { reason: "upcoming", period: former, charges: billed }, context);
  return { ...preview, created: next, next_payment_attempt: next + context.settings.invoiceGraceSeconds };
}
