import type { Metadata, Route } from "next";
import Link from "next/link";
import { InvoicesTable } from "@/components/billing/invoices-table";
import { buttonVariants } from "@/components/ui/button-variants";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { listInvoices, placeInWords, placeOf } from "@/lib/invoices/list";
import { readReturned } from "@/lib/invoices/returned";
import { listYears } from "@/lib/invoices/years";
import { userClient } from "@/lib/supabase/server";
import { readAccount } from "../../account";

export const metadata: Metadata = { title: "Invoices" };

const SHOWN = 20;

export default async function InvoicesPage({ searchParams }: PageProps<"/billing/invoices">) {
  const { session } = await readAccount();
  const account = session.account.id;
  const client = await userClient();
  const after = placeOf((await searchParams).after);
  const [found, years] = await Promise.all([
    listInvoices(client, account, { after, most: SHOWN + 1 }),
    listYears(client, account),
  ]);
  const invoices = found.slice(0, SHOWN);
  const returned = await readReturned(
    client,
    account,
    invoices.map(({ id }) => id),
  );
  const last = found.length > SHOWN ? invoices.at(-1) : undefined;
  return (
    <div className="flex flex-col gap-6">
      <Link href="/billing" className="self-start rounded-sm text-13 text-muted underline-offset-4 hover:underline">
        Billing
      </Link>
      <PageHeader
        title="Invoices"
        description="Every invoice of your plan and of credits you bought, and what went back of it."
      />
      {invoices.length === 0 ? (
        <EmptyState
          title={after ? "There are no older invoices" : "No invoices yet"}
          action={
            after ? (
              <Link href="/billing/invoices" className={buttonVariants({ variant: "secondary" })}>
                Newest
              </Link>
            ) : (
              <Link href="/pricing" className={buttonVariants({ variant: "secondary" })}>
                See plans and packs
              </Link>
            )
          }
        >
          {after
            ? null
            : "The first one stands here when you have bought credits or a plan, to read, pay and download."}
        </EmptyState>
      ) : (
        <Card className="py-2">
          <InvoicesTable invoices={invoices} returned={returned} />
          <div className="flex justify-between gap-2 px-5 py-2 empty:hidden">
            {after && (
              <Link href="/billing/invoices" className={buttonVariants({ variant: "ghost", size: "sm" })}>
                Newest
              </Link>
            )}
            {last && (
              <Link
                href={`/billing/invoices?after=${placeInWords(last)}` as Route}
                className={buttonVariants({ variant: "secondary", size: "sm", className: "ml-auto" })}
              >
                Older
              </Link>
            )}
          </div>
        </Card>
      )}
      {years.length > 0 && (
        <section aria-labelledby="years" className="flex flex-col gap-2">
          <h2 id="years" className="text-base font-semibold">
            A year in one file
          </h2>
          <p className="text-sm text-muted">Every PDF of the year and a table for your bookkeeping, as a zip.</p>
          <div className="flex flex-wrap gap-2">
            {years.map((year) => (
              <a
                key={year}
                href={`/billing/invoices/export?year=${year}`}
                download
                className={buttonVariants({ variant: "secondary", size: "sm" })}
              >
                Download {year}
              </a>
            ))}
          </div>
        </section>
      )}
    </div>
  );
}
