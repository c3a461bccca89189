import { Check } from "lucide-react";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { buttonVariants } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import type { Interval, Plan } from "@/lib/billing/catalogue";
import { formatCredits } from "@/lib/billing/format";
import { basePrice, inOurCurrency } from "@/lib/billing/offers";
import { policy } from "@/lib/billing/plans";
import { BuyButton } from "./buy-button";
import { priceTag } from "./money";

function paidWhen(plan: Plan, cents: number, yearly: boolean, currency: string): string {
  if (plan.availability === "included") return "No card needed";
  if (yearly) return `${priceTag(cents, currency)} charged once a year`;
  return "Charged monthly, until you cancel";
}

/** What a plan costs in advance; of one that costs nothing in advance, what its use costs. */
function Price({ plan, interval }: { plan: Plan; interval: Interval }) {
  const price = basePrice(plan, interval) ?? basePrice(plan, "monthly");
  const { cents, currency } = price ? inOurCurrency(price) : { cents: 0, currency: policy.currency };
  const rate = plan.monthlyAllowance === 0 && plan.overage ? inOurCurrency(plan.overage.per1000) : null;
  const yearly = interval === "yearly" && basePrice(plan, "yearly") !== null;
  return (
    <div>
      <p className="flex flex-wrap items-baseline gap-x-1.5">
        <span className="text-3xl font-semibold tracking-tight tabular-nums">
          {rate ? priceTag(rate.cents, rate.currency) : priceTag(yearly ? Math.round(cents / 12) : cents, currency)}
        </span>
        <span className="text-sm text-muted">{rate ? "per 1,000 credits" : "a month"}</span>
      </p>
      <p className="min-h-5 text-13 text-muted">
        {rate ? "Charged after each month" : paidWhen(plan, cents, yearly, currency)}
      </p>
    </div>
  );
}

function overageWords(plan: Plan): string {
  if (policy.overage === "off" || !plan.overage) return "Use it up and buy credits. Nothing is ever billed afterwards.";
  const { cents, currency } = inOurCurrency(plan.overage.per1000);
  const costs = (credits: number) => priceTag(Math.ceil((credits * cents) / 1000), currency);
  if (plan.monthlyAllowance > 0)
    return `Beyond that ${costs(1000)} per 1,000 credits, only if you allow it, up to a cap that you set.`;
  return `At most ${costs(plan.overage.mostCreditsPerPeriod)} a month, or less if you set a cap, and ${costs(policy.trustCapCredits)} until your first invoice is paid.`;
}

function trialWords({ trial }: Plan): string | null {
  if (!trial) return null;
  return `New here? ${trial.days} days free with ${formatCredits(trial.allowance)} credits, once a person and card.`;
}

interface PlanCardProps {
  plan: Plan;
  interval: Interval;
  /** How the title is nested on its page. */
  heading?: "h2" | "h3";
  isCurrent?: boolean;
}

export function PlanCard({ plan, interval, heading: Heading = "h2", isCurrent = false }: PlanCardProps) {
  const boughtAt = interval === "yearly" && basePrice(plan, "yearly") ? "yearly" : "monthly";
  const trial = trialWords(plan);
  return (
    <article
      className={cn(
        "flex flex-col gap-5 rounded-xl border bg-surface p-6",
        plan.recommended ? "border-accent" : "border-border",
      )}
    >
      <div className="flex flex-col gap-1">
        <div className="flex min-h-6 items-center justify-between gap-2">
          <Heading className="text-base font-semibold">{plan.name}</Heading>
          {plan.recommended && <Badge tone="accent">Recommended</Badge>}
        </div>
        <p className="text-sm text-muted xl:min-h-10">{plan.summary}</p>
      </div>
      <Price plan={plan} interval={interval} />
      {isCurrent ? (
        <p className="flex h-9 items-center justify-center rounded-md bg-surface-2 text-sm font-medium text-muted">
          Your plan
        </p>
      ) : plan.availability === "on_sale" ? (
        <BuyButton
          purchase={{ plan: plan.key, interval: boughtAt }}
          variant={plan.recommended ? "primary" : "secondary"}
          className="w-full"
        >
          Choose {plan.name}
        </BuyButton>
      ) : (
        <Link
          href="/sign-up"
          prefetch={false}
          className={buttonVariants({ variant: "secondary", className: "w-full" })}
        >
          Start free
        </Link>
      )}
      <ul className="flex flex-col gap-2 text-sm">
        {plan.features.map((feature) => (
          <li key={feature} className="flex gap-2">
            <Check aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-accent" />
            {feature}
          </li>
        ))}
      </ul>
      <div className="mt-auto flex flex-col gap-2 text-13 text-muted">
        {trial && <p>{trial}</p>}
        <p>{overageWords(plan)}</p>
      </div>
    </article>
  );
}
