"use client";

import type { Route } from "next";
import Link from "next/link";
import { useActionForm } from "@/components/auth/action-form";
import { Button, buttonVariants } from "@/components/ui/button";
import type { FormAction } from "@/lib/action";
import type { Interval, PlanKey } from "@/lib/billing/catalogue";
import { withLostAnswer } from "./lost-answer";
import { Refusal } from "./verb-form";

interface ConfirmChangeProps {
  action: FormAction;
  /** The account this preview was drawn for. */
  account: string;
  change: { plan: PlanKey; interval: Interval };
  /** Names this preview, so that pressing twice changes once. */
  changeId: string;
  prorationDate: number | null;
  /** What the card is charged by pressing the button. */
  charge: string;
  children: string;
}

/** Agrees to a previewed change: exactly what was shown is done, once. */
export function ConfirmChange({
  action,
  account,
  change,
  changeId,
  prorationDate,
  charge,
  children,
}: ConfirmChangeProps) {
  const { state, pending, formProps, message } = useActionForm(withLostAnswer(action), "change-plan");
  return (
    <form {...formProps} className="flex flex-col gap-3">
      <input type="hidden" name="account" value={account} />
      <input type="hidden" name="plan" value={change.plan} />
      <input type="hidden" name="interval" value={change.interval} />
      <input type="hidden" name="changeId" value={changeId} />
      {prorationDate !== null && <input type="hidden" name="prorationDate" value={prorationDate} />}
      <p className="text-base font-medium">{charge}</p>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" pending={pending}>
          {children}
        </Button>
        <Link href={"/billing/plan" as Route} className={buttonVariants({ variant: "secondary" })}>
          Go back
        </Link>
      </div>
      <p role="status" className="text-13 text-muted empty:hidden">
        {pending ? "Your plan is being changed. This can take a few seconds." : ""}
      </p>
      <Refusal message={message} url={state && !state.ok ? state.url : undefined} />
    </form>
  );
}
