import { Badge } from "@/components/ui/badge";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatCredits, formatDate } from "@/lib/billing/format";
import type { CreditSummary } from "@/lib/credits/summary";
import { grantName, kinds } from "./grant-words";

/** Every lot of credits that is left, in the order in which they are spent. */
export function GrantsTable({ summary, now }: { summary: CreditSummary; now: Date }) {
  return (
    <Table caption="Your credits, in the order in which they are spent">
      <THead>
        <TR>
          <TH>From</TH>
          <TH numeric>Left</TH>
          <TH numeric className="max-sm:hidden">
            Of
          </TH>
          <TH numeric>Expires</TH>
          <TH className="max-sm:hidden">Kind</TH>
        </TR>
      </THead>
      <TBody>
        {summary.grants.map((grant) => (
          <TR key={grant.id}>
            <TD className="sm:whitespace-nowrap">
              {grantName(grant)}
              {grant.effectiveAt > now && (
                <span className="text-13 text-muted"> from {formatDate(grant.effectiveAt)}</span>
              )}
            </TD>
            <TD numeric>{formatCredits(grant.remaining)}</TD>
            <TD numeric className="text-muted max-sm:hidden">
              {formatCredits(grant.amount)}
            </TD>
            <TD numeric className="whitespace-nowrap">
              {grant.expiresAt ? formatDate(grant.expiresAt) : <span className="text-muted">Never</span>}
            </TD>
            <TD className="max-sm:hidden">
              <Badge>{kinds[grant.category].name}</Badge>
            </TD>
          </TR>
        ))}
      </TBody>
    </Table>
  );
}
