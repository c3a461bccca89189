import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { FinanceStatement } from "@/components/admin/finance-statement";
import { monthName } from "@/components/admin/finance-words";
import { buttonVariants } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { requireAdmin } from "@/lib/admin/guard";
import { readFinanceMonth } from "@/lib/finance/months";

export const metadata: Metadata = { title: "A month of finance" };

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

export default async function FinanceMonthPage({ params }: PageProps<"/admin/finance/[month]">) {
  await requireAdmin();
  const { month } = await params;
  const found = MONTH.test(month) ? await readFinanceMonth(month) : [];
  if (found.length === 0) notFound();
  const isClosed = found.every((one) => one.isClosed);
  const byMoney = found.toSorted((a, b) => Number(a.currency === "") - Number(b.currency === ""));
  return (
    <>
      <PageHeader
        title={monthName(month)}
        description={
          isClosed
            ? "This month is over: its sums do not change any more."
            : "The month so far. It closes when it is over."
        }
        actions={
          isClosed ? (
            <a href={`/admin/finance/${month}/export`} download className={buttonVariants({ variant: "secondary" })}>
              Each paid grant as CSV
            </a>
          ) : undefined
        }
      />
      {byMoney.map((one) => (
        <FinanceStatement key={one.currency} month={one} />
      ))}
      <Link
        href="/admin/finance"
        className={buttonVariants({ variant: "secondary", size: "sm", className: "self-start" })}
      >
        All months
      </Link>
    </>
  );
}
