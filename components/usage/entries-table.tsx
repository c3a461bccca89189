import { Badge } from "@/components/ui/badge";
import { RelativeTime } from "@/components/ui/relative-time";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatCredits } from "@/lib/billing/format";
import { entryInWords, signed } from "./words";

export interface EntryRow {
  id: string;
  recordedAt: string;
  operation: string;
  feature: string | null;
  model: string | null;
  credits: number;
  overageCredits: number;
  debtCredits: number;
  balanceAfter: number;
  tokens: { input: number; cachedInput: number; output: number; reasoning: number } | null;
  estimated: boolean;
}

function tokensInWords({ input, cachedInput, output, reasoning }: NonNullable<EntryRow["tokens"]>): string {
  if (input + cachedInput + output + reasoning === 0) return "";
  const parts = [`${formatCredits(input)} in`];
  if (cachedInput > 0) parts.push(`${formatCredits(cachedInput)} cached`);
  parts.push(`${formatCredits(output)} out`);
  if (reasoning > 0) parts.push(`${formatCredits(reasoning)} thinking`);
  return parts.join(", ");
}

/** The part of an entry that did not come from credits. */
function beyond({ overageCredits, debtCredits }: EntryRow): string {
  const parts = [];
  if (overageCredits > 0) parts.push(`${formatCredits(overageCredits)} overage`);
  if (debtCredits > 0) parts.push(`${formatCredits(debtCredits)} owed`);
  return parts.join(", ");
}

/** The entries of the ledger, each with what it was for and the balance after it. */
export function EntriesTable({ entries, now }: { entries: EntryRow[]; now: Date }) {
  return (
    <Table caption="Entries, newest first">
      <THead>
        <TR>
          <TH>When</TH>
          <TH>What</TH>
          <TH className="hidden md:table-cell">Tokens</TH>
          <TH numeric>Credits</TH>
          <TH numeric className="hidden sm:table-cell">
            Balance
          </TH>
        </TR>
      </THead>
      <TBody>
        {entries.map((entry) => (
          <TR key={entry.id}>
            <TD className="whitespace-nowrap text-muted">
              <RelativeTime date={entry.recordedAt} now={now} />
            </TD>
            <TD className="whitespace-nowrap">
              {entryInWords(entry.operation, entry.feature)}
              {entry.model && <span className="text-muted"> · {entry.model}</span>}
              {entry.tokens && (
                <span className="block text-xs text-muted tabular-nums md:hidden">{tokensInWords(entry.tokens)}</span>
              )}
            </TD>
            <TD className="hidden text-13 whitespace-nowrap text-muted tabular-nums md:table-cell">
              {entry.tokens && tokensInWords(entry.tokens)}
              {entry.estimated && <Badge className="ml-2">estimated</Badge>}
            </TD>
            <TD numeric>
              {signed(entry.credits, formatCredits)}
              {beyond(entry) && <span className="block text-xs text-muted">{beyond(entry)}</span>}
            </TD>
            <TD numeric className="hidden text-muted sm:table-cell">
              {entry.balanceAfter < 0 ? signed(entry.balanceAfter, formatCredits) : formatCredits(entry.balanceAfter)}
            </TD>
          </TR>
        ))}
      </TBody>
    </Table>
  );
}
