import type { Metadata, Route } from "next";
import { z } from "zod";
import { AccountSearch } from "@/components/admin/account-search";
import { AccountsTable } from "@/components/admin/accounts-table";
import { OlderLink } from "@/components/admin/older-link";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { findAccounts } from "@/lib/admin/accounts";
import { requireAdmin } from "@/lib/admin/guard";
import { catalogue } from "@/lib/billing/plans";

export const metadata: Metadata = { title: "Accounts" };

const PAGE = 50;
const fields = z.object({
  q: z.string().trim().max(200).catch(""),
  after: z.uuid().optional().catch(undefined),
});

const planName = (key: string | null) => catalogue.plans.find((plan) => plan.key === key)?.name ?? "Free";

export default async function AccountsPage({ searchParams }: PageProps<"/admin/accounts">) {
  await requireAdmin();
  const { q, after } = fields.parse(await searchParams);
  const found = await findAccounts({ query: q || undefined, after, most: PAGE + 1 });
  const accounts = found.slice(0, PAGE);
  const last = accounts.at(-1);
  const next = new URLSearchParams({ ...(q && { q }), after: last?.id ?? "" });
  return (
    <>
      <PageHeader title="Accounts" description="Find one, see why it is as it is, and mend it." />
      <AccountSearch query={q} />
      {accounts.length === 0 ? (
        <EmptyState title={q ? `Nothing is called “${q}”` : "There are no more accounts"}>
          {q && "Ids have to be whole; of names and addresses a part will do."}
        </EmptyState>
      ) : (
        <Card>
          <AccountsTable accounts={accounts} planName={planName} />
          {found.length > PAGE && <OlderLink href={`/admin/accounts?${next}` as Route} />}
        </Card>
      )}
    </>
  );
}
