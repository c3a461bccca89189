import type { Metadata, Route } from "next";
import Link from "next/link";
import { AlertsList } from "@/components/admin/alerts-list";
import { HealthCells } from "@/components/admin/health-cells";
import { signsOf } from "@/components/admin/health-words";
import { LastChecks } from "@/components/admin/last-checks";
import { isUntroubled, TroubleTables } from "@/components/admin/trouble-tables";
import { buttonVariants } from "@/components/ui/button";
import { Card, CardDescription, CardFooter, CardHeader, CardTitle } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { requireAdmin } from "@/lib/admin/guard";
import { readHealth } from "@/lib/admin/health";
import { readTrouble } from "@/lib/admin/trouble";
import { readAlerts } from "@/lib/alerts";
import { urgencyOf } from "@/lib/billing/alerts";
import { now } from "@/lib/clock";
import { readChecks } from "@/lib/reconciliation/results";
import { markSeen } from "./actions";

export const metadata: Metadata = { title: "Admin" };

const MOST = 50;

export default async function OverviewPage() {
  await requireAdmin();
  const at = now();
  const [health, trouble, found, checks] = await Promise.all([
    readHealth(),
    readTrouble(),
    readAlerts({ most: MOST }),
    readChecks(),
  ]);
  const alerts = found.sort(
    (a, b) => Number(a.seenAt !== null) - Number(b.seenAt !== null) || urgencyOf(a.kind) - urgencyOf(b.kind),
  );
  return (
    <>
      <PageHeader title="Overview" description="What needs somebody, and what is well." />
      <HealthCells signs={signsOf(health, at)} />
      {alerts.length > 0 && (
        <Card>
          <CardHeader className="pb-2">
            <CardTitle>Alerts</CardTitle>
            <CardDescription>Each stays until what it tells of is gone.</CardDescription>
          </CardHeader>
          <AlertsList alerts={alerts} now={at} markSeen={markSeen} />
          <CardFooter>
            <Link href={"/admin/alerts" as Route} className={buttonVariants({ variant: "secondary", size: "sm" })}>
              All alerts, also those that are over
            </Link>
          </CardFooter>
        </Card>
      )}
      <LastChecks checks={checks} now={at} />
      <TroubleTables trouble={trouble} now={at} />
      {alerts.length === 0 && isUntroubled(trouble) && (
        <EmptyState
          title="Nothing needs you"
          action={
            <Link href={"/admin/accounts" as Route} className={buttonVariants({ variant: "secondary" })}>
              Find an account
            </Link>
          }
        >
          Alerts, unpaid plans, disputes and whatever else waits for a person will stand here.
        </EmptyState>
      )}
    </>
  );
}
