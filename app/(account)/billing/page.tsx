import type { Metadata } from "next";
import { InvoicesTable } from "@/components/billing/invoices-table";
import { PlanActions } from "@/components/billing/plan-actions";
import { PlanPanel } from "@/components/billing/plan-panel";
import { planWords } from "@/components/billing/plan-words";
import { PlanCards } from "@/components/pricing/plan-cards";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { listInvoices } from "@/lib/invoices/list";
import { canManageBilling } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";
import { readAccount } from "../account";

export const metadata: Metadata = { title: "Billing" };

export default async function BillingPage() {
  const { session, standing, entitlement } = await readAccount();
  const invoices = await listInvoices(await userClient(), session.account.id);
  const canSubscribe = entitlement.canChangePlan === "yes" && entitlement.plan === "free";
  return (
    <div className="flex flex-col gap-8">
      <PageHeader title="Billing" description="Your plan, what is charged next, and every invoice." />
      <PlanPanel words={planWords(standing, entitlement)}>
        <PlanActions entitlement={entitlement} canManage={canManageBilling(session)} />
      </PlanPanel>
      {canSubscribe && canManageBilling(session) && (
        <section aria-labelledby="plans" className="flex flex-col gap-4">
          <h2 id="plans" className="text-base font-semibold">
            Get more every month
          </h2>
          <PlanCards heading="h3" current={entitlement.plan} />
        </section>
      )}
      <section aria-labelledby="invoices" className="flex flex-col gap-4">
        <h2 id="invoices" className="text-base font-semibold">
          Invoices
        </h2>
        {invoices.length === 0 ? (
          <EmptyState title="No invoices yet">
            The first one stands here when you have bought credits or a plan, to read, pay and download.
          </EmptyState>
        ) : (
          <Card className="py-2">
            <InvoicesTable invoices={invoices} />
          </Card>
        )}
      </section>
    </div>
  );
}
