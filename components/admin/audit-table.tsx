import { Badge } from "@/components/ui/badge";
import { RelativeTime } from "@/components/ui/relative-time";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { AdminAction } from "@/lib/admin/actions";
import { AccountLink } from "./account-link";
import { endOf, verbWords } from "./verb-words";

interface AuditTableProps {
  actions: readonly AdminAction[];
  now: Date;
  /** False on the page of one account. */
  withAccount?: boolean;
}

/** What admins did, the newest first: what, of whom, who, why, and how it ended. */
export function AuditTable({ actions, now, withAccount = true }: AuditTableProps) {
  return (
    <Table caption="What admins did, the newest first">
      <THead>
        <TR>
          <TH>What</TH>
          {withAccount && <TH>Account</TH>}
          <TH>Why</TH>
          <TH>Who</TH>
          <TH>End</TH>
          <TH numeric>When</TH>
        </TR>
      </THead>
      <TBody>
        {actions.map((action) => {
          const words = verbWords(action.verb);
          const details = words.details(action.arguments);
          const end = endOf(action.answer);
          return (
            <TR key={action.id}>
              <TD className="min-w-40">
                {words.name}
                {details && <span className="block text-13 break-all text-muted">{details}</span>}
              </TD>
              {withAccount && (
                <TD className="min-w-24">
                  {action.account ? (
                    <AccountLink id={action.account} name={action.accountName ?? "The account"} />
                  ) : (
                    "–"
                  )}
                </TD>
              )}
              <TD className="min-w-40 break-words text-muted">{action.reason}</TD>
              <TD className="text-muted">{action.admin}</TD>
              <TD className="min-w-32">
                <Badge tone={end.tone}>{end.label}</Badge>
                {end.why && <span className="block pt-0.5 text-xs break-words text-muted">{end.why}</span>}
              </TD>
              <TD numeric className="whitespace-nowrap">
                <RelativeTime date={action.askedAt} now={now} />
              </TD>
            </TR>
          );
        })}
      </TBody>
    </Table>
  );
}
