import type { Route } from "next";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { RelativeTime } from "@/components/ui/relative-time";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { CheckRun } from "@/lib/reconciliation/results";
import { amountWords, signOf } from "./check-words";

interface ChecksTableProps {
  checks: readonly CheckRun[];
  now: Date;
}

/** What was compared last, one check a row, and what it came to. */
export function ChecksTable({ checks, now }: ChecksTableProps) {
  return (
    <Table caption="Checks">
      <THead>
        <TR>
          <TH>What is compared</TH>
          <TH>Result</TH>
          <TH numeric className="max-sm:hidden">
            Amount
          </TH>
          <TH numeric>Ended</TH>
        </TR>
      </THead>
      <TBody>
        {checks.map((check) => {
          const { key, title, agrees, isPossible, running, last, open } = check;
          const sign = signOf({ isPossible, isRunning: running !== null, outcome: last?.outcome ?? null, open });
          const shown = running ?? last;
          return (
            <TR key={key}>
              <TD>
                <Link href={`/admin/checks/${key}` as Route} className="font-medium hover:underline">
                  {title}
                </Link>
                <span className="block text-13 text-muted max-sm:hidden">
                  {isPossible ? agrees : "Counts in the database itself, and needs DATABASE_URL."}
                </span>
                {running?.error && (
                  <span className="block text-13 break-words text-warning">Tried again soon: {running.error}</span>
                )}
              </TD>
              <TD>
                <Badge tone={sign.tone}>{sign.label}</Badge>
              </TD>
              <TD numeric className="whitespace-nowrap text-muted max-sm:hidden">
                {shown ? amountWords(shown.checked, shown.mended) : "–"}
              </TD>
              <TD numeric className="whitespace-nowrap">
                {running ? (
                  <span className="text-muted">under way</span>
                ) : last?.finishedAt ? (
                  <RelativeTime date={last.finishedAt} now={now} />
                ) : (
                  "–"
                )}
              </TD>
            </TR>
          );
        })}
      </TBody>
    </Table>
  );
}
