"use client";

import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";
import { useState } from "react";
import type { Interval, PlanKey } from "@/lib/billing/catalogue";
import { basePrice } from "@/lib/billing/offers";
import { plans } from "@/lib/billing/plans";
import { PlanCard } from "./plan-card";

const INTERVALS = [
  { value: "monthly", label: "Monthly" },
  { value: "yearly", label: "Yearly" },
] as const;

/** Whole months' worth that a year in advance saves, by the plan that saves least. */
function monthsSaved(): number {
  const savings = plans.flatMap((plan) => {
    const [month, year] = [basePrice(plan, "monthly"), basePrice(plan, "yearly")];
    return month && year && month.usd > 0 ? [Math.floor((12 * month.usd - year.usd) / month.usd)] : [];
  });
  return savings.length > 0 ? Math.min(...savings) : 0;
}

interface PlanCardsProps {
  heading?: "h2" | "h3";
  /** The plan of whoever is signed in, which is marked instead of sold. */
  current?: PlanKey;
}

/** The plans that can be had today, side by side, with a switch between paying monthly and yearly. */
export function PlanCards({ heading = "h2", current }: PlanCardsProps) {
  const [interval, setInterval] = useState<Interval>("monthly");
  const offered = plans.filter((plan) => plan.availability === "included" || plan.availability === "on_sale");
  const saved = monthsSaved();
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center gap-3">
        <ToggleGroup
          aria-label="How you pay"
          value={[interval]}
          onValueChange={([next]) => next && setInterval(next as Interval)}
          className="inline-flex rounded-lg border border-border-strong bg-surface-2 p-0.5"
        >
          {INTERVALS.map(({ value, label }) => (
            <Toggle
              key={value}
              value={value}
              className="h-8 rounded-md px-3 text-13 text-muted transition-colors data-pressed:bg-surface data-pressed:font-medium data-pressed:text-foreground"
            >
              {label}
            </Toggle>
          ))}
        </ToggleGroup>
        {saved > 0 && (
          <p className="text-13 text-muted">
            A year in advance: {saved} {saved === 1 ? "month" : "months"} free.
          </p>
        )}
      </div>
      <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
        {offered.map((plan) => (
          <PlanCard key={plan.key} plan={plan} interval={interval} heading={heading} isCurrent={plan.key === current} />
        ))}
      </div>
    </div>
  );
}
