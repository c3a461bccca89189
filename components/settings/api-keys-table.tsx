import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { RelativeTime } from "@/components/ui/relative-time";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatDate } from "@/lib/billing/format";

export interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

interface ApiKeysTableProps {
  keys: ApiKeyRow[];
  /** The server's time. */
  now: Date;
  /** Server action; answers a sentence when it did not work. */
  revoke: (id: string) => Promise<string | undefined>;
}

/** The keys there are and were, and when each was used last. */
export function ApiKeysTable({ keys, now, revoke }: ApiKeysTableProps) {
  return (
    <Table caption="API keys of this account">
      <THead>
        <TR>
          <TH>Name</TH>
          <TH>Key</TH>
          <TH>Created</TH>
          <TH>Last used</TH>
          <TH>
            <span className="sr-only">Revoke</span>
          </TH>
        </TR>
      </THead>
      <TBody>
        {keys.map((key) => (
          <TR key={key.id} className={key.revokedAt ? "text-faint" : undefined}>
            <TD className="font-medium">{key.name}</TD>
            <TD className="font-mono text-13 whitespace-nowrap">{key.prefix}…</TD>
            <TD className="whitespace-nowrap">{formatDate(key.createdAt)}</TD>
            <TD className="whitespace-nowrap">
              {key.lastUsedAt ? <RelativeTime date={key.lastUsedAt} now={now} /> : "Never"}
            </TD>
            <TD className="text-right">
              {key.revokedAt ? (
                <Badge>Revoked {formatDate(key.revokedAt)}</Badge>
              ) : (
                <Confirm
                  trigger={
                    <Button variant="ghost" size="sm" aria-label={`Revoke ${key.name}`}>
                      Revoke
                    </Button>
                  }
                  title={`Revoke the key “${key.name}”?`}
                  confirmLabel="Revoke key"
                  onConfirm={revoke.bind(null, key.id)}
                >
                  Programs that use it are refused at once. This cannot be undone.
                </Confirm>
              )}
            </TD>
          </TR>
        ))}
      </TBody>
    </Table>
  );
}
