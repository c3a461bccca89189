"use client";

import { useEffect, useId, useState } from "react";
import { FormMessage, useActionForm } from "@/components/auth/action-form";
import { Button } from "@/components/ui/button";
import { CardContent, CardFooter } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { toast } from "@/components/ui/toaster";
import type { FormAction } from "@/lib/action";
import { formatCredits, formatMoney } from "@/lib/billing/format";
import type { OverageFacts } from "./overage-card";

interface ChoiceProps {
  value: OverageFacts["choice"];
  chosen: OverageFacts["choice"];
  choose: (value: OverageFacts["choice"]) => void;
  label: string;
  hint: string;
}

function Choice({ value, chosen, choose, label, hint }: ChoiceProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-3">
      <input
        type="radio"
        id={id}
        name="choice"
        value={value}
        checked={chosen === value}
        onChange={() => choose(value)}
        aria-describedby={`${id}-hint`}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <div className="flex flex-col">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        <span id={`${id}-hint`} className="text-13 text-muted tabular-nums">
          {hint}
        </span>
      </div>
    </div>
  );
}

const isChoice = (text: string | undefined): text is OverageFacts["choice"] =>
  text === "off" || text === "number" || text === "plan";

interface OverageFormProps {
  overage: OverageFacts;
  setCap: FormAction<{ said: string }>;
}

/** The owner's control: off, up to a number of credits, or the plan's maximum, each with what it costs at most. */
export function OverageForm({ overage, setCap }: OverageFormProps) {
  const { state, pending, formProps, message, errorsOf, typedIn } = useActionForm(setCap, "overage");
  const { currency, centsPer1000, planMost } = overage;
  const [chosen, choose] = useState(overage.choice);
  const [typed, type] = useState(overage.chosenCredits === null ? "" : formatCredits(overage.chosenCredits));
  const id = useId();

  useEffect(() => {
    if (state?.ok) toast.success(state.data.said);
  }, [state]);
  const sent = typedIn("choice");
  useEffect(() => {
    if (isChoice(sent)) choose(sent);
  }, [sent]);

  const costs = (credits: number) => formatMoney(Math.ceil((credits * centsPer1000) / 1000), currency);
  const credits = Number(typed.replace(/[\s,.'_]/g, ""));
  const errors = errorsOf("credits");
  const radio = (value: OverageFacts["choice"]) => ({ value, chosen, choose });
  return (
    <form {...formProps}>
      <CardContent className="flex flex-col gap-4">
        <input type="hidden" name="account" value={overage.account} />
        <fieldset className="flex flex-col gap-3">
          <legend className="sr-only">How much overage a month</legend>
          <Choice
            {...radio("off")}
            label="Off"
            hint="Requests stop when your credits are used up. Nothing is billed afterwards."
          />
          <Choice
            {...radio("number")}
            label="Up to a number of credits a month"
            hint={credits > 0 ? `At most ${costs(credits)} a month on top of your plan.` : "You say how many."}
          />
          {chosen === "number" && (
            <div className="ml-7 flex flex-col gap-1">
              <Input
                name="credits"
                inputMode="numeric"
                autoComplete="off"
                aria-label="Credits a month"
                aria-describedby={`${id}-error`}
                aria-invalid={errors ? true : undefined}
                value={typed}
                onChange={(event) => type(event.target.value)}
                className="max-w-48 tabular-nums"
              />
              <p id={`${id}-error`} aria-live="polite" className="text-13 text-danger empty:hidden">
                {errors?.join(" ")}
              </p>
            </div>
          )}
          <Choice
            {...radio("plan")}
            label={`The plan's maximum, ${formatCredits(planMost)} credits a month`}
            hint={`At most ${costs(planMost)} a month on top of your plan.`}
          />
        </fieldset>
        {!errors && <FormMessage>{message}</FormMessage>}
      </CardContent>
      <CardFooter className="justify-end">
        <Button type="submit" variant="secondary" pending={pending}>
          Save
        </Button>
      </CardFooter>
    </form>
  );
}
