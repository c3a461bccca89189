const UNITS_WITHOUT_CENTS = new Set([
  "bif",
  "clp",
  "djf",
  "gnf",
  "jpy",
  "kmf",
  "krw",
  "mga",
  "pyg",
  "rwf",
  "ugx",
  "vnd",
  "vuv",
  "xaf",
  "xof",
  "xpf",
]);

/**
 * Writes money for people: 2900 usd → "$29.00".
 * @param amount in the currency's smallest unit.
 */
export function writeMoney(amount: number, currency: string): string {
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).format(amount / centsIn(currency));
}

/** How many of a currency's smallest unit make one whole: 100, or 1 where there are no cents. */
export function centsIn(currency: string): number {
  return UNITS_WITHOUT_CENTS.has(currency) ? 1 : 100;
}

/**
 * Writes the price of one unit, with as many decimals as it has: "0.0125" usd → "$0.000125".
 * @param unit a decimal string in the currency's smallest unit.
 */
export function writeUnitPrice(unit: string, currency: string): string {
  const value = UNITS_WITHOUT_CENTS.has(currency) ? Number(unit) : Number(unit) / 100;
  return new Intl.NumberFormat("en-US", { style: "currency", currency, maximumFractionDigits: 14 }).format(value);
}

/** Writes a day: 1795305600 → "22 Nov 2026". */
export function writeDay(seconds: number): string {
  const parts = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat("en-GB", parts).format(new Date(seconds * 1000)).replace("Sept", "Sep");
}

/** Writes how often something recurs: "month", "3 months". */
export function writeInterval(interval: string, count: number): string {
  return count === 1 ? interval : `${count} ${interval}s`;
}

/** Writes a count with thousands separated: "12,400". */
export function writeCount(count: number): string {
  return new Intl.NumberFormat("en-US").format(count);
}
