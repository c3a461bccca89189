import { Card, CardContent } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { formatCredits } from "@/lib/billing/format";
import type { CreditSummary } from "@/lib/credits/summary";
import { type Kind, kinds } from "./grant-words";

function byKind(summary: CreditSummary, now: Date): Array<{ kind: Kind; credits: number }> {
  const here = summary.grants.filter((grant) => grant.effectiveAt <= now);
  return (Object.keys(kinds) as Kind[])
    .map((kind) => ({
      kind,
      credits: here.filter((grant) => grant.category === kind).reduce((sum, grant) => sum + grant.remaining, 0),
    }))
    .filter(({ credits }) => credits > 0);
}

/** Parts of a whole as one bar; the legend beside it says the same in words. */
function KindsBar({ parts, total }: { parts: ReturnType<typeof byKind>; total: number }) {
  let from = 0;
  return (
    <svg aria-hidden="true" className="h-2 w-full overflow-hidden rounded-full bg-surface-2" preserveAspectRatio="none">
      {parts.map(({ kind, credits }) => {
        const x = (100 * from) / total;
        from += credits;
        return (
          <rect
            key={kind}
            x={`${x}%`}
            width={`${(100 * credits) / total}%`}
            height="100%"
            className={kinds[kind].colour}
          />
        );
      })}
    </svg>
  );
}

/** What the account has, of which kinds, and what of it is spoken for. */
export function BalanceCard({ summary, now }: { summary: CreditSummary; now: Date }) {
  const parts = byKind(summary, now);
  const total = parts.reduce((sum, part) => sum + part.credits, 0);
  return (
    <Card>
      <CardContent className="flex flex-col gap-5">
        <div>
          <h2 className="text-13 text-muted">Available now</h2>
          <p className="text-3xl font-semibold tracking-tight tabular-nums">
            {formatCredits(summary.available)} <span className="text-sm font-normal text-muted">credits</span>
          </p>
          {summary.reserved > 0 && (
            <p className="text-13 text-muted tabular-nums">
              {formatCredits(summary.reserved)} more are set aside for answers being written.
            </p>
          )}
          {summary.debt > 0 && (
            <p className="text-13 text-danger tabular-nums">
              You owe {formatCredits(summary.debt)} credits; the next ones settle this first.
            </p>
          )}
        </div>
        {total > 0 && <KindsBar parts={parts} total={total} />}
        <dl className="flex flex-col gap-2 text-sm">
          {parts.map(({ kind, credits }) => (
            <div key={kind} className="flex items-center gap-2">
              <span aria-hidden="true" className={cn("size-2 rounded-full", kinds[kind].dot)} />
              <dt className="text-muted">{kinds[kind].name}</dt>
              <dd className="ml-auto tabular-nums">{formatCredits(credits)}</dd>
            </div>
          ))}
        </dl>
      </CardContent>
    </Card>
  );
}
