import type Stripe from "stripe";
import { invalid, missingParam } from "../core/error.ts";
import { page } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Objects, Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { fullPrice, priceIn } from "../subscriptions/priced.ts";
import { addLine, changeItem, deleteItem } from "./change-item.ts";
import { notTheirs } from "./create.ts";
import { parseDecimal, roundDecimal } from "./decimal.ts";
import { amountFor } from "./rating.ts";

type InvoiceItem = Objects["invoiceitem"];
type Create = Params<Stripe.InvoiceItemCreateParams>;

/** Invoice items: sums that wait for a customer's next invoice, or go on a draft at once. */
export const invoiceItems: Resource = {
  routes: [
    route<Create>({
      method: "POST",
      path: "/v1/invoiceitems",
      params: "InvoiceItemCreateParams",
      handle({ params }, context) {
        leftOut(params, ["discounts", "price_data", "tax_rates", "quantity_decimal"]);
        return createItem(params, context);
      },
    }),
    route<Params<Stripe.InvoiceItemListParams>>({
      method: "GET",
      path: "/v1/invoiceitems",
      params: "InvoiceItemListParams",
      handle(request, { store }) {
        const { customer, invoice, pending } = request.params;
        const rows = store.objects("invoiceitem").list((row) => {
          const asked = (!customer || row.customer === customer) && (!invoice || row.invoice === invoice);
          return asked && (pending === undefined || (row.invoice === null) === pending);
        });
        return page(request, "/v1/invoiceitems", rows);
      },
    }),
    route<Params<Stripe.InvoiceItemRetrieveParams>>({
      method: "GET",
      path: "/v1/invoiceitems/:item",
      params: "InvoiceItemRetrieveParams",
      handle: ({ path }, context) => context.find("invoiceitem", path.item ?? ""),
    }),
    route<Params<Stripe.InvoiceItemUpdateParams>>({
      method: "POST",
      path: "/v1/invoiceitems/:item",
      params: "InvoiceItemUpdateParams",
      handle({ params, path }, context) {
        return changeItem(context.find("invoiceitem", path.item ?? ""), params, context);
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/invoiceitems/:item",
      handle({ path }, context) {
        const item = context.find("invoiceitem", path.item ?? "");
        deleteItem(item, context);
        return { id: item.id, object: "invoiceitem", deleted: true };
      },
    }),
  ],
};

function createItem(params: Create, context: Context): InvoiceItem {
  if (!params.customer) throw missingParam("customer");
  const customer = context.find("customer", params.customer, "customer");
  const now = context.now();
  const draft = params.invoice ? context.find("invoice", params.invoice, "invoice") : null;
  if (draft && draft.status !== "draft") {
    throw invalid(
      "The invoice is not a draft any more; items can only be added to drafts.",
      "invoice",
      "invoice_not_editable",
    );
  }
  if (draft && draft.customer !== customer.id) throw notTheirs("invoice");
  const subscription = params.subscription ? context.find("subscription", params.subscription, "subscription") : null;
  if (subscription && subscription.customer !== customer.id) throw notTheirs("subscription");
  const charged = chargeOf(params, draft?.currency ?? customer.currency ?? "usd", context);
  if (draft && draft.currency !== charged.currency) {
    throw invalid(`The currency of the invoice item must be that of its invoice (${draft.currency}).`, "currency");
  }
  if (params.period && params.period.end < params.period.start) {
    throw invalid("The end of a period cannot be before its start.", "period[end]");
  }
  const item = context.save(
    context.build("invoiceitem", {
      id: context.newId("ii"),
      currency: charged.currency,
      amount: charged.amountCents,
      customer: customer.id,
      date: now,
      description: params.description ?? charged.name,
      discountable: params.discountable ?? charged.amountCents > 0,
      discounts: [],
      invoice: draft?.id ?? null,
      metadata: mergeMetadata(null, params.metadata),
      parent: subscription && {
        type: "subscription_details",
        subscription_details: { subscription: subscription.id },
      },
      period: params.period ?? { start: now, end: now },
      pricing: {
        type: "price_details",
        unit_amount_decimal: charged.unit,
        ...(charged.price && { price_details: charged.price }),
      },
      proration: false,
      quantity: params.quantity ?? 1,
      quantity_decimal: String(params.quantity ?? 1),
      tax_rates: [],
    }),
  );
  context.emit("invoiceitem.created", item);
  addLine(item, context);
  return item;
}

function chargeOf(params: Create, currency: string, context: Context) {
  const quantity = params.quantity ?? 1;
  if (params.pricing?.price) {
    const kept = context.find("price", params.pricing.price, "pricing[price]");
    if (kept.recurring)
      throw invalid(
        "The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.",
        "pricing[price]",
      );
    const price = priceIn(fullPrice(kept.id, context), params.currency ?? kept.currency, "pricing[price]");
    return {
      amountCents: amountFor(price, quantity),
      currency: price.currency,
      unit: price.unit_amount_decimal,
      name: context.find("product", price.product).name,
      price: { price: price.id, product: price.product },
    };
  }
  const unit = params.unit_amount_decimal ?? (params.amount === undefined ? undefined : String(params.amount));
  if (unit === undefined) throw missingParam("amount");
  const amountCents = params.amount ?? roundDecimal(parseDecimal(unit) * BigInt(quantity));
  return { amountCents, currency: params.currency ?? currency, unit, name: null, price: null };
}
