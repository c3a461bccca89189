import { randomUUID } from "node:crypto";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { RunAgainButton } from "@/components/admin/check-buttons";
import { CheckFindings } from "@/components/admin/check-findings";
import { amountWords, signOf } from "@/components/admin/check-words";
import { Badge } from "@/components/ui/badge";
import { buttonVariants } from "@/components/ui/button";
import { Card, CardFooter } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { requireAdmin } from "@/lib/admin/guard";
import { now } from "@/lib/clock";
import { type CheckFinding, type CheckRun, readChecks, readFindings } from "@/lib/reconciliation/results";
import { runAgain } from "../actions";

export const metadata: Metadata = { title: "Check" };

const MOST = 50;

interface CheckPageProps {
  params: Promise<{ check: string }>;
  searchParams: Promise<{ after?: string | string[] }>;
}

function Result({ check }: { check: CheckRun }) {
  const { isPossible, running, last, open } = check;
  const sign = signOf({ isPossible, isRunning: running !== null, outcome: last?.outcome ?? null, open });
  return (
    <p className="flex flex-wrap items-center gap-2 text-13 text-muted">
      <Badge tone={sign.tone}>{sign.label}</Badge>
      <span>{last ? `${amountWords(last.checked, last.mended)}.` : "It has not ended yet."}</span>
      {last?.askedBy === "admin" && <span>Asked for by an admin.</span>}
      {last?.error && <span className="break-words">{last.error}</span>}
    </p>
  );
}

const runEventAgainForm = (finding: CheckFinding) =>
  finding.isOpen && finding.ours === "dead" ? (
    <form action={runAgain}>
      <input type="hidden" name="event" value={finding.key} />
      <input type="hidden" name="requestId" value={randomUUID()} />
      <RunAgainButton event={finding.key} />
    </form>
  ) : null;

export default async function CheckPage({ params, searchParams }: CheckPageProps) {
  await requireAdmin();
  const [{ check: key }, { after }] = await Promise.all([params, searchParams]);
  const check = (await readChecks()).find((found) => found.key === key);
  if (!check) notFound();
  const place = typeof after === "string" ? after : null;
  const findings = await readFindings({ check: key, most: MOST, place });
  const last = findings.length === MOST ? findings.at(-1) : undefined;
  return (
    <>
      <PageHeader
        title={check.title}
        description={check.agrees}
        actions={
          <Link href={"/admin/checks" as Route} className={buttonVariants({ variant: "secondary" })}>
            All checks
          </Link>
        }
      />
      <Result check={check} />
      {findings.length === 0 ? (
        <EmptyState title="Nothing differs">
          Whatever a run finds stands here for as long as it is so, and for 90 days after.
        </EmptyState>
      ) : (
        <Card>
          <CheckFindings findings={findings} now={now()} {...(key === "events" ? { act: runEventAgainForm } : {})} />
          {last && (
            <CardFooter>
              <Link
                href={`/admin/checks/${key}?after=${encodeURIComponent(last.place)}` as Route}
                className={buttonVariants({ variant: "secondary", size: "sm" })}
              >
                Older
              </Link>
            </CardFooter>
          )}
        </Card>
      )}
    </>
  );
}
