import type { AllowanceKind, Entitlement } from "@/lib/billing/entitlement";
import { formatCredits, formatDate } from "@/lib/billing/format";
import { planOf } from "@/lib/billing/offers";
import type { Standing } from "@/lib/billing/standing";

export interface Fact {
  readonly label: string;
  readonly value: string;
}

const allowances: Record<AllowanceKind, string> = {
  full: "In full",
  bridge: "A first part; the rest once it is paid",
  free: "The Free plan’s, each month",
  trial: "The trial’s",
  rest: "What is left of a period that was paid late",
  existing: "What is there; nothing new",
  none: "None",
};

const changes: Record<Entitlement["canChangePlan"], string> = {
  yes: "Yes",
  resume: "Yes, or take the ending back",
  finish_payment: "Once the first payment is finished",
  pay_first: "Once what is owed is paid",
  admin: "Through you",
  no: "No",
};

const alerts: Record<NonNullable<Entitlement["alert"]>, string> = {
  unknown_plan: "Its price at Stripe is none of plans.ts",
  stale_mirror: "Nothing was heard of its renewal for 72 hours",
  unknown_status: "Stripe gives it a status this app does not know",
  collection_paused: "Collection is paused at Stripe",
  second_subscription: "It has a second live subscription",
};

const yesNo = (is: boolean) => (is ? "Yes" : "No");

function planFact({ subscription }: Standing, entitlement: Entitlement): string {
  const name = planOf(entitlement.plan).name;
  if (!subscription) return `${name}, no subscription`;
  const bought =
    subscription.plan && subscription.plan !== entitlement.plan ? ` (bought ${planOf(subscription.plan).name})` : "";
  return `${name}${bought}, ${subscription.interval}, ${subscription.status.replaceAll("_", " ")} at Stripe`;
}

function spendFact(entitlement: Entitlement, standing: Standing): string {
  if (entitlement.access === "read_only") return "No: it may only read, export and pay";
  if (standing.debt > 0) return `No: it owes ${formatCredits(standing.debt)} credits`;
  return "Yes";
}

/** What an account has and may do now, line by line, for whoever has to explain it. */
export function standingFacts(standing: Standing, entitlement: Entitlement): Fact[] {
  const { subscription } = standing;
  return [
    { label: "Plan", value: planFact(standing, entitlement) },
    ...(subscription
      ? [{ label: "Period", value: `${formatDate(subscription.periodStart)} to ${formatDate(subscription.periodEnd)}` }]
      : []),
    ...(subscription?.cancelAt ? [{ label: "Ends on", value: formatDate(subscription.cancelAt) }] : []),
    { label: "May use credits", value: spendFact(entitlement, standing) },
    { label: "Allowance", value: allowances[entitlement.allowance] },
    { label: "Bought credits", value: entitlement.prepaid === "use" ? "Can be used" : "Frozen; they do not expire" },
    {
      label: "Overage",
      value: standing.overageHeld
        ? "None: kept from it since a debt was lost"
        : entitlement.overagePermitted > 0
          ? `Up to ${formatCredits(entitlement.overagePermitted)} credits a period`
          : "None",
    },
    { label: "Automatic top-up", value: entitlement.autoTopUp ? "Permitted" : "Off" },
    { label: "May buy packs", value: yesNo(entitlement.canBuy) },
    { label: "May change plan", value: changes[entitlement.canChangePlan] },
    ...(entitlement.alert ? [{ label: "Look at this", value: alerts[entitlement.alert] }] : []),
  ];
}
