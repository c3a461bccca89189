"use client";

import { Slider } from "@base-ui/react/slider";
import { useId, useState } from "react";
import { cn } from "@/components/ui/cn";
import { Select } from "@/components/ui/select";
import type { Interval, ModelKey } from "@/lib/billing/catalogue";
import { formatCredits, formatMoney } from "@/lib/billing/format";
import { policy, rateCard } from "@/lib/billing/plans";
import { compareCosts, creditsAMonth, type MonthlyCost } from "./compare";

const STEPS = [1, 2, 5].flatMap((digit) => [4, 5, 6, 7].map((power) => digit * 10 ** power)).sort((a, b) => a - b);
const models = (Object.keys(rateCard) as ModelKey[]).map((value) => ({ value, label: rateCard[value].name }));
const intervals = [
  { value: "monthly", label: "Monthly" },
  { value: "yearly", label: "Yearly" },
] as const;

function costWords({ baseCents, extraCents, extraBy }: MonthlyCost): string {
  const money = (cents: number) => formatMoney(cents, policy.currency);
  if (extraBy === "nothing") return baseCents === 0 ? "All within the allowance" : "Within the allowance";
  const extra = `${money(extraCents)} for ${extraBy}`;
  return baseCents === 0 ? extra : `${money(baseCents)} and ${extra}`;
}

/** Tokens a month → which plan is cheapest and what it costs. Nothing leaves the page. */
export function Calculator() {
  const [step, setStep] = useState(STEPS.indexOf(1_000_000));
  const [model, setModel] = useState<ModelKey>("small-1");
  const [interval, setInterval] = useState<Interval>("monthly");
  const id = useId();

  const tokens = STEPS[step] ?? 0;
  const needed = creditsAMonth(model, tokens);
  const costs = compareCosts(needed, interval);

  return (
    <div className="grid rounded-xl border border-border bg-surface md:grid-cols-2">
      <div className="flex flex-col gap-6 p-6">
        <Slider.Root
          value={step}
          min={0}
          max={STEPS.length - 1}
          onValueChange={setStep}
          className="flex flex-col gap-2"
        >
          <div className="flex items-baseline justify-between gap-4">
            <Slider.Label className="text-13 font-medium">Tokens a month</Slider.Label>
            <output className="text-lg font-semibold tabular-nums">{formatCredits(tokens)}</output>
          </div>
          <Slider.Control className="flex h-6 items-center">
            <Slider.Track className="h-1.5 w-full rounded-full bg-border-strong">
              <Slider.Indicator className="rounded-full bg-accent" />
              <Slider.Thumb
                getAriaValueText={(_, value) => `${formatCredits(STEPS[value] ?? 0)} tokens`}
                className="size-5 rounded-full border-2 border-accent bg-surface has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
              />
            </Slider.Track>
          </Slider.Control>
        </Slider.Root>
        <div className="grid grid-cols-2 gap-4">
          <div className="flex flex-col gap-1.5">
            <span id={`${id}-model`} className="text-13 font-medium">
              Model
            </span>
            <Select options={models} value={model} onValueChange={setModel} aria-label="Model" />
          </div>
          <div className="flex flex-col gap-1.5">
            <span className="text-13 font-medium">You pay</span>
            <Select options={intervals} value={interval} onValueChange={setInterval} aria-label="You pay" />
          </div>
        </div>
        <p className="text-13 text-muted">
          That is about <span className="font-medium text-foreground">{formatCredits(needed)} credits</span>, if{" "}
          {Math.round((100 * policy.typicalCall.input) / (policy.typicalCall.input + policy.typicalCall.output))} % of
          the tokens are yours and the rest are answers.
        </p>
      </div>
      <ol
        aria-live="polite"
        className="flex flex-col justify-center divide-y divide-border border-t border-border px-6 md:border-t-0 md:border-l"
      >
        {costs.map((cost, place) => (
          <li key={cost.plan} className="flex items-baseline justify-between gap-4 py-4">
            <div className="min-w-0">
              <p className={cn(place === 0 ? "font-semibold" : "text-muted")}>
                {cost.planName}
                {place === 0 && <span className="ml-2 text-13 font-medium text-accent">cheapest</span>}
              </p>
              <p className="text-13 text-muted">{costWords(cost)}</p>
            </div>
            <p className={cn("tabular-nums", place === 0 ? "text-lg font-semibold" : "text-muted")}>
              {formatMoney(cost.totalCents, policy.currency)}
            </p>
          </li>
        ))}
      </ol>
    </div>
  );
}
