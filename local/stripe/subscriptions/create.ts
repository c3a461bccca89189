import { invalid, StripeError } from "../core/error.ts";
import type { Context } from "../core/resource.ts";
import { attemptInvoice } from "../invoices/collect.ts";
import { type DiscountChoice, redeemDiscounts } from "../invoices/discounts.ts";
import type { Invoice } from "../invoices/draft.ts";
import { finalizeInvoice, scheduleFinalization } from "../invoices/finalize.ts";
import { type LineDraft, trialLine } from "../invoices/lines.ts";
import { type Bill, billSubscription, type ItemCharge, previewBill } from "./billing.ts";
import {
  billedItem,
  buildItem,
  type ItemChoice,
  isMetered,
  itemList,
  recurrenceOf,
  type Subscription,
} from "./items.ts";
import { addIntervals, type Period } from "./periods.ts";
import { plannedEnd } from "./planned-end.ts";
import { scheduleTurn } from "./schedule.ts";

const hour = 3600;
/** How long a first payment may stay open. */
const incompleteSeconds = 23 * hour;

/** What a new subscription needs to know; everything else is empty. */
export interface NewSubscription {
  customer: string;
  currency: string;
  items: ItemChoice[];
  /** One-time lines that go on the first invoice. */
  firstLines?: LineDraft[];
  /** The moment a trial ends; none when absent. */
  trialEnd?: number;
  billingCycleAnchor?: number;
  paymentBehavior?: string;
  /** Without a payment method the first invoice stays open instead of the request being refused, as for a schedule. */
  mayLackPaymentMethod?: boolean;
  discounts?: DiscountChoice[];
  cancelAt?: number | string;
  cancelAtPeriodEnd?: boolean;
  fields: Partial<Subscription>;
}

/**
 * Starts a subscription: items with their first periods, the first invoice finalized and, when it is collected
 * automatically, attempted at once.
 * @returns the subscription as it stands: trialing, active, or incomplete with the decline.
 * @throws 400 for prices that cannot be subscribed to or a customer without a payment method.
 */
export function startSubscription(
  wanted: NewSubscription,
  context: Context,
): { subscription: Subscription; error?: StripeError } {
  bindCurrency(wanted, context);
  const subscription = buildSubscription(wanted, context);
  const automatic = subscription.collection_method === "charge_automatically";
  context.save(subscription);
  context.emit("customer.subscription.created", subscription);
  const billed = billSubscription(subscription, firstBill(subscription, wanted.firstLines ?? [], context), context);
  if (!automatic) {
    scheduleFinalization(billed.invoice, context.now() + context.settings.invoiceGraceSeconds, context);
    scheduleTurn(billed.subscription, context);
    return { subscription: billed.subscription };
  }
  const invoice = finalizeInvoice(billed.invoice, context);
  const error = invoice.status === "open" ? collectFirst(invoice, wanted, context) : undefined;
  const current = context.find("subscription", subscription.id);
  if (current.status === "incomplete") {
    const at = context.now() + incompleteSeconds;
    context.schedule(at, "subscription.expire", { subscription: current.id }, `turn ${current.id}`);
  } else scheduleTurn(current, context);
  return { subscription: context.find("subscription", subscription.id), error };
}

/** The invoice a new subscription would begin with; the caller undoes what this leaves behind. */
export function previewFirst(wanted: NewSubscription, context: Context): Invoice {
  bindCurrency(wanted, context);
  const subscription = buildSubscription(wanted, context);
  return previewBill(subscription, { ...firstBill(subscription, [], context), reason: "upcoming" }, context);
}

function bindCurrency({ customer: id, currency }: NewSubscription, context: Context): void {
  const customer = context.find("customer", id, "customer");
  if (customer.currency && customer.currency !== currency) {
    throw invalid(
      `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${customer.currency}.`,
    );
  }
  if (!customer.currency) context.update("customer.updated", { ...customer, currency });
}

function buildSubscription(wanted: NewSubscription, context: Context): Subscription {
  const now = context.now();
  const id = context.newId("sub");
  const trialEnd = wanted.trialEnd !== undefined && wanted.trialEnd > now ? wanted.trialEnd : null;
  const anchor = trialEnd ?? wanted.billingCycleAnchor ?? now;
  const items = wanted.items.map((choice, index) =>
    buildItem(choice, id, wanted.currency, { start: now, end: now }, `items[${index}]`, context),
  );
  if (items.length === 0) throw invalid("Missing required param: items.", "items", "parameter_missing");
  refuseTwice(items.map((item) => item.price.id));
  const collection = wanted.fields.collection_method ?? "charge_automatically";
  const base = context.build("subscription", {
    id,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: anchor,
    billing_cycle_anchor_config: null,
    billing_mode: { type: "flexible", flexible: { proration_discounts: "included" } },
    billing_schedules: [],
    cancel_at_period_end: false,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: "charge_automatically",
    currency: wanted.currency,
    customer: wanted.customer,
    discounts: [],
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: "self" },
    },
    managed_payments: null,
    metadata: {},
    payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: "off" },
    start_date: now,
    status: trialEnd ? "trialing" : collection === "send_invoice" ? "active" : "incomplete",
    trial_end: trialEnd,
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: "create_invoice" } },
    trial_start: trialEnd ? now : null,
    ...wanted.fields,
    items: itemList(
      id,
      items.map((item) => ({ ...item, current_period_end: firstEnd(item.price, now, anchor, trialEnd) })),
    ),
  });
  const discounts = redeemDiscounts(wanted.discounts ?? [], { customer: wanted.customer, subscription: id }, context);
  return {
    ...base,
    discounts,
    ...plannedEnd(base, { cancelAt: wanted.cancelAt, atPeriodEnd: wanted.cancelAtPeriodEnd }, context),
  };
}

function firstEnd(
  price: Parameters<typeof recurrenceOf>[0],
  now: number,
  anchor: number,
  trialEnd: number | null,
): number {
  if (trialEnd) return trialEnd;
  return anchor > now ? anchor : addIntervals(anchor, recurrenceOf(price), 1);
}

/** What the first invoice of a subscription says: items in advance, or the trial, and one-time lines. */
function firstBill(subscription: Subscription, firstLines: LineDraft[], context: Context): Bill {
  const now = context.now();
  const items = subscription.items.data;
  const licensed = items.filter((item) => !isMetered(item.price));
  const trial: Period | null = subscription.trial_end ? { start: now, end: subscription.trial_end } : null;
  const extraLines: LineDraft[] = trial
    ? licensed.map((item) => trialLine(billedItem(item, subscription.currency, context), item.quantity ?? 1, trial))
    : [];
  const inAdvance = licensed.map(
    (item): ItemCharge => ({ item, period: { start: now, end: item.current_period_end } }),
  );
  const onlyMetered = licensed.length === 0;
  const notYet = items.map((item): ItemCharge => ({ item, period: { start: now, end: now } }));
  return {
    reason: "subscription_create",
    period: { start: now, end: now },
    charges: trial ? [] : onlyMetered ? notYet : inAdvance,
    extraLines: [...extraLines, ...firstLines],
  };
}

function collectFirst(invoice: Invoice, wanted: NewSubscription, context: Context): StripeError | undefined {
  if (wanted.paymentBehavior === "default_incomplete") return undefined;
  if (!hasPaymentMethod(invoice, wanted, context)) {
    if (wanted.mayLackPaymentMethod) return attemptInvoice(invoice, { by: "automatic" }, context).error;
    throw invalid(
      "This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority.",
      undefined,
      "resource_missing",
    );
  }
  const { error } = attemptInvoice(invoice, { by: "person" }, context);
  if (error && wanted.paymentBehavior === "error_if_incomplete") throw new StripeError(402, error.body, false);
  return error;
}

function hasPaymentMethod(invoice: Invoice, wanted: NewSubscription, context: Context): boolean {
  if (invoice.default_payment_method || wanted.fields.default_payment_method) return true;
  return Boolean(context.find("customer", wanted.customer).invoice_settings.default_payment_method);
}

function refuseTwice(prices: string[]): void {
  const twice = prices.find((price, index) => prices.indexOf(price) !== index);
  if (!twice) return;
  throw invalid(
    `The price \`${twice}\` was specified more than once in \`items\`. A subscription can have each price once.`,
    "items",
  );
}
