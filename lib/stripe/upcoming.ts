import Stripe from "stripe";
import type { Period } from "@/lib/billing/allowance";
import type { Plan } from "@/lib/billing/catalogue";
import { formatDate } from "@/lib/billing/format";
import type { Upcoming, UpcomingDiscount, UpcomingLine } from "@/lib/billing/upcoming";
import { fromSeconds, fromSecondsOrNull, stripe } from "./client";
import { isProration, kindOf } from "./invoice-lines";
import { meaningOf, type PriceMeaning } from "./prices";

/** A person is waiting for the page; what Stripe does not say soon is left out. */
const PATIENCE = { timeout: 6_000, maxNetworkRetries: 0 } as const;

/** The invoice that comes, translated. */
export interface NextInvoice extends Upcoming {
  readonly currency: string;
  /** When it will be made. */
  readonly at: Date | null;
  /** The period of the metered line, null where nothing is metered. */
  readonly meteredPeriod: Period | null;
  /** The plan whose overage price the metered line has, which after an upgrade is still the former plan's. */
  readonly meteredPlan: Plan | null;
  /** What the metered line costs by its own price. */
  readonly meteredCentsPer1000: number | null;
}

const inDays = ({ period }: Stripe.InvoiceLineItem) =>
  `${formatDate(fromSeconds(period.start))} to ${formatDate(fromSeconds(period.end))}`;

function wordsOf(line: Stripe.InvoiceLineItem, kind: UpcomingLine["kind"], meaning: PriceMeaning | null): string {
  if (kind === "base" && meaning?.kind === "base") return `${meaning.plan?.name ?? "Plan"}, ${inDays(line)}`;
  return line.description ?? "";
}

const isMetered = (line: Stripe.InvoiceLineItem, meaning: PriceMeaning | null) =>
  meaning?.kind === "overage" && line.parent?.type === "subscription_item_details" && !isProration(line);

const sum = (amounts: Array<{ amount: number }> | null) =>
  (amounts ?? []).reduce((total, { amount }) => total + amount, 0);

function toLine(line: Stripe.InvoiceLineItem, meaning: PriceMeaning | null): UpcomingLine {
  const kind = kindOf(line, meaning);
  return {
    kind,
    description: wordsOf(line, kind, meaning),
    cents: line.amount,
    discountCents: sum(line.discount_amounts),
    taxCents: sum(line.taxes),
    discountable: line.discountable,
    product: line.pricing?.price_details?.product ?? null,
    meteredCredits: isMetered(line, meaning) ? (line.quantity ?? 0) : null,
  };
}

/** A preview carries its first lines only; whatever stands on the others is one line more. */
function furtherLines(preview: Stripe.Invoice, shown: UpcomingLine[]): UpcomingLine[] {
  if (!preview.lines.has_more) return [];
  const rest = (total: number, of: (line: UpcomingLine) => number) =>
    shown.reduce((left, line) => left - of(line), total);
  return [
    {
      kind: "other",
      description: "Further items",
      cents: rest(preview.subtotal, ({ cents }) => cents),
      discountCents: rest(sum(preview.total_discount_amounts), ({ discountCents }) => discountCents),
      taxCents: rest(sum(preview.total_taxes), ({ taxCents }) => taxCents),
      discountable: false,
      product: null,
      meteredCredits: null,
    },
  ];
}

function discountsOf({ discounts, currency }: Stripe.Invoice): UpcomingDiscount[] {
  return discounts.flatMap((discount) => {
    const coupon = typeof discount === "string" || "deleted" in discount ? null : discount.source.coupon;
    if (!coupon || typeof coupon === "string") return [];
    const inCurrency =
      coupon.currency === currency ? coupon.amount_off : coupon.currency_options?.[currency]?.amount_off;
    return [
      {
        percentOff: coupon.percent_off,
        centsOff: coupon.percent_off === null ? (inCurrency ?? null) : null,
        products: coupon.applies_to?.products ?? null,
      },
    ];
  });
}

/**
 * The invoice that comes next for a subscription, as Stripe sees it now: what it has counted of use, discounts, tax.
 * @returns null if nothing will be billed
 * @throws Stripe's errors
 */
export async function previewNext(subscription: string): Promise<NextInvoice | null> {
  let preview: Stripe.Invoice;
  try {
    preview = await stripe().invoices.createPreview(
      { subscription, expand: ["discounts.source.coupon.applies_to"] },
      PATIENCE,
    );
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "invoice_upcoming_none") return null;
    throw error;
  }
  const read = await Promise.all(
    preview.lines.data.map(async (line) => ({ line, meaning: await meaningOf(line.pricing?.price_details?.price) })),
  );
  const metered = read.find(({ line, meaning }) => isMetered(line, meaning));
  const unit = metered?.line.pricing?.unit_amount_decimal;
  const lines = read.map(({ line, meaning }) => toLine(line, meaning));
  return {
    currency: preview.currency,
    at: fromSecondsOrNull(preview.next_payment_attempt ?? preview.created),
    lines: [...lines, ...furtherLines(preview, lines)],
    discounts: discountsOf(preview),
    balanceCents: preview.starting_balance,
    meteredPeriod: metered
      ? { start: fromSeconds(metered.line.period.start), end: fromSeconds(metered.line.period.end) }
      : null,
    meteredPlan: metered?.meaning?.kind === "overage" ? metered.meaning.plan : null,
    meteredCentsPer1000: unit === undefined || unit === null ? null : Number(unit.toString()) * 1000,
  };
}
