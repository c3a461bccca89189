import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { formatCredits } from "@/lib/billing/format";
import type { Problem } from "./problem";

interface ProblemNoteProps {
  problem: Exclude<Problem, { kind: "too_few" }>;
  onRetry: () => void;
}

function charged(credits: number): string {
  return credits === 0
    ? "Nothing was charged."
    : `You were charged ${formatCredits(credits)} credits, for what it had written until then.`;
}

/** Says plainly what went wrong, what it cost, and offers to try again. */
export function ProblemNote({ problem, onRetry }: ProblemNoteProps) {
  const retry = (
    <Button variant="secondary" size="sm" onClick={onRetry}>
      Try again
    </Button>
  );
  switch (problem.kind) {
    case "outage":
      return (
        <Banner tone="danger" title="The model's provider could not answer" action={retry}>
          {charged(problem.credits)} It is not your question; trying again in a moment usually helps.
        </Banner>
      );
    case "connection":
      return (
        <Banner tone="danger" title="The connection broke" action={retry}>
          Only what was written until then is charged. Check your network, then try again.
        </Banner>
      );
    case "refused":
      return (
        <Banner tone="danger" title="This was not sent">
          {problem.message}
        </Banner>
      );
  }
}
