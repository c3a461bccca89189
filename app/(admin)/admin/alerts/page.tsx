import type { Metadata, Route } from "next";
import Link from "next/link";
import { z } from "zod";
import { AlertsList } from "@/components/admin/alerts-list";
import { buttonVariants } from "@/components/ui/button";
import { Card, CardFooter } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { requireAdmin } from "@/lib/admin/guard";
import { readAlerts } from "@/lib/alerts";
import { now } from "@/lib/clock";
import { markSeen } from "../actions";

export const metadata: Metadata = { title: "Alerts" };

const PAGE = 50;
const beforeFields = z.uuid().optional().catch(undefined);

export default async function AlertsPage({ searchParams }: PageProps<"/admin/alerts">) {
  await requireAdmin();
  const before = beforeFields.parse((await searchParams).before);
  const found = await readAlerts({ isOpen: null, most: PAGE + 1, before: before ?? null });
  const alerts = found.slice(0, PAGE);
  const last = alerts.at(-1);
  return (
    <>
      <PageHeader title="Alerts" description="Everything founders were told of, the newest first." />
      {alerts.length === 0 ? (
        <EmptyState title={before ? "There are no older ones" : "There were none so far"} />
      ) : (
        <Card>
          <AlertsList alerts={alerts} now={now()} markSeen={markSeen} />
          {last && found.length > PAGE && (
            <CardFooter>
              <Link
                href={`/admin/alerts?before=${last.id}` as Route}
                className={buttonVariants({ variant: "secondary", size: "sm" })}
              >
                Older ones
              </Link>
            </CardFooter>
          )}
        </Card>
      )}
    </>
  );
}
