import { formatMoney } from "./format";

/** An item of a subscription, by what its price means to us. */
export interface ContractItem {
  /** null for a price that is none of ours. */
  readonly kind: "base" | "overage" | "pack" | null;
  readonly planKey: string | null;
  readonly price: string;
  readonly quantity: number | null;
}

/** What a subscription is made of at Stripe. */
export interface Contract {
  readonly items: readonly ContractItem[];
  readonly currency: string;
  /** That of the account's first payment; null before one. */
  readonly firstCurrency: string | null;
  readonly collectionPaused: boolean;
}

const named = (prices: readonly ContractItem[]) => prices.map(({ price }) => price).join(", ");

/**
 * What of a subscription is not as this app sells it, a sentence each, for whoever has changed it at Stripe: the account
 * has the credits of one plan at its own price, so more than that is charged and not given. A base price that nobody knows
 * is told of apart.
 */
export function odditiesOf({ items, currency, firstCurrency, collectionPaused }: Contract): string[] {
  const bases = items.filter(({ kind }) => kind === "base");
  const many = items.filter(({ kind, quantity }) => kind === "base" && (quantity ?? 1) !== 1);
  const foreign = bases.length === 0 ? [] : items.filter(({ kind }) => kind === null || kind === "pack");
  const metered = items.filter(({ kind }) => kind === "overage");
  return [
    ...many.map(({ price, quantity }) => `${price} is charged ${quantity} times, and gives its credits once`),
    ...(bases.length > 1 ? [`It has ${bases.length} plans (${named(bases)}), of which the first counts`] : []),
    ...(foreign.length > 0 ? [`It charges for ${named(foreign)} too, which brings no credits`] : []),
    ...(metered.length > 1 ? [`It bills the same use ${metered.length} times (${named(metered)})`] : []),
    ...(firstCurrency && firstCurrency !== currency
      ? [`It is in ${currency.toUpperCase()}, and the account has paid in ${firstCurrency.toUpperCase()} before`]
      : []),
    ...(collectionPaused ? ["Its collection is paused: nothing is charged, and no new credits are given"] : []),
  ];
}

/** A sum that is owed, for an alert; null if nothing is. */
export const owedWords = (cents: number, currency: string | null): string | null =>
  currency && cents > 0 ? formatMoney(cents, currency) : null;
