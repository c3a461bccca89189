import type { Objects, StripeObject } from "../core/objects.ts";
import type { Context } from "../core/resource.ts";
import { stopCollecting } from "./collect.ts";
import { withCustomer } from "./customer-words.ts";
import type { Invoice } from "./draft.ts";
import { finalizeKey } from "./finalize.ts";

/** Drafts follow their customer. Once it is deleted nobody is asked for money any more, by drafts or open invoices. */
export const draftListeners = {
  "customer.updated": [({ id }: StripeObject, context: Context) => rewriteDrafts(id, context)],
  "customer.tax_id.created": [onTaxId],
  "customer.tax_id.deleted": [onTaxId],
  "customer.deleted": [
    ({ id }: StripeObject, context: Context) => {
      stopCollecting(id, context);
      for (const draft of draftsOf(id, context)) {
        context.unschedule(finalizeKey(draft.id));
        context.save<Invoice>({ ...draft, auto_advance: false, automatically_finalizes_at: null });
      }
    },
  ],
};

function onTaxId(object: StripeObject, context: Context): void {
  const { customer } = object as unknown as Objects["tax_id"];
  if (customer) rewriteDrafts(String(customer), context);
}

function rewriteDrafts(customer: string, context: Context): void {
  for (const draft of draftsOf(customer, context)) context.save(withCustomer(draft, context));
}

function draftsOf(customer: string, { store }: Context): Invoice[] {
  return store.objects("invoice").list((row) => row.customer === customer && row.status === "draft");
}
