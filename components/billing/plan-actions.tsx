import type { Route } from "next";
import Link from "next/link";
import { buttonVariants } from "@/components/ui/button";
import type { FormAction } from "@/lib/action";
import type { PlanStep, PlanSteps } from "./plan-steps";
import { PortalButton } from "./portal-button";
import { VerbForm } from "./verb-form";

interface PlanActionsProps extends PlanSteps {
  /** The account this page was drawn for. */
  account: string;
  resume: FormAction;
  revoke: FormAction;
}

interface StepButtonProps extends Omit<PlanActionsProps, keyof PlanSteps> {
  step: PlanStep;
  variant: "primary" | "secondary" | "ghost";
}

function StepButton({ step, variant, account, resume, revoke }: StepButtonProps) {
  const look = { variant, size: "sm" } as const;
  switch (step.does) {
    case "go":
      return (
        <Link href={step.href as Route} className={buttonVariants(look)}>
          {step.label}
        </Link>
      );
    case "pay":
    case "write":
      return (
        <a href={step.url} className={buttonVariants(look)}>
          {step.label}
        </a>
      );
    case "resume":
    case "revoke":
      return (
        <VerbForm action={step.does === "resume" ? resume : revoke} account={account} {...look}>
          {step.label}
        </VerbForm>
      );
    case "card":
    case "details":
      return (
        <PortalButton flow={step.does === "card" ? "card" : "home"} account={account} {...look}>
          {step.label}
        </PortalButton>
      );
  }
}

/** What can be done about the plan now: first what mends or what is wanted most, canceling last and just as near. */
export function PlanActions({ hasLead, say, steps, ...verbs }: PlanActionsProps) {
  return (
    <>
      {say && <p className="max-w-3xl text-13 text-muted">{say}</p>}
      {steps.length > 0 && (
        <ul aria-label="What you can do" className="flex flex-wrap items-start gap-2">
          {steps.map((step, place) => (
            <li key={step.label}>
              <StepButton step={step} variant={place === 0 && hasLead ? "primary" : "secondary"} {...verbs} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
