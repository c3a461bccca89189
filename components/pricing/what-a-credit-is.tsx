import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { ModelKey } from "@/lib/billing/catalogue";
import { formatCredits } from "@/lib/billing/format";
import { plans, rateCard } from "@/lib/billing/plans";
import { exampleCredits, examples, timesFor } from "./examples";

const models = Object.keys(rateCard) as ModelKey[];

/** Examples by model, in credits, and what each plan's allowance comes to in long answers. */
export function WhatACreditIs() {
  const [cheapest] = models;
  const long = examples[1];
  const allowances = plans.filter((plan) => plan.availability !== "talk_to_us" && plan.monthlyAllowance > 0);
  return (
    <div className="grid gap-8 lg:grid-cols-[2fr_1fr]">
      <div className="rounded-xl border border-border bg-surface">
        <Table caption="What things cost, in credits">
          <THead>
            <TR>
              <TH>What you do</TH>
              {models.map((model) => (
                <TH key={model} numeric>
                  {rateCard[model].name}
                </TH>
              ))}
            </TR>
          </THead>
          <TBody>
            {examples.map((example) => (
              <TR key={example.name}>
                <TD>{example.name}</TD>
                {models.map((model) => (
                  <TD key={model} numeric>
                    {formatCredits(exampleCredits(example, model))}
                  </TD>
                ))}
              </TR>
            ))}
            <TR>
              <TD className="text-muted">1,000 tokens in / out</TD>
              {models.map((model) => (
                <TD key={model} numeric className="text-muted">
                  {rateCard[model].input / 1_000} / {rateCard[model].output / 1_000}
                </TD>
              ))}
            </TR>
          </TBody>
        </Table>
      </div>
      {cheapest && (
        <div className="flex flex-col gap-4">
          <dl className="flex flex-col gap-4">
            {allowances.map((plan) => (
              <div key={plan.key} className="flex flex-col gap-0.5 border-l-2 border-border-strong pl-4">
                <dt className="text-13 text-muted">
                  {plan.name}, {formatCredits(plan.monthlyAllowance)} credits
                </dt>
                <dd className="text-base font-medium">
                  about {formatCredits(timesFor(plan.monthlyAllowance, exampleCredits(long, cheapest)))} long answers
                </dd>
              </div>
            ))}
          </dl>
          <p className="text-13 text-muted">Long answers by {rateCard[cheapest].name}, a month.</p>
        </div>
      )}
    </div>
  );
}
