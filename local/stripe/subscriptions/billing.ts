import type { Context } from "../core/resource.ts";
import { withBalance } from "../invoices/balance.ts";
import { discountsAfterInvoice } from "../invoices/discounts.ts";
import { composeInvoice, draftInvoice, type Invoice, type NewInvoice } from "../invoices/draft.ts";
import type { LineDraft } from "../invoices/lines.ts";
import { periodLines } from "../invoices/lines.ts";
import { meteredLines, rememberMetered } from "../invoices/metered-lines.ts";
import { lineOfItem, pendingItems, takeItems } from "../invoices/pending-items.ts";
import { billedItem, isMetered, type Subscription, type SubscriptionItem } from "./items.ts";
import type { Period } from "./periods.ts";

/** An item to bill: for use in a period that is over, or in advance for one that begins. */
export interface ItemCharge {
  item: SubscriptionItem;
  period: Period;
}

export interface Bill {
  reason: NonNullable<Invoice["billing_reason"]>;
  period: Period;
  charges: ItemCharge[];
  extraLines?: LineDraft[];
  /** Lines of a change that is only looked at; a change that is made leaves them waiting on the customer. */
  prorations?: LineDraft[];
  /** What waits on the customer stays out of it. */
  leavesWaiting?: boolean;
  autoAdvance?: boolean;
  madeAt?: number;
}

/**
 * Drafts an invoice of a subscription: metered items for what was used, the others for what begins, and what waited on
 * the customer. Notes it as the subscription's latest, and drops discounts that were for one invoice only.
 */
export function billSubscription(
  subscription: Subscription,
  bill: Bill,
  context: Context,
): { invoice: Invoice; subscription: Subscription } {
  const { wanted, metered, waiting } = invoiceFor(subscription, bill, context);
  const invoice = draftInvoice(wanted, context);
  rememberMetered(invoice.id, metered, context);
  takeItems(waiting, invoice.id, context);
  const discounts = discountsAfterInvoice(subscription.discounts, context);
  return { invoice, subscription: context.save({ ...subscription, latest_invoice: invoice.id, discounts }) };
}

/** The same invoice without keeping anything: what it would say if it were made now. */
export function previewBill(subscription: Subscription, bill: Bill, context: Context): Invoice {
  const { wanted } = invoiceFor(subscription, bill, context);
  return withBalance(composeInvoice(wanted, context.newId("upcoming_in"), context), context);
}

function invoiceFor(subscription: Subscription, bill: Bill, context: Context) {
  const customer = subscription.customer;
  const waiting = bill.leavesWaiting ? [] : pendingItems(customer, subscription.currency, subscription.id, context);
  const metered = bill.charges.flatMap(({ item, period }) => {
    const meter = item.price.recurring?.meter;
    return isMetered(item.price) && meter
      ? [{ billed: billedItem(item, subscription.currency, context), meter, period }]
      : [];
  });
  const advance = bill.charges.filter(({ item }) => !isMetered(item.price));
  const wanted: NewInvoice = {
    customer,
    currency: subscription.currency,
    billingReason: bill.reason,
    lines: [
      ...metered.flatMap((item) => meteredLines(item, customer, context)),
      ...(bill.extraLines ?? []),
      ...waiting.map(lineOfItem),
      ...(bill.prorations ?? []),
      ...advance.flatMap(({ item, period }) =>
        periodLines(billedItem(item, subscription.currency, context), item.quantity ?? 1, period),
      ),
    ],
    period: bill.period,
    madeAt: bill.madeAt,
    discounts: subscription.discounts,
    subscription: { id: subscription.id, metadata: subscription.metadata },
    collectionMethod: subscription.collection_method,
    dueDate: subscription.days_until_due === null ? null : context.now() + subscription.days_until_due * 86_400,
    autoAdvance: bill.autoAdvance ?? true,
    automaticTax: subscription.automatic_tax.enabled,
    fields: {
      account_tax_ids: subscription.invoice_settings.account_tax_ids,
      custom_fields: subscription.invoice_settings.custom_fields,
      description: subscription.invoice_settings.description ?? subscription.description,
      footer: subscription.invoice_settings.footer,
    },
  };
  return { wanted, metered, waiting };
}
