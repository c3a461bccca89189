import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { RelativeTime } from "@/components/ui/relative-time";
import type { CheckFinding } from "@/lib/reconciliation/results";
import { AccountLink } from "./account-link";
import { sidesOf } from "./check-words";

interface CheckFindingsProps {
  findings: readonly CheckFinding[];
  now: Date;
  /** What can be done about one, drawn beside it. */
  act?: (finding: CheckFinding) => ReactNode;
}

function State({ finding }: { finding: CheckFinding }) {
  if (finding.isOpen) return <Badge tone="danger">Differs</Badge>;
  return finding.isMended ? <Badge tone="success">Mended</Badge> : <Badge>Gone</Badge>;
}

/** Differences one under the other: which rule is broken, both sides, whose, since when. */
export function CheckFindings({ findings, now, act }: CheckFindingsProps) {
  return (
    <ul className="divide-y divide-border">
      {findings.map((finding) => (
        <li key={finding.id} className="flex flex-wrap items-start gap-x-6 gap-y-2 px-5 py-4">
          <div className="flex min-w-0 flex-1 basis-80 flex-col gap-1">
            <p className="flex flex-wrap items-center gap-2 font-medium">
              {finding.rule}
              <State finding={finding} />
            </p>
            <p className="text-13 break-words">{finding.text}</p>
            <dl className="flex flex-col gap-0.5 font-mono text-xs break-words text-muted">
              {sidesOf(finding).map(([label, value]) => (
                <div key={label} className="flex gap-2">
                  <dt className="w-12 shrink-0">{label}</dt>
                  <dd className="min-w-0">{value}</dd>
                </div>
              ))}
            </dl>
            <p className="flex flex-wrap gap-x-3 text-xs text-muted">
              {finding.account && <AccountLink id={finding.account} name={finding.accountName ?? "The account"} />}
              <span>
                First seen <RelativeTime date={finding.firstSeenAt} now={now} />
              </span>
              <span>
                Last seen <RelativeTime date={finding.lastSeenAt} now={now} />
              </span>
              {finding.isOpen && !finding.canBeMended && <span>A person must look at it.</span>}
            </p>
          </div>
          {act?.(finding)}
        </li>
      ))}
    </ul>
  );
}
