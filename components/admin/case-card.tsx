import { Badge } from "@/components/ui/badge";
import { CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { RelativeTime } from "@/components/ui/relative-time";
import type { AdminCase } from "@/lib/admin/account";
import { formatDate } from "@/lib/billing/format";
import { outcomes, stages } from "./stage-words";

/** The dunning cases of an account: how far the open one is, and how earlier ones ended. */
export function CaseHistory({ cases, now }: { cases: readonly AdminCase[]; now: Date }) {
  return (
    <>
      <CardHeader>
        <CardTitle>Unpaid plans</CardTitle>
        <CardDescription>How far each case went. Paying, or forgiving what is owed, closes it.</CardDescription>
      </CardHeader>
      <CardContent>
        <ul className="flex flex-col gap-3">
          {cases.map((found) => (
            <li key={found.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
              <Badge tone={found.closedAt ? "neutral" : stages[found.stage].tone}>{stages[found.stage].label}</Badge>
              <span>
                {found.closedAt ? (
                  `${outcomes[found.outcome ?? "paid"]} on ${formatDate(found.closedAt)}`
                ) : (
                  <>
                    Since <RelativeTime date={found.openedAt} now={now} />: {stages[found.stage].means}
                    {found.pausedAt && ". The clock stands still while collection is paused at Stripe"}
                  </>
                )}
              </span>
              <span className="text-13 text-muted">
                {found.invoices.length} {found.invoices.length === 1 ? "invoice" : "invoices"}, opened{" "}
                {formatDate(found.openedAt)}
              </span>
            </li>
          ))}
        </ul>
      </CardContent>
    </>
  );
}
