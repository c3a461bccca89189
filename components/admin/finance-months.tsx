import type { Route } from "next";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatMoney } from "@/lib/billing/format";
import type { FinanceMonth } from "@/lib/finance/months";
import { currencyName, monthName } from "./finance-words";

/** A month's sums in a row: what was owed, came, went, and is owed. */
function MonthRow({ month }: { month: FinanceMonth }) {
  const { owed, currency } = month;
  const money = (cents: number) => (cents === 0 ? "–" : formatMoney(cents, currency));
  return (
    <TR>
      <TD className="whitespace-nowrap">
        <Link href={`/admin/finance/${month.month}` as Route} className="font-medium hover:underline">
          {monthName(month.month)}
        </Link>
        {!month.isClosed && <Badge className="ml-2">so far</Badge>}
      </TD>
      <TD numeric>{formatMoney(owed.opening, currency)}</TD>
      <TD numeric>{money(owed.packs + owed.plans + owed.imports)}</TD>
      <TD numeric>{money(-owed.used)}</TD>
      <TD numeric>{money(-owed.expired)}</TD>
      <TD numeric>{money(owed.reinstated - owed.clawed)}</TD>
      <TD numeric className="font-medium">
        {formatMoney(owed.closing, currency)}
      </TD>
      <TD numeric className="text-muted">
        {money(month.earned)}
      </TD>
    </TR>
  );
}

/** The months of one currency, the newest first, with what is owed in credits now. */
export function FinanceMonths({ currency, months }: { currency: string; months: readonly FinanceMonth[] }) {
  const owed = months[0]?.owed.closing ?? 0;
  return (
    <Card>
      <CardHeader className="pb-2">
        <CardTitle>{currencyName(currency)}</CardTitle>
        <CardDescription>
          {formatMoney(owed, currency)} has been paid for credits that are not used yet. It is owed as service.
        </CardDescription>
      </CardHeader>
      <Table caption={`Months in ${currencyName(currency)}, the newest first`}>
        <THead>
          <TR>
            <TH>Month</TH>
            <TH numeric>Owed at first</TH>
            <TH numeric>Sold</TH>
            <TH numeric>Used</TH>
            <TH numeric>Lapsed</TH>
            <TH numeric>Taken back</TH>
            <TH numeric>Owed at last</TH>
            <TH numeric>Earned</TH>
          </TR>
        </THead>
        <TBody>
          {months.map((month) => (
            <MonthRow key={month.month} month={month} />
          ))}
        </TBody>
      </Table>
    </Card>
  );
}
