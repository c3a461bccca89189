import { formatMoney } from "@/lib/billing/format";

/** An amount as price tags write it: $29, but $29.50. */
export function priceTag(cents: number, currency: string): string {
  return formatMoney(cents, currency).replace(/\.00$/, "");
}
