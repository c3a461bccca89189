import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { RelativeTime } from "@/components/ui/relative-time";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { AdminAccount } from "@/lib/admin/account";
import { formatCredits } from "@/lib/billing/format";
import { linkClass } from "./account-link";
import { actPath } from "./act-path";

/** What nothing but a person moves on: use that Stripe refused, and events that were given up. */
export function WaitingTable({ account, now }: { account: AdminAccount; now: Date }) {
  return (
    <Table caption="What waits for a person">
      <THead>
        <TR>
          <TH>What</TH>
          <TH>Why</TH>
          <TH>When</TH>
          <TH numeric>
            <span className="sr-only">What can be done</span>
          </TH>
        </TR>
      </THead>
      <TBody>
        {account.meterRows.map((row) => (
          <TR key={row.id}>
            <TD className="min-w-40">
              {formatCredits(row.credits)} credits of overage{" "}
              <Badge tone="warning">{row.state === "rejected" ? "Refused" : "In doubt"}</Badge>
            </TD>
            <TD className="min-w-40 break-words text-muted">{row.error ?? "Stripe’s sums do not agree with ours."}</TD>
            <TD className="whitespace-nowrap">
              <RelativeTime date={row.from} now={now} />
            </TD>
            <TD numeric>
              <Link href={actPath(account.id, "meter", { row: row.id })} className={linkClass}>
                Decide…
              </Link>
            </TD>
          </TR>
        ))}
        {account.deadEvents.map((event) => (
          <TR key={event.id}>
            <TD className="min-w-40">
              {event.type}
              <span className="block font-mono text-xs break-all text-muted">{event.id}</span>
            </TD>
            <TD className="min-w-40 break-words text-muted">{event.error ?? "No error was kept."}</TD>
            <TD className="whitespace-nowrap">
              <RelativeTime date={event.receivedAt} now={now} />
            </TD>
            <TD numeric className="whitespace-nowrap">
              <Link href={actPath(account.id, "event", { event: event.id })} className={linkClass}>
                Run again…
              </Link>
            </TD>
          </TR>
        ))}
      </TBody>
    </Table>
  );
}
