import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { isWithin, page, pageOf, wholeList } from "../core/list.ts";
import type { Params } from "../core/objects.ts";
import { type Context, leftOut, type Resource, route } from "../core/resource.ts";
import { requireOwnMethod } from "../resources/payment-method-rules.ts";
import { changeInvoice } from "./change-invoice.ts";
import { markPaidOutOfBand, markUncollectible, requireOpen, voidInvoice } from "./close.ts";
import { attemptInvoice } from "./collect.ts";
import { createInvoice } from "./create.ts";
import type { Invoice } from "./draft.ts";
import { draftListeners } from "./draft-listeners.ts";
import { finalizeByHand, finalizeInvoice, finalizeKey } from "./finalize.ts";
import { invoicePages } from "./hosted-invoice.ts";
import { invoiceActs } from "./invoice-acts.ts";
import { collectWhenDue, finalizeWhenDue, onIntentFailed, onIntentSucceeded } from "./invoice-tasks.ts";
import { paymentsOf } from "./payment.ts";
import { releaseItems } from "./pending-items.ts";

const created = [
  "application_fee_amount",
  "from_invoice",
  "on_behalf_of",
  "shipping_cost",
  "transfer_data",
  "default_tax_rates",
];

/** Invoices: the API, their pages, and what the clock and payments do to them. */
export const invoices: Resource = {
  routes: [
    route<Params<Stripe.InvoiceCreateParams>>({
      method: "POST",
      path: "/v1/invoices",
      params: "InvoiceCreateParams",
      handle({ params }, context) {
        leftOut(params, created);
        return createInvoice(params, context);
      },
    }),
    route<Params<Stripe.InvoiceListParams>>({
      method: "GET",
      path: "/v1/invoices",
      params: "InvoiceListParams",
      handle(request, { store }) {
        const { customer, subscription, status, collection_method, due_date: due } = request.params;
        return pageOf(request, "/v1/invoices", store.objects("invoice"), (row) => {
          const owned = (!customer || row.customer === customer) && isWithin(row.due_date, due);
          const ofSubscription = !subscription || row.parent?.subscription_details?.subscription === subscription;
          const alike =
            (!status || row.status === status) && (!collection_method || row.collection_method === collection_method);
          return owned && ofSubscription && alike;
        });
      },
    }),
    route<Params<Stripe.InvoiceRetrieveParams>>({
      method: "GET",
      path: "/v1/invoices/:invoice",
      params: "InvoiceRetrieveParams",
      handle: ({ path }, context) => context.find("invoice", path.invoice ?? ""),
    }),
    route<Params<Stripe.InvoiceUpdateParams>>({
      method: "POST",
      path: "/v1/invoices/:invoice",
      params: "InvoiceUpdateParams",
      handle({ params, path }, context) {
        return changeInvoice(context.find("invoice", path.invoice ?? ""), params, context);
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/invoices/:invoice",
      handle({ path }, context) {
        const invoice = context.find("invoice", path.invoice ?? "");
        if (invoice.status !== "draft" || invoice.parent)
          throw invalid("You can only delete draft invoices that are not of a subscription.");
        context.unschedule(finalizeKey(invoice.id));
        releaseItems(invoice.id, context);
        context.store.objects("invoice").delete(invoice.id);
        context.emit("invoice.deleted", invoice);
        return { id: invoice.id, object: "invoice", deleted: true };
      },
    }),
    route<Params<Stripe.InvoiceFinalizeInvoiceParams>>({
      method: "POST",
      path: "/v1/invoices/:invoice/finalize",
      params: "InvoiceFinalizeInvoiceParams",
      handle({ params, path }, context) {
        const draft = context.find("invoice", path.invoice ?? "");
        return finalizeByHand({ ...draft, auto_advance: params.auto_advance ?? draft.auto_advance }, context);
      },
    }),
    route<Params<Stripe.InvoicePayParams>>({
      method: "POST",
      path: "/v1/invoices/:invoice/pay",
      params: "InvoicePayParams",
      handle({ params, path }, context) {
        leftOut(params, ["forgive", "mandate", "source"]);
        return payInvoice(context.find("invoice", path.invoice ?? ""), params, context);
      },
    }),
    route<Params<Stripe.InvoiceSendInvoiceParams>>({
      method: "POST",
      path: "/v1/invoices/:invoice/send",
      params: "InvoiceSendInvoiceParams",
      handle({ path }, context) {
        const invoice = context.find("invoice", path.invoice ?? "");
        if (invoice.collection_method !== "send_invoice") {
          throw invalid("You can only manually send an invoice if its collection method is 'send_invoice'.");
        }
        const open = invoice.status === "draft" ? finalizeInvoice(invoice, context) : invoice;
        context.emit("invoice.sent", open);
        return open;
      },
    }),
    route<Params<Stripe.InvoiceVoidInvoiceParams>>({
      method: "POST",
      path: "/v1/invoices/:invoice/void",
      params: "InvoiceVoidInvoiceParams",
      handle({ path }, context) {
        const invoice = context.find("invoice", path.invoice ?? "");
        requireOpen(invoice, "voided");
        return voidInvoice(invoice, context);
      },
    }),
    route<Params<Stripe.InvoiceMarkUncollectibleParams>>({
      method: "POST",
      path: "/v1/invoices/:invoice/mark_uncollectible",
      params: "InvoiceMarkUncollectibleParams",
      handle: ({ path }, context) => markUncollectible(context.find("invoice", path.invoice ?? ""), context),
    }),
    route<Params<Stripe.InvoiceListLineItemsParams>>({
      method: "GET",
      path: "/v1/invoices/:invoice/lines",
      params: "InvoiceListLineItemsParams",
      handle(request, context) {
        const { id, lines } = context.find("invoice", request.path.invoice ?? "");
        return page(request, `/v1/invoices/${id}/lines`, lines.data.toReversed());
      },
    }),
  ],
  controls: invoiceActs,
  pages: invoicePages,
  tasks: { "invoice.finalize": finalizeWhenDue, "invoice.collect": collectWhenDue },
  listeners: {
    ...draftListeners,
    "payment_intent.succeeded": [onIntentSucceeded],
    "payment_intent.payment_failed": [onIntentFailed],
  },
  expansions: {
    "invoice.payments": ({ id }, context) => wholeList(`/v1/invoice_payments?invoice=${id}`, paymentsOf(id, context)),
  },
};

function payInvoice(invoice: Invoice, params: Params<Stripe.InvoicePayParams>, context: Context): Invoice {
  const open = invoice.status === "draft" ? finalizeInvoice(invoice, context) : invoice;
  if (open.status === "paid" && invoice.status === "draft") return open;
  requireOpen(open, "paid");
  const method = params.payment_method;
  if (method) requireOwnMethod(open.customer, method, "payment_method", context);
  if (params.paid_out_of_band) return markPaidOutOfBand(open, context);
  const attempt = {
    by: "person",
    paymentMethod: method,
  } as const;
  const { invoice: after, error } = attemptInvoice(open, attempt, context);
  if (error) throw error;
  return after;
}
