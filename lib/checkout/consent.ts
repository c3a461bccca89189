import type { Catalogue, Plan } from "@/lib/billing/catalogue";
import { formatCredits, formatMoney } from "@/lib/billing/format";
import { basePrice, inOurCurrency, type Offer } from "@/lib/billing/offers";
import { catalogue as ours } from "@/lib/billing/plans";

/** Whether use beyond allowance and bought credits can be billed on a plan. */
export const sellsOverage = (plan: Plan, { policy }: Catalogue = ours): boolean =>
  policy.overage === "metered" && plan.overage !== undefined;

function overageWords(plan: Plan, catalogue: Catalogue): string[] {
  if (!plan.overage || !sellsOverage(plan, catalogue)) return [];
  const { cents, currency } = inOurCurrency(plan.overage.per1000, catalogue);
  const rate = `${formatMoney(cents, currency)} per 1,000 credits`;
  if (plan.monthlyAllowance > 0)
    return [`Use beyond the credits of your plan costs ${rate}, billed monthly, and only if you allow it later.`];
  const most = formatMoney(Math.ceil((plan.overage.mostCreditsPerPeriod * cents) / 1000), currency);
  return [
    `What you use costs ${rate} and is charged to your card at the end of each month, at most ${most} a month, or less if you set a cap.`,
  ];
}

/**
 * What a buyer must have read before paying, as the payment page shows it beside its button: when the first charge comes
 * after a trial, what is charged beyond the base price, and how to end it. Nothing for a pack, which is paid once.
 */
export function consentWords(offer: Offer, trialDays: number, catalogue: Catalogue = ours): string | null {
  if (offer.kind !== "base") return null;
  const { plan, interval } = offer;
  const price = basePrice(plan, interval);
  const { cents, currency } = price ? inOurCurrency(price, catalogue) : { cents: 0, currency: "usd" };
  const each = `${formatMoney(cents, currency)} a ${interval === "yearly" ? "year" : "month"}`;
  return [
    ...(trialDays > 0 && plan.trial
      ? [
          `Free for ${trialDays} days with ${formatCredits(plan.trial.allowance)} credits, then ${each} until you cancel; one trial a person and card.`,
        ]
      : []),
    ...overageWords(plan, catalogue),
    "You can cancel on the billing page at any time.",
  ].join(" ");
}
