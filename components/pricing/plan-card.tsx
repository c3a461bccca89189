import { Check } from "lucide-react";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { buttonVariants } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import type { Interval, Plan } from "@/lib/billing/catalogue";
import { basePrice, inOurCurrency } from "@/lib/billing/offers";
import { policy } from "@/lib/billing/plans";
import { BuyButton } from "./buy-button";
import { priceTag } from "./money";

function Price({ plan, interval }: { plan: Plan; interval: Interval }) {
  const price = basePrice(plan, interval) ?? basePrice(plan, "monthly");
  const { cents, currency } = price ? inOurCurrency(price) : { cents: 0, currency: policy.currency };
  const yearly = interval === "yearly" && basePrice(plan, "yearly") !== null;
  return (
    <div>
      <p className="flex items-baseline gap-1.5">
        <span className="text-3xl font-semibold tracking-tight tabular-nums">
          {priceTag(yearly ? Math.round(cents / 12) : cents, currency)}
        </span>
        <span className="text-sm text-muted">a month</span>
      </p>
      <p className="min-h-5 text-13 text-muted">
        {cents === 0
          ? "No card needed"
          : yearly
            ? `${priceTag(cents, currency)} charged once a year`
            : "Charged monthly; cancel any time"}
      </p>
    </div>
  );
}

function overageWords(plan: Plan): string {
  if (policy.overage === "off" || !plan.overage) return "Use it up and buy credits. Nothing is ever billed afterwards.";
  const { cents, currency } = inOurCurrency(plan.overage.per1000);
  return `Beyond that ${priceTag(cents, currency)} per 1,000 credits, up to a cap that you set.`;
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
        <p className="text-sm text-muted">{plan.summary}</p>
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
      <p className="mt-auto text-13 text-muted">{overageWords(plan)}</p>
    </article>
  );
}
