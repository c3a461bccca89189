import type { Catalogue, Currency, Plan } from "@/lib/billing/catalogue";
import { formatMoney } from "@/lib/billing/format";
import { inOurCurrency } from "@/lib/billing/offers";
import { catalogue as ours } from "@/lib/billing/plans";

/** "$0.10", what 1,000 credits beyond the allowance cost; null if the plan sells none. */
export function overageRate(plan: Plan, from: Catalogue = ours): string | null {
  if (from.policy.overage === "off" || !plan.overage) return null;
  const { cents, currency } = inOurCurrency(plan.overage.per1000, from);
  return formatMoney(cents, currency);
}

/** @param centsPer1000 cents for 1,000 credits; null: none is sold */
export function rateInWords(centsPer1000: number | null, currency: Currency): string {
  return centsPer1000 === null ? "None" : `${formatMoney(centsPer1000, currency)} per 1,000`;
}
