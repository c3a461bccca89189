import { Badge } from "@/components/ui/badge";
import { RelativeTime } from "@/components/ui/relative-time";
import type { Alert } from "@/lib/alerts";
import { wordsOf } from "@/lib/billing/alerts";
import { AccountLink } from "./account-link";
import { SeenButton } from "./seen-button";

interface AlertsListProps {
  alerts: readonly Alert[];
  now: Date;
  /** Server action; reads the field `alert`. */
  markSeen: (form: FormData) => Promise<void>;
}

/** Alerts one under the other: what happened, what it means, what to do, and whether somebody has seen it. */
export function AlertsList({ alerts, now, markSeen }: AlertsListProps) {
  return (
    <ul className="divide-y divide-border">
      {alerts.map((alert) => {
        const words = wordsOf(alert);
        return (
          <li key={alert.id} className="flex flex-wrap items-start gap-x-6 gap-y-2 px-5 py-4">
            <div className="flex min-w-0 flex-1 basis-80 flex-col gap-1">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
                {words.title}
                {alert.closedAt && <Badge tone="success">Over</Badge>}
                {!alert.closedAt && !alert.seenAt && <Badge tone="danger">New</Badge>}
              </p>
              <p className="text-13 break-words text-muted">{words.text}</p>
              <p className="text-13">{words.wayOut}</p>
              <p className="flex flex-wrap gap-x-3 text-xs text-muted">
                {alert.account && <AccountLink id={alert.account} name={alert.accountName ?? "The account"} />}
                <span>
                  Since <RelativeTime date={alert.openedAt} now={now} />
                </span>
                {alert.closedAt && (
                  <span>
                    Over <RelativeTime date={alert.closedAt} now={now} />
                  </span>
                )}
              </p>
            </div>
            {!alert.closedAt && !alert.seenAt && (
              <form action={markSeen}>
                <input type="hidden" name="alert" value={alert.id} />
                <SeenButton title={words.title} />
              </form>
            )}
          </li>
        );
      })}
    </ul>
  );
}
