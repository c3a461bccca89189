import type { Metadata, Route } from "next";
import Link from "next/link";
import { Suspense } from "react";
import { Done } from "@/components/billing/done";
import { doneWords } from "@/components/billing/done-words";
import { InvoicesTable } from "@/components/billing/invoices-table";
import { PlanActions } from "@/components/billing/plan-actions";
import { PlanPanel } from "@/components/billing/plan-panel";
import { isRunning, planSteps } from "@/components/billing/plan-steps";
import { planWords } from "@/components/billing/plan-words";
import { SoFarSkeleton } from "@/components/billing/so-far";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { listInvoices } from "@/lib/invoices/list";
import { readReturned } from "@/lib/invoices/returned";
import { canManageBilling } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";
import { readAccount } from "../account";
import { resumePlan, revokeChange } from "./actions";
import { OverageSection } from "./overage/overage-section";
import { PeriodSoFar } from "./so-far/period-so-far";

export const metadata: Metadata = { title: "Billing" };

const LATEST = 5;

export default async function BillingPage({ searchParams }: PageProps<"/billing">) {
  const { session, standing, entitlement } = await readAccount();
  const account = session.account.id;
  const client = await userClient();
  const [invoices, { done }] = await Promise.all([listInvoices(client, account, { most: LATEST }), searchParams]);
  const returned = await readReturned(
    client,
    account,
    invoices.map(({ id }) => id),
  );
  const permitted = canManageBilling(session);
  const isCustomer = standing.subscription !== null || invoices.length > 0;
  const what = doneWords(done, standing, entitlement);
  return (
    <div className="flex flex-col gap-8">
      <PageHeader title="Billing" description="Your plan, what is charged next, and every invoice." />
      {what && <Done title={what.title}>{what.text}</Done>}
      <PlanPanel words={planWords(standing, entitlement)}>
        <PlanActions
          {...planSteps(standing, entitlement, { permitted, isCustomer })}
          account={account}
          resume={resumePlan}
          revoke={revokeChange}
        />
      </PlanPanel>
      <div className="grid items-start gap-6 empty:hidden lg:grid-cols-2">
        {isRunning(standing) && (
          <Suspense fallback={<SoFarSkeleton />}>
            <PeriodSoFar account={account} />
          </Suspense>
        )}
        <OverageSection session={session} />
      </div>
      <section aria-labelledby="invoices" className="flex flex-col gap-4">
        <div className="flex flex-wrap items-baseline justify-between gap-4">
          <h2 id="invoices" className="text-base font-semibold">
            Latest invoices
          </h2>
          {invoices.length > 0 && (
            <Link
              href={"/billing/invoices" as Route}
              className="rounded-sm text-13 text-accent underline underline-offset-4 hover:no-underline"
            >
              All invoices
            </Link>
          )}
        </div>
        {invoices.length === 0 ? (
          <EmptyState title="No invoices yet">
            The first one stands here when you have bought credits or a plan, to read, pay and download.
          </EmptyState>
        ) : (
          <Card className="py-2">
            <InvoicesTable invoices={invoices} returned={returned} />
          </Card>
        )}
      </section>
    </div>
  );
}
