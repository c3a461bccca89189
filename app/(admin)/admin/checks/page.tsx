import type { Metadata } from "next";
import { CompareButton } from "@/components/admin/check-buttons";
import { ChecksTable } from "@/components/admin/checks-table";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { requireAdmin } from "@/lib/admin/guard";
import { now } from "@/lib/clock";
import { readChecks } from "@/lib/reconciliation/results";
import { compareNow } from "./actions";

export const metadata: Metadata = { title: "Checks" };

export default async function ChecksPage() {
  await requireAdmin();
  const checks = await readChecks();
  return (
    <>
      <PageHeader
        title="Checks"
        description="Once a day everything here is compared with Stripe, and the ledger with itself. What Stripe can be asked about again is mended; the rest stands here."
        actions={
          <form action={compareNow}>
            <CompareButton isRunning={checks.some(({ running }) => running !== null)} />
          </form>
        }
      />
      <Card>
        <ChecksTable checks={checks} now={now()} />
      </Card>
    </>
  );
}
