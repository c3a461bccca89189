import type Stripe from "stripe";
import { pageOf } from "../core/list.ts";
import type { Params } from "../core/objects.ts";
import { leftOut, type Resource, route } from "../core/resource.ts";
import { attachPayment } from "./attach-payment.ts";

/** Invoice payments: the way from a payment intent to its invoice and back. */
export const invoicePayments: Resource = {
  routes: [
    route<Params<Stripe.InvoicePaymentListParams>>({
      method: "GET",
      path: "/v1/invoice_payments",
      params: "InvoicePaymentListParams",
      handle(request, { store }) {
        const { invoice, payment, status } = request.params;
        return pageOf(request, "/v1/invoice_payments", store.objects("invoice_payment"), (row) => {
          const paidBy = !payment?.payment_intent || row.payment.payment_intent === payment.payment_intent;
          return (!invoice || row.invoice === invoice) && paidBy && (!status || row.status === status);
        });
      },
    }),
    route<Params<Stripe.InvoiceAttachPaymentParams>>({
      method: "POST",
      path: "/v1/invoices/:invoice/attach_payment",
      params: "InvoiceAttachPaymentParams",
      handle({ params, path }, context) {
        leftOut(params, ["payment_record"]);
        return attachPayment(context.find("invoice", path.invoice ?? ""), params.payment_intent ?? "", context);
      },
    }),
    route<Params<Stripe.InvoicePaymentRetrieveParams>>({
      method: "GET",
      path: "/v1/invoice_payments/:payment",
      params: "InvoicePaymentRetrieveParams",
      handle: ({ path }, context) => context.find("invoice_payment", path.payment ?? ""),
    }),
  ],
};
