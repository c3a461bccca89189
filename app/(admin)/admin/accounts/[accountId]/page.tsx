import type { Metadata, Route } from "next";
import Link from "next/link";
import { z } from "zod";
import { AlertsList } from "@/components/admin/alerts-list";
import { AuditTable } from "@/components/admin/audit-table";
import { CaseHistory } from "@/components/admin/case-card";
import { DoneNote } from "@/components/admin/done-note";
import { Facts } from "@/components/admin/facts";
import { AdminInvoicesTable } from "@/components/admin/invoices-table";
import { MailsTable } from "@/components/admin/mails-table";
import { PaymentsTable } from "@/components/admin/payments-table";
import { PeopleTable } from "@/components/admin/people-table";
import { standingFacts } from "@/components/admin/standing-words";
import { StripeObjects } from "@/components/admin/stripe-card";
import { WaitingTable } from "@/components/admin/waiting-tables";
import { GrantsTable } from "@/components/credits/grants-table";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { readAdminAction, readAdminActions } from "@/lib/admin/actions";
import { readAlerts } from "@/lib/alerts";
import { formatCredits } from "@/lib/billing/format";
import { getCreditSummary } from "@/lib/credits/summary";
import { env } from "@/lib/env";
import { listInvoices } from "@/lib/invoices/list";
import { readPayments } from "@/lib/payments/list";
import { isLivemode } from "@/lib/stripe/client";
import { adminClient } from "@/lib/supabase/admin";
import { markSeen } from "../../actions";
import { AccountHeader } from "./account-header";
import { readShown } from "./read";

export const metadata: Metadata = { title: "Account" };

const doneField = z.uuid().optional().catch(undefined);
const dashboard = () => (env().STRIPE_API_BASE ? null : `https://dashboard.stripe.com${isLivemode() ? "" : "/test"}`);

export default async function AccountPage({ params, searchParams }: PageProps<"/admin/accounts/[accountId]">) {
  const { account, standing, entitlement, at } = await readShown((await params).accountId);
  const done = doneField.parse((await searchParams).done);
  const [summary, payments, invoices, alerts, actions, action] = await Promise.all([
    getCreditSummary(account.id, at),
    readPayments(account.id, { most: 25 }),
    listInvoices(adminClient(), account.id, { most: 25 }),
    readAlerts({ account: account.id, most: 10 }),
    readAdminActions({ account: account.id, most: 10 }),
    done ? readAdminAction(done) : null,
  ]);
  const hasWaiting = account.meterRows.length + account.deadEvents.length > 0;
  const keepsOverage = account.cases.some((found) => found.keepsOverage);
  return (
    <>
      <AccountHeader account={account} keepsOverage={keepsOverage} at={at} />
      {action?.account === account.id && <DoneNote action={action} />}
      {alerts.length > 0 && (
        <Card>
          <CardHeader className="pb-2">
            <CardTitle>Alerts</CardTitle>
          </CardHeader>
          <AlertsList alerts={alerts} now={at} markSeen={markSeen} />
        </Card>
      )}
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Card>
          <CardHeader className="pb-3">
            <CardTitle>What it may do now</CardTitle>
          </CardHeader>
          <Facts facts={standingFacts(standing, entitlement)} />
        </Card>
        <div className="flex min-w-0 flex-col gap-6">
          <Card>
            <CardHeader className="pb-3">
              <CardTitle>Balance</CardTitle>
            </CardHeader>
            <Facts
              facts={[
                { label: "Available", value: `${formatCredits(summary.available)} credits` },
                { label: "Set aside for answers that run", value: formatCredits(summary.reserved) },
                { label: "Debt", value: summary.debt > 0 ? `${formatCredits(summary.debt)} credits` : "None" },
                { label: "Overage this period", value: formatCredits(summary.overageUsed) },
                { label: "Frozen", value: summary.frozen ? "Yes" : "No" },
              ]}
            />
          </Card>
          <Card>
            <StripeObjects account={account} dashboard={dashboard()} />
          </Card>
          {account.cases.length > 0 && (
            <Card>
              <CaseHistory cases={account.cases} now={at} />
            </Card>
          )}
        </div>
      </div>
      {hasWaiting && (
        <Card>
          <CardHeader className="pb-3">
            <CardTitle>Waits for you</CardTitle>
            <CardDescription>Nothing but a person moves these on.</CardDescription>
          </CardHeader>
          <WaitingTable account={account} now={at} />
        </Card>
      )}
      {summary.grants.length > 0 && (
        <Card>
          <CardHeader className="pb-3">
            <CardTitle>Credits</CardTitle>
            <CardDescription>In the order in which they are spent.</CardDescription>
          </CardHeader>
          <GrantsTable summary={summary} now={at} />
        </Card>
      )}
      {payments.length > 0 && (
        <Card>
          <CardHeader className="pb-3">
            <CardTitle>Payments</CardTitle>
            <CardDescription>Evidence is what a bank wants to see when the payment is disputed.</CardDescription>
          </CardHeader>
          <PaymentsTable account={account.id} payments={payments} />
        </Card>
      )}
      {invoices.length > 0 && (
        <Card>
          <CardHeader className="pb-3">
            <CardTitle>Invoices</CardTitle>
          </CardHeader>
          <AdminInvoicesTable account={account.id} invoices={invoices} cases={account.cases} />
        </Card>
      )}
      {account.mails.length > 0 && (
        <Card>
          <CardHeader className="pb-3">
            <CardTitle>Mail</CardTitle>
          </CardHeader>
          <MailsTable mails={account.mails} now={at} />
        </Card>
      )}
      <Card>
        <CardHeader className="pb-3">
          <CardTitle>People</CardTitle>
        </CardHeader>
        <PeopleTable members={account.members} now={at} />
      </Card>
      {actions.length > 0 && (
        <Card>
          <CardHeader className="pb-3">
            <CardTitle>What admins did here</CardTitle>
            <CardDescription>
              <Link href={`/admin/audit?account=${account.id}` as Route} className="underline underline-offset-4">
                All of it
              </Link>
            </CardDescription>
          </CardHeader>
          <AuditTable actions={actions} now={at} withAccount={false} />
        </Card>
      )}
    </>
  );
}
