import type { Metadata, Route } from "next";
import { z } from "zod";
import { AuditTable } from "@/components/admin/audit-table";
import { OlderLink } from "@/components/admin/older-link";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { readAdminActions } from "@/lib/admin/actions";
import { requireAdmin } from "@/lib/admin/guard";
import { accountId } from "@/lib/billing/units";
import { now } from "@/lib/clock";

export const metadata: Metadata = { title: "Audit" };

const PAGE = 50;
const fields = z.object({
  before: z.uuid().optional().catch(undefined),
  account: z.uuid().transform(accountId).optional().catch(undefined),
});

export default async function AuditPage({ searchParams }: PageProps<"/admin/audit">) {
  await requireAdmin();
  const { before, account } = fields.parse(await searchParams);
  const found = await readAdminActions({ account, before, most: PAGE + 1 });
  const actions = found.slice(0, PAGE);
  const next = new URLSearchParams({ ...(account && { account }), before: actions.at(-1)?.id ?? "" });
  const of = account ? ` of ${actions[0]?.accountName ?? "this account"}` : "";
  return (
    <>
      <PageHeader
        title="Audit"
        description={`Everything admins did${of}, with the reason they gave. Nobody can change it, admins included.`}
      />
      {actions.length === 0 ? (
        <EmptyState title={before ? "There is nothing older" : "No admin has done anything so far"}>
          Credits given, refunds, holds and whatever else is done from an account’s page will stand here.
        </EmptyState>
      ) : (
        <Card>
          <AuditTable actions={actions} now={now()} withAccount={!account} />
          {found.length > PAGE && <OlderLink href={`/admin/audit?${next}` as Route} />}
        </Card>
      )}
    </>
  );
}
