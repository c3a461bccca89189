import type { Metadata, Route } from "next";
import Link from "next/link";
import { changedWords } from "@/components/billing/changed-words";
import { Done } from "@/components/billing/done";
import { PlanActions } from "@/components/billing/plan-actions";
import { planSteps } from "@/components/billing/plan-steps";
import { home } from "@/components/frame/sections";
import { buttonVariants } from "@/components/ui/button";
import { canManageBilling } from "@/lib/session";
import { readAccount } from "../../../account";
import { resumePlan, revokeChange } from "../../actions";

export const metadata: Metadata = { title: "Your plan" };

export default async function ChangedPage() {
  const { session, standing, entitlement } = await readAccount();
  const { title, sentences, state } = changedWords(standing, entitlement);
  const { steps } = planSteps(standing, entitlement, { permitted: canManageBilling(session), isCustomer: false });
  return (
    <div className="flex max-w-2xl flex-col items-start gap-6 py-4">
      <Done heading="h1" title={title} isOpen={state === "pending"}>
        <ul className="flex flex-col gap-1">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </Done>
      <div className="flex flex-wrap items-start gap-2">
        {state === "done" ? (
          <Link href={home.href} className={buttonVariants({ size: "sm" })}>
            {home.label}
          </Link>
        ) : (
          <PlanActions
            hasLead
            say={null}
            steps={steps.filter(({ does }) => does === "pay" || does === "revoke")}
            account={session.account.id}
            resume={resumePlan}
            revoke={revokeChange}
          />
        )}
        <Link href={"/billing" as Route} className={buttonVariants({ variant: "secondary", size: "sm" })}>
          To billing
        </Link>
      </div>
    </div>
  );
}
