import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { FoundAccount } from "@/lib/admin/accounts";
import { formatCredits, formatDate } from "@/lib/billing/format";
import { AccountBadges } from "./account-badges";
import { AccountLink } from "./account-link";

interface AccountsTableProps {
  accounts: readonly FoundAccount[];
  /** The name of a plan by its key. */
  planName: (key: string | null) => string;
}

/** Accounts, the newest first, with what is wrong in each. */
export function AccountsTable({ accounts, planName }: AccountsTableProps) {
  return (
    <Table caption="Accounts, the newest first">
      <THead>
        <TR>
          <TH>Account</TH>
          <TH className="max-md:hidden">Owner</TH>
          <TH>Plan</TH>
          <TH className="max-sm:hidden">State</TH>
          <TH numeric>Credits</TH>
          <TH numeric className="max-md:hidden">
            Since
          </TH>
        </TR>
      </THead>
      <TBody>
        {accounts.map((account) => (
          <TR key={account.id}>
            <TD className="min-w-32">
              <AccountLink id={account.id} name={account.name} />
              <span className="block text-xs break-all text-muted md:hidden">{account.owners.join(", ")}</span>
              <span className="mt-1 block sm:hidden">
                <AccountBadges {...account} />
              </span>
            </TD>
            <TD className="max-w-64 truncate text-muted max-md:hidden" title={account.owners.join(", ")}>
              {account.owners.join(", ") || "Nobody"}
            </TD>
            <TD className="whitespace-nowrap">{planName(account.planKey)}</TD>
            <TD className="max-sm:hidden">
              <AccountBadges {...account} />
            </TD>
            <TD numeric>{formatCredits(account.available)}</TD>
            <TD numeric className="whitespace-nowrap text-muted max-md:hidden">
              {formatDate(account.createdAt)}
            </TD>
          </TR>
        ))}
      </TBody>
    </Table>
  );
}
