import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatCredits } from "@/lib/billing/format";
import type { DayOfUsage, Series } from "./series";
import { shortDay } from "./words";

/** The numbers behind the chart: days with use, newest first. */
export function UsageTable({ series, days }: { series: Series[]; days: DayOfUsage[] }) {
  const used = days.filter(({ total }) => total > 0).reverse();
  return (
    <Table caption="Credits by day and model">
      <THead>
        <TR>
          <TH>Day</TH>
          {series.map(({ name }) => (
            <TH key={name} numeric>
              {name}
            </TH>
          ))}
          <TH numeric>Credits</TH>
        </TR>
      </THead>
      <TBody>
        {used.map(({ day, total, credits }) => (
          <TR key={day}>
            <TD>{shortDay(day)}</TD>
            {series.map(({ name }) => (
              <TD key={name} numeric>
                {formatCredits(credits[name] ?? 0)}
              </TD>
            ))}
            <TD numeric>{formatCredits(total)}</TD>
          </TR>
        ))}
      </TBody>
    </Table>
  );
}
