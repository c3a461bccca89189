import type { Objects } from "../core/objects.ts";
import { writeDay, writeInterval, writeUnitPrice } from "../pages/wording.ts";
import type { Period } from "../subscriptions/periods.ts";
import type { RatedLine, RatedPrice } from "./rating.ts";
import { ratePrice } from "./rating.ts";

export type InvoiceLine = Objects["invoice"]["lines"]["data"][number];

/** What an invoice line says, before it is put on an invoice. */
export interface LineDraft {
  amountCents: number;
  description: string;
  period: Period;
  quantity: number | null;
  unitAmountDecimal: string | null;
  price: { id: string; product: string } | null;
  parent: InvoiceLine["parent"];
  subscription: string | null;
  metadata: Record<string, string>;
  discountable: boolean;
}

/** The part of a price that lines need: what it costs, how it recurs, what it is called. */
export interface LinePrice extends RatedPrice {
  id: string;
  currency: string;
  product: string;
  recurring: { interval: string; interval_count: number; usage_type: string } | null;
}

export interface BilledItem {
  subscription: string;
  item: string;
  metadata: Record<string, string>;
  price: LinePrice;
  productName: string;
}

/** The lines a subscription item adds for one period: one, or one for each tier that is reached. */
export function periodLines(billed: BilledItem, quantity: number, period: Period): LineDraft[] {
  return ratePrice(billed.price, quantity).map((rated) => ({
    ...itemLine(billed, period),
    amountCents: rated.amountCents,
    description: wordsFor(billed, rated),
    quantity: rated.quantity,
    unitAmountDecimal: rated.unitAmountDecimal,
  }));
}

/** The 0.00 line of a trial. */
export function trialLine(billed: BilledItem, quantity: number, trial: Period): LineDraft {
  return { ...itemLine(billed, trial), description: `Free trial for ${quantity} × ${billed.productName}`, quantity };
}

/** The lines of an invoice that a credit is for. */
export interface CreditedLines {
  invoice: string;
  invoice_line_items: string[];
}

/**
 * A line that credits the unused rest of a period.
 * @param creditCents what is given back, not negative
 * @param credited the lines it was charged with, where an invoice has them already
 */
export function creditLine(
  billed: BilledItem,
  quantity: number,
  rest: Period,
  creditCents: number,
  credited: CreditedLines | null,
): LineDraft {
  const line = prorationLine("Unused time on", billed, quantity, rest, 0 - creditCents);
  const details = line.parent?.subscription_item_details;
  if (line.parent && details && credited) details.proration_details = { credited_items: credited };
  return line;
}

/** A line that charges the rest of a period under a new price. */
export function chargeLine(billed: BilledItem, quantity: number, rest: Period, amountCents: number): LineDraft {
  return prorationLine("Remaining time on", billed, quantity, rest, amountCents);
}

function prorationLine(
  words: string,
  billed: BilledItem,
  quantity: number,
  rest: Period,
  amountCents: number,
): LineDraft {
  const line = itemLine(billed, rest);
  const details = line.parent?.subscription_item_details;
  return {
    ...line,
    amountCents,
    quantity,
    description: `${words} ${quantity === 1 ? "" : `${quantity} × `}${billed.productName} after ${writeDay(rest.start)}`,
    discountable: false,
    parent: {
      type: "subscription_item_details",
      invoice_item_details: null,
      subscription_item_details: details ? { ...details, proration: true, proration_details: null } : null,
    },
  };
}

function itemLine(billed: BilledItem, period: Period): LineDraft {
  return {
    amountCents: 0,
    description: billed.productName,
    period,
    quantity: null,
    unitAmountDecimal: null,
    price: { id: billed.price.id, product: billed.price.product },
    parent: {
      type: "subscription_item_details",
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: null,
        subscription: billed.subscription,
        subscription_item: billed.item,
      },
    },
    subscription: billed.subscription,
    metadata: billed.metadata,
    discountable: true,
  };
}

function wordsFor({ price, productName }: BilledItem, rated: RatedLine): string {
  const every = price.recurring ? ` / ${writeInterval(price.recurring.interval, price.recurring.interval_count)}` : "";
  if (rated.flatFee) return `${productName} (Tier ${rated.tier} flat fee)`;
  const tier = rated.tier === null ? "" : `Tier ${rated.tier} `;
  return `${rated.quantity} × ${productName} (${tier}at ${writeUnitPrice(rated.unitAmountDecimal, price.currency)}${every})`;
}
