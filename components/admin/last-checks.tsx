import type { Route } from "next";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { buttonVariants } from "@/components/ui/button";
import { Card, CardDescription, CardFooter, CardHeader, CardTitle } from "@/components/ui/card";
import { RelativeTime } from "@/components/ui/relative-time";
import type { CheckRun } from "@/lib/reconciliation/results";

type Tone = "neutral" | "success" | "danger" | "warning";

function stateOf({ open, last, isPossible }: CheckRun): { label: string; tone: Tone } {
  if (open > 0) return { label: open === 1 ? "1 difference" : `${open} differences`, tone: "danger" };
  if (!isPossible) return { label: "Needs DATABASE_URL", tone: "neutral" };
  if (!last) return { label: "Not run yet", tone: "neutral" };
  return last.outcome === "failed" ? { label: "Could not run", tone: "warning" } : { label: "Agrees", tone: "success" };
}

const ofTone = (checks: readonly CheckRun[], ...tones: Tone[]) =>
  checks.filter((check) => tones.includes(stateOf(check).tone));

/** What the daily checks found: a line for each that does not agree, and one for all that do. */
export function LastChecks({ checks, now }: { checks: readonly CheckRun[]; now: Date }) {
  const agreeing = ofTone(checks, "success");
  const ended = checks.flatMap(({ last }) => last?.finishedAt ?? []).sort((a, b) => b.getTime() - a.getTime())[0];
  return (
    <Card>
      <CardHeader className="pb-3">
        <CardTitle>Checks</CardTitle>
        <CardDescription>
          {agreeing.length} of {checks.length} agree with Stripe and the ledger
          {ended && (
            <>
              , last run <RelativeTime date={ended} now={now} />
            </>
          )}
          .
        </CardDescription>
      </CardHeader>
      {agreeing.length < checks.length && (
        <ul className="divide-y divide-border border-t border-border">
          {ofTone(checks, "danger", "warning", "neutral").map((check) => {
            const state = stateOf(check);
            return (
              <li key={check.key} className="flex items-center justify-between gap-4 px-5 py-2">
                <span className="min-w-0">{check.title}</span>
                <Badge tone={state.tone}>{state.label}</Badge>
              </li>
            );
          })}
        </ul>
      )}
      <CardFooter>
        <Link href={"/admin/checks" as Route} className={buttonVariants({ variant: "secondary", size: "sm" })}>
          All checks
        </Link>
      </CardFooter>
    </Card>
  );
}
