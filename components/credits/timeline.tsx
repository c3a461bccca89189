import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { RelativeTime } from "@/components/ui/relative-time";
import { formatCredits, formatDate } from "@/lib/billing/format";
import type { CreditSummary } from "@/lib/credits/summary";
import { periodName } from "./grant-words";

interface Moment {
  id: string;
  at: Date;
  kind: "comes" | "expires";
  credits: number;
  name: string;
}

const MOST = 6;

/** What happens at the same time is one moment: a plan's credits come in two lots that end together. */
function together(moments: Moment[]): Moment[] {
  const byTime = new Map<string, Moment>();
  for (const moment of moments) {
    const key = `${moment.kind} ${moment.at.getTime()} ${moment.name}`;
    const same = byTime.get(key);
    byTime.set(key, same ? { ...same, credits: same.credits + moment.credits } : moment);
  }
  return [...byTime.values()];
}

function moments({ grants }: CreditSummary, now: Date): Moment[] {
  const single = grants
    .flatMap((grant): Moment[] => {
      const what = { credits: grant.remaining, name: periodName(grant) };
      if (grant.effectiveAt > now) return [{ ...what, id: `${grant.id}+`, at: grant.effectiveAt, kind: "comes" }];
      if (grant.expiresAt && grant.remaining > 0)
        return [{ ...what, id: `${grant.id}-`, at: grant.expiresAt, kind: "expires" }];
      return [];
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  return together(single);
}

/** What comes and what expires, in the order of time. */
export function Timeline({ summary, now }: { summary: CreditSummary; now: Date }) {
  const all = moments(summary, now);
  const lasting = summary.grants
    .filter((grant) => grant.expiresAt === null && grant.effectiveAt <= now)
    .reduce((sum, grant) => sum + grant.remaining, 0);
  const shown = all.slice(0, MOST);
  const endsWith = (place: number) => place === all.length - 1 && lasting === 0;
  const more = Math.max(0, all.length - MOST);
  return (
    <ol className="flex flex-col">
      {shown.map((moment, place) => (
        <li key={moment.id} className="flex gap-4">
          <Track filled={moment.kind === "comes"} last={endsWith(place)} />
          <div
            className={cn(
              "flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-4",
              !endsWith(place) && "pb-5",
            )}
          >
            <div>
              <p className="text-sm">
                {formatDate(moment.at)} <span className="text-13 text-muted">· </span>
                <span className="text-13 text-muted">
                  <RelativeTime date={moment.at} now={now} />
                </span>
              </p>
              <p className="text-13 text-muted">{moment.name}</p>
            </div>
            <p className="text-sm tabular-nums">
              {formatCredits(moment.credits)}{" "}
              <span className="text-muted">{moment.kind === "comes" ? "come" : "expire"}</span>
            </p>
          </div>
        </li>
      ))}
      {more > 0 && <End what={`And ${more} more later`} />}
      {lasting > 0 && (
        <End what="No end">
          {formatCredits(lasting)} <span className="text-muted">do not expire</span>
        </End>
      )}
    </ol>
  );
}

function End({ what, children }: { what: string; children?: ReactNode }) {
  return (
    <li className="flex gap-4">
      <Track filled={false} last />
      <div className="flex flex-1 flex-wrap items-baseline justify-between gap-x-4">
        <p className="text-sm">{what}</p>
        <p className="text-sm tabular-nums">{children}</p>
      </div>
    </li>
  );
}

function Track({ filled, last = false }: { filled: boolean; last?: boolean }) {
  return (
    <span aria-hidden="true" className="flex flex-col items-center pt-1.5">
      <span className={cn("size-2 shrink-0 rounded-full border-2 border-accent", filled && "bg-accent")} />
      {!last && <span className="w-px flex-1 bg-border-strong" />}
    </span>
  );
}
