import type Stripe from "stripe";
import type { UsageInvoice } from "@/lib/billing/draft-hour";
import { fromSecondsOrNull, idOf, stripe } from "./client";
import { subscriptionLines } from "./invoices";

const RECENT = 24;
const PUSHED_OUT = "usage_awaited";

const toUsageInvoice = (invoice: Stripe.Invoice, id: string): UsageInvoice => ({
  id,
  isDraft: invoice.status === "draft",
  finalizesAt: fromSecondsOrNull(invoice.automatically_finalizes_at),
  wasPushedOut: Boolean(invoice.metadata?.[PUSHED_OUT]),
});

async function chargesOverageAt(invoice: Stripe.Invoice, at: Date): Promise<boolean> {
  const lines = await subscriptionLines(invoice);
  return lines.some(({ meaning, period }) => meaning?.kind === "overage" && period.start <= at && at < period.end);
}

/** The invoice that charges a subscription's overage used at a time, or null while there is none. */
export async function invoiceOfUsage(subscription: string, at: Date): Promise<UsageInvoice | null> {
  const { data } = await stripe().invoices.list({ subscription, limit: RECENT });
  for (const invoice of data)
    if (invoice.id && (await chargesOverageAt(invoice, at))) return toUsageInvoice(invoice, invoice.id);
  return null;
}

/** The periods whose overage a subscription's latest invoices charge, or are about to. */
export async function chargedPeriods(subscription: string): Promise<Array<{ start: Date; end: Date }>> {
  const { data } = await stripe().invoices.list({ subscription, limit: RECENT });
  const lines = (await Promise.all(data.map(subscriptionLines))).flat();
  return lines.filter(({ meaning }) => meaning?.kind === "overage").map(({ period }) => period);
}

/** A customer's drafts that charge overage. */
export async function usageDrafts(customer: string): Promise<UsageInvoice[]> {
  const { data } = await stripe().invoices.list({ customer, status: "draft", limit: 100 });
  const found: UsageInvoice[] = [];
  for (const invoice of data) {
    const lines = await subscriptionLines(invoice);
    if (invoice.id && lines.some(({ meaning }) => meaning?.kind === "overage"))
      found.push(toUsageInvoice(invoice, invoice.id));
  }
  return found;
}

/**
 * Lets a draft wait for usage that is still on its way. Said on the invoice, so that it happens once; asked again after
 * no answer the time is another, which an idempotency key would refuse.
 */
export async function pushOut(invoice: UsageInvoice, until: Date): Promise<void> {
  await stripe().invoices.update(invoice.id, {
    automatically_finalizes_at: Math.floor(until.getTime() / 1000),
    metadata: { [PUSHED_OUT]: until.toISOString() },
  });
}

/** What overage costs on a subscription, as its metered item says; null for tiers, which no single price stands for. */
export async function overageRate(subscription: string): Promise<{ currency: string; perCredit: string } | null> {
  const { currency, items } = await stripe().subscriptions.retrieve(subscription);
  const item = items.data.find(({ price }) => price.recurring?.usage_type === "metered");
  if (!item) return null;
  const price = await stripe().prices.retrieve(item.price.id, { expand: ["currency_options"] });
  const amount = price.currency === currency ? price : price.currency_options?.[currency];
  const perCredit = amount?.unit_amount_decimal ?? amount?.unit_amount;
  return perCredit === null || perCredit === undefined ? null : { currency, perCredit: String(perCredit) };
}

/** Credits that are billed by an invoice item, since no meter can bill them any more. */
export interface UsageItem {
  readonly remainder: string;
  readonly customer: string;
  readonly subscription: string;
  readonly credits: number;
  readonly cents: number;
  readonly currency: string;
  readonly from: Date;
  readonly to: Date;
}

async function findItem({ customer, remainder }: UsageItem): Promise<Stripe.InvoiceItem | null> {
  for await (const item of stripe().invoiceItems.list({ customer, limit: 100 }))
    if (item.metadata?.usage_remainder === remainder) return item;
  return null;
}

/**
 * Puts usage on an invoice by itself, once for a remainder. With `onOwnInvoice` an invoice is made for it at once; else
 * it waits for the subscription's next one.
 */
export async function billUsageItem(
  usage: UsageItem,
  onOwnInvoice: boolean,
): Promise<{ item: string; invoice: string | null }> {
  const period = { start: Math.floor(usage.from.getTime() / 1000), end: Math.ceil(usage.to.getTime() / 1000) };
  const item =
    (await findItem(usage)) ??
    (await stripe().invoiceItems.create(
      {
        customer: usage.customer,
        currency: usage.currency,
        amount: usage.cents,
        description: `${usage.credits.toLocaleString("en-US")} credits beyond the allowance`,
        period,
        metadata: { kind: "overage", usage_remainder: usage.remainder, credits: String(usage.credits) },
        ...(onOwnInvoice ? {} : { subscription: usage.subscription }),
      },
      { idempotencyKey: `usage_remainder:${usage.remainder}` },
    ));
  if (!onOwnInvoice || item.invoice) return { item: item.id, invoice: idOf(item.invoice) };
  const invoice = await stripe().invoices.create(
    {
      customer: usage.customer,
      currency: usage.currency,
      auto_advance: true,
      collection_method: "charge_automatically",
      pending_invoice_items_behavior: "include",
      metadata: { kind: "overage", usage_remainder: usage.remainder },
    },
    { idempotencyKey: `usage_remainder_invoice:${usage.remainder}` },
  );
  return { item: item.id, invoice: invoice.id ?? null };
}
