import type { ReactNode } from "react";
import { Progress } from "@/components/ui/progress";
import { formatCredits } from "@/lib/billing/format";
import { sample } from "./sample";

function Reason({ title, children, evidence }: { title: string; children: ReactNode; evidence: ReactNode }) {
  return (
    <li className="flex flex-col gap-4">
      <div className="flex flex-col md:h-44 justify-center rounded-xl border border-border bg-surface p-5 text-13">
        {evidence}
      </div>
      <div className="flex flex-col gap-1">
        <h3 className="text-base font-semibold">{title}</h3>
        <p className="text-sm text-muted">{children}</p>
      </div>
    </li>
  );
}

function Row({ what, amount, strong }: { what: string; amount: string; strong?: boolean }) {
  return (
    <div className="flex justify-between gap-4 py-1.5">
      <dt className="text-muted">{what}</dt>
      <dd className={strong ? "font-medium tabular-nums" : "tabular-nums"}>{amount}</dd>
    </div>
  );
}

const left = sample.balanceBefore - sample.spent;

/** Three reasons, each with the part of the product that proves it. */
export function Reasons() {
  return (
    <ul className="grid gap-8 md:grid-cols-3">
      <Reason
        title="You know the price before you send"
        evidence={
          <dl className="divide-y divide-border">
            <Row what="Your question" amount={`${formatCredits(sample.promptTokens)} tokens`} />
            <Row
              what="Before you send"
              amount={`${formatCredits(sample.least)}–${formatCredits(sample.reserved)} credits`}
              strong
            />
            <Row what="What it came to" amount={`${formatCredits(sample.spent)} credits`} strong />
          </dl>
        }
      >
        What a question will cost, at least and at most, stands next to the send button. What it did cost stands beneath
        the answer.
      </Reason>
      <Reason
        title="You cannot spend what you do not have"
        evidence={
          <div className="flex flex-col gap-3">
            <p className="flex justify-between gap-4">
              <span className="text-muted">Set aside {formatCredits(sample.reserved)}</span>
              <span className="tabular-nums">{formatCredits(sample.reserved - sample.spent)} come back</span>
            </p>
            <Progress
              label="Used of what was set aside"
              value={sample.spent}
              max={sample.reserved}
              valueText={`${sample.spent} of ${sample.reserved} credits`}
            />
            <p className="text-muted">Stopped half-way? You pay for the half.</p>
          </div>
        }
      >
        Credits are set aside before the model starts, so two questions at once cannot spend the same ones. The rest
        comes back when the answer ends.
      </Reason>
      <Reason
        title="Every credit can be traced"
        evidence={
          <dl className="divide-y divide-border">
            <Row what="Starter, November" amount={`+${formatCredits(sample.balanceBefore)}`} />
            <Row what={`Answer, ${sample.model}`} amount={`−${formatCredits(sample.spent)}`} />
            <Row what="Balance" amount={formatCredits(left)} strong />
          </dl>
        }
      >
        Each line says what it was for and what was left after it. Add them up, or download them: they come to your
        balance.
      </Reason>
    </ul>
  );
}
