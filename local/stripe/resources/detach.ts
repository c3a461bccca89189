import { invalid } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import type { PaymentMethod } from "./payment-method-rules.ts";

/**
 * Takes a payment method from its customer, for good. Emits `payment_method.detached`, and `customer.updated` when it
 * was the default one.
 * @throws 400 when it belongs to nobody
 */
export function detach(context: Context, id: string): PaymentMethod {
  const method = context.find("payment_method", id);
  if (!method.customer) {
    throw invalid("The payment method you provided is not attached to a customer so detachment is impossible.");
  }
  for (const customer of context.store.objects("customer").list((row) => row.id === method.customer)) {
    if (customer.invoice_settings.default_payment_method !== method.id) continue;
    const invoice_settings = { ...customer.invoice_settings, default_payment_method: null };
    context.update("customer.updated", { ...customer, invoice_settings });
  }
  return context.update("payment_method.detached", { ...method, customer: null });
}
