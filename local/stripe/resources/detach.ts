import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { forget, type PaymentMethod } from "./payment-method-rules.ts";

/**
 * Takes a payment method from its customer, for good: nobody can be charged with it any more. It is the default of
 * nothing from then on; `customer.updated`, `customer.subscription.updated` and `invoice.updated` say so, and
 * `payment_method.detached`.
 * @throws 400 when it belongs to nobody
 */
export function detach(context: Context, id: string): PaymentMethod {
  const method = context.find("payment_method", id);
  const { customer: owner } = method;
  if (!owner) {
    throw invalid("The payment method you provided is not attached to a customer so detachment is impossible.");
  }
  const { store } = context;
  const customer = store.objects("customer").get(owner);
  if (customer?.invoice_settings.default_payment_method === id) {
    const invoice_settings = { ...customer.invoice_settings, default_payment_method: null };
    context.update("customer.updated", { ...customer, invoice_settings });
  }
  const isDefault = (row: { default_payment_method: string | null }) => row.default_payment_method === id;
  for (const subscription of store.objects("subscription").list((row) => row.ended_at === null && isDefault(row))) {
    context.update("customer.subscription.updated", { ...subscription, default_payment_method: null });
  }
  const isUnpaid = ({ status }: { status: string | null }) => status === "draft" || status === "open";
  for (const invoice of store.objects("invoice").list((row) => isUnpaid(row) && isDefault(row))) {
    context.update("invoice.updated", { ...invoice, default_payment_method: null });
  }
  forget(context, id);
  return context.update("payment_method.detached", { ...method, customer: null });
}
