import type { Metadata, Route } from "next";
import Link from "next/link";
import { choicesFor } from "@/components/billing/choices";
import { PlanActions } from "@/components/billing/plan-actions";
import { IntervalSwitch, PlanChoices } from "@/components/billing/plan-choices";
import { planSteps } from "@/components/billing/plan-steps";
import { Banner } from "@/components/ui/banner";
import { Card, CardContent } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import type { Interval } from "@/lib/billing/catalogue";
import { offeredChanges } from "@/lib/billing/changes";
import { canManageBilling } from "@/lib/session";
import { readAccount } from "../../account";
import { resumePlan, revokeChange } from "../actions";

export const metadata: Metadata = { title: "Choose a plan" };

/** The states in which something else comes first; it then stands above the plans. */
const COMES_FIRST = ["resume", "finish_payment", "pay_first", "no", "admin"];

export default async function PlanPage({ searchParams }: PageProps<"/billing/plan">) {
  const { session, standing, entitlement } = await readAccount();
  const { interval: asked } = await searchParams;
  const current: Interval = standing.subscription?.interval ?? "monthly";
  const interval = asked === "monthly" || asked === "yearly" ? asked : current;
  const permitted = canManageBilling(session);
  const choices = choicesFor(offeredChanges(standing, entitlement), interval, standing, entitlement);
  const { hasLead, say, steps } = planSteps(standing, entitlement, { permitted, isCustomer: false });
  const first = steps.filter(({ does }) => does !== "go" && does !== "details");
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="Choose a plan"
        description="A larger plan starts at once, a smaller one when what you have paid for ends. Nothing changes before you have seen what it costs."
        actions={
          <Link
            href={"/billing" as Route}
            className="text-13 text-accent underline underline-offset-4 hover:no-underline"
          >
            Back to billing
          </Link>
        }
      />
      {!permitted ? (
        <Banner title="Only owners and admins of this account can change the plan">Ask one of them.</Banner>
      ) : (
        COMES_FIRST.includes(entitlement.canChangePlan) && (
          <Card>
            <CardContent className="flex flex-col gap-3">
              <PlanActions
                hasLead={hasLead}
                say={say}
                steps={first}
                account={session.account.id}
                resume={resumePlan}
                revoke={revokeChange}
              />
            </CardContent>
          </Card>
        )
      )}
      <IntervalSwitch current={interval} />
      <PlanChoices choices={choices} account={session.account.id} permitted={permitted} />
      <p className="max-w-2xl text-13 text-muted">
        Credits you bought stay yours on every plan. Prices are without tax unless the invoice says otherwise.
      </p>
    </div>
  );
}
