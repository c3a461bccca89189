import type { Metadata, Route } from "next";
import Link from "next/link";
import { FinanceMonths } from "@/components/admin/finance-months";
import { buttonVariants } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { requireAdmin } from "@/lib/admin/guard";
import { readFinanceMonths } from "@/lib/finance/months";

export const metadata: Metadata = { title: "Finance" };

export default async function FinancePage() {
  await requireAdmin();
  const months = (await readFinanceMonths()).filter(({ currency }) => currency !== "");
  const currencies = [...new Set(months.map(({ currency }) => currency))].sort();
  if (currencies.length === 0)
    return (
      <>
        <PageHeader title="Finance" description="What was paid for credits, and what became of it, month by month." />
        <EmptyState title="Nothing has been sold yet">
          From the first payment on, every month will stand here with what is owed in credits and what was earned.
        </EmptyState>
      </>
    );
  return (
    <>
      <PageHeader
        title="Finance"
        description="What was paid for credits, without tax, and what became of it, month by month in UTC."
        actions={
          <a href="/admin/finance/export" download className={buttonVariants({ variant: "secondary" })}>
            Download CSV
          </a>
        }
      />
      {currencies.map((currency) => (
        <FinanceMonths
          key={currency}
          currency={currency}
          months={months.filter((month) => month.currency === currency)}
        />
      ))}
      <p className="text-13 text-muted">
        Owed at first, with what was sold, used, lapsed and taken back, is owed at last, to the cent. A month that is
        over does not change any more.{" "}
        <Link href={"/admin/checks" as Route} className="underline">
          Checks
        </Link>{" "}
        says whether it agrees with every balance.
      </p>
    </>
  );
}
