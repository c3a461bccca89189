import type Stripe from "stripe";
import type { AlertKind } from "@/lib/billing/alerts";
import { type ContractItem, odditiesOf, owedWords } from "@/lib/billing/oddities";
import type { DunningStage } from "@/lib/billing/standing";
import { isOwed } from "@/lib/dunning/unpaid";
import { isUnusedSecond } from "./second";
import { isLive, type ReadItem, type ReadSubscription } from "./snapshot";
import { isStuck, stuckAlert } from "./stuck";

/** Something about a customer that a founder has to know; it is over when it is not said any more. */
export interface AlertOrder {
  readonly kind: AlertKind;
  readonly key: string;
  readonly data: Record<string, unknown>;
}

interface Fetched {
  readonly account: string;
  readonly subscriptions: readonly ReadSubscription[];
  readonly mirrored: ReadSubscription | null;
  readonly invoices: readonly Stripe.Invoice[];
  readonly stage: DunningStage | null;
  readonly at: Date;
}

const toItem = ({ item, meaning }: ReadItem): ContractItem => ({
  kind: meaning?.kind ?? null,
  planKey: meaning && "planKey" in meaning ? meaning.planKey : null,
  price: item.price.lookup_key ?? item.price.id,
  quantity: item.quantity ?? null,
});

/** The currency of the first invoice that took money. Stripe lists the newest first, also of those made in one second. */
function firstCurrencyOf(invoices: readonly Stripe.Invoice[]): string | null {
  const paid = invoices.filter(({ status, amount_paid: amount }) => status === "paid" && amount > 0);
  return paid.toReversed().toSorted((a, b) => a.created - b.created)[0]?.currency ?? null;
}

function ofContract(subscription: ReadSubscription, invoices: readonly Stripe.Invoice[]): AlertOrder[] {
  if (!isLive(subscription)) return [];
  const { raw, base, baseItem } = subscription;
  const unknown: AlertOrder[] = base?.plan
    ? []
    : [
        {
          kind: "unknown_price",
          key: raw.id,
          data: { subscription: raw.id, price: baseItem.price.lookup_key ?? baseItem.price.id },
        },
      ];
  const oddities = odditiesOf({
    items: subscription.items.map(toItem),
    currency: raw.currency,
    firstCurrency: firstCurrencyOf(invoices),
    collectionPaused: raw.pause_collection !== null,
  });
  if (oddities.length === 0) return unknown;
  const what = oddities.join(". ");
  return [...unknown, { kind: "subscription_changed", key: raw.id, data: { subscription: raw.id, what } }];
}

function ofSecond({ subscriptions, mirrored, account, at }: Fetched): AlertOrder[] {
  return subscriptions
    .filter((other) => other !== mirrored && isLive(other) && !isUnusedSecond(other, mirrored, account, at))
    .map(({ raw, meteredItem }) => ({
      kind: "second_subscription",
      key: raw.id,
      data: {
        subscription: raw.id,
        counts: mirrored?.raw.id ?? null,
        ...(meteredItem && mirrored?.meteredItem
          ? {
              text: `${raw.id} runs beside ${mirrored.raw.id}, which counts. Both bill use beyond the allowance, so the customer pays for the same use twice.`,
              wayOut: `Cancel ${raw.id} in Stripe's Dashboard at once, without a last invoice, and refund what it has charged.`,
            }
          : {}),
      },
    }));
}

function ofSuspension({ account, stage, invoices }: Fetched): AlertOrder[] {
  if (stage !== "suspended") return [];
  const owed = invoices.filter(isOwed);
  const currency = owed[0]?.currency ?? null;
  const cents = owed.filter((invoice) => invoice.currency === currency);
  const sum = cents.reduce((total, { amount_remaining: rest }) => total + rest, 0);
  return [{ kind: "account_suspended", key: account, data: { amount: owedWords(sum, currency) } }];
}

/**
 * What founders are told of a customer, from what Stripe has now: a plan on a price nobody knows, a subscription that is
 * not as it was sold, further ones that the customer pays for, invoices that cannot be made, and a suspension.
 */
export function alertsOf(fetched: Fetched): AlertOrder[] {
  return [
    ...(fetched.mirrored ? ofContract(fetched.mirrored, fetched.invoices) : []),
    ...ofSecond(fetched),
    ...fetched.invoices.filter(isStuck).map(stuckAlert),
    ...ofSuspension(fetched),
  ];
}
