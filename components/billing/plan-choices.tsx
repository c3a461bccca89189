import type { Route } from "next";
import Link from "next/link";
import { brand } from "@/components/brand/brand";
import { BuyButton } from "@/components/pricing/buy-button";
import { Badge } from "@/components/ui/badge";
import { buttonVariants } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import type { Interval } from "@/lib/billing/catalogue";
import type { Choice } from "./choices";

const INTERVALS = [
  { value: "monthly", label: "Monthly" },
  { value: "yearly", label: "Yearly" },
] as const;

/** The switch between paying monthly and yearly, as links, so that an address says what it shows. */
export function IntervalSwitch({ current }: { current: Interval }) {
  return (
    <nav
      aria-label="How you pay"
      className="inline-flex self-start rounded-lg border border-border-strong bg-surface-2 p-0.5"
    >
      {INTERVALS.map(({ value, label }) => (
        <Link
          key={value}
          href={`/billing/plan?interval=${value}` as Route}
          replace
          scroll={false}
          aria-current={value === current ? "true" : undefined}
          className={cn(
            "flex h-8 items-center rounded-md px-3 text-13 transition-colors",
            value === current ? "bg-surface font-medium text-foreground" : "text-muted hover:text-foreground",
          )}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

function Step({ choice, account, permitted }: { choice: Choice; account: string; permitted: boolean }) {
  const { plan, interval, step } = choice;
  const look = { variant: plan.recommended ? "primary" : "secondary", className: "w-full sm:w-44" } as const;
  if (step === "current" || step === "none" || !permitted) return null;
  switch (step) {
    case "preview":
      return (
        <Link
          href={`/billing/plan/change?plan=${plan.key}&interval=${interval}` as Route}
          prefetch={false}
          className={buttonVariants(look)}
        >
          Change to {plan.name}
          {choice.isOtherInterval && `, ${interval}`}
        </Link>
      );
    case "checkout":
      return (
        <div className="w-full sm:w-44">
          <BuyButton
            purchase={{ plan: plan.key, interval }}
            account={account}
            variant={look.variant}
            className="w-full"
          >
            Choose {plan.name}
          </BuyButton>
        </div>
      );
    case "cancel":
      return (
        <Link
          href={"/billing/cancel" as Route}
          className={buttonVariants({ variant: "secondary", className: look.className })}
        >
          Cancel my plan
        </Link>
      );
    case "write":
      return (
        <a
          href={`mailto:${brand.supportEmail}?subject=${encodeURIComponent(`${brand.name} ${plan.name}`)}`}
          className={buttonVariants({ variant: "secondary", className: look.className })}
        >
          Talk to us
        </a>
      );
  }
}

interface PlanChoicesProps {
  choices: readonly Choice[];
  /** The account this page was drawn for. */
  account: string;
  /** Whether the person may change plans; others read. */
  permitted: boolean;
}

/** The plans one below the other, so that prices and credits can be compared line by line. */
export function PlanChoices({ choices, account, permitted }: PlanChoicesProps) {
  return (
    <ul className="divide-y divide-border rounded-lg border border-border bg-surface">
      {choices.map((choice) => (
        <li
          key={choice.plan.key}
          aria-current={choice.step === "current" ? "true" : undefined}
          className="grid gap-x-8 gap-y-4 p-5 sm:grid-cols-[1fr_auto] md:grid-cols-[11rem_1fr_auto]"
        >
          <div className="flex flex-col gap-0.5">
            <h2 className="flex flex-wrap items-center gap-2 text-base font-semibold">
              {choice.plan.name}
              {choice.step === "current" && <Badge tone="accent">Your plan</Badge>}
              {choice.isOtherInterval && (
                <Badge>Your plan, paid {choice.interval === "yearly" ? "monthly" : "yearly"}</Badge>
              )}
            </h2>
            <p className="text-base tabular-nums">{choice.price}</p>
            <p className="text-13 text-muted tabular-nums">{choice.charged}</p>
          </div>
          <div className="flex flex-col gap-1 text-sm sm:col-span-2 sm:row-start-2 md:col-span-1 md:row-start-auto">
            <p>{choice.credits}</p>
            <p className="text-muted">{choice.when}</p>
          </div>
          <div className="sm:justify-self-end">
            <Step choice={choice} account={account} permitted={permitted} />
          </div>
        </li>
      ))}
    </ul>
  );
}
