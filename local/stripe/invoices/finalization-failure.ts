import { StripeError } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import type { Invoice } from "./draft.ts";

interface AskedFailure {
  id: string;
  times: number;
  code: string;
  message: string;
}

const TAX_LOCATION = {
  code: "customer_tax_location_invalid",
  message:
    "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.",
};

const asked = ({ store }: Context) => store.hidden<AskedFailure>("_asked_finalization_failure");

/** Makes the next finalizations of a customer's invoices fail, whatever their address. */
export function askForFailure(context: Context, customer: string, body: Record<string, unknown>): object {
  const { times = 1, code = TAX_LOCATION.code, message } = body;
  context.find("customer", customer, "customer");
  const words = code === TAX_LOCATION.code ? TAX_LOCATION.message : `The invoice cannot be finalized: ${String(code)}.`;
  return asked(context).put({
    id: customer,
    times: Number(times),
    code: String(code),
    message: typeof message === "string" ? message : words,
  });
}

/** How many finalizations of a customer's invoices are still to fail. */
export function failuresAhead(context: Context, customer: string): number {
  return asked(context).get(customer)?.times ?? 0;
}

/**
 * Refuses to finalize a draft whose customer lacks an address for automatic tax, or as was asked for. The draft stays,
 * says why, and does nothing more by itself (`invoice.finalization_failed`).
 * @throws StripeError 400 that keeps the changes
 */
export function refuseWhatFails(draft: Invoice, context: Context): void {
  if (!draft.customer) return;
  const failure = asked(context).get(draft.customer);
  if (failure && failure.times > 0) {
    asked(context).put({ ...failure, times: failure.times - 1 });
    fail(draft, failure, context);
  }
  if (!draft.automatic_tax.enabled || context.find("customer", draft.customer).address?.country) return;
  const automatic_tax = { ...draft.automatic_tax, status: "requires_location_inputs" } as const;
  fail({ ...draft, automatic_tax }, TAX_LOCATION, context);
}

function fail(draft: Invoice, { code, message }: { code: string; message: string }, context: Context): never {
  const error = { type: "invalid_request_error", code, message } as const;
  const stuck = context.save<Invoice>({ ...draft, automatically_finalizes_at: null, last_finalization_error: error });
  context.emit("invoice.finalization_failed", stuck);
  throw new StripeError(400, error, true);
}
