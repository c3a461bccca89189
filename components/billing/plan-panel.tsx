import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent, CardFooter } from "@/components/ui/card";
import type { PlanWords } from "./plan-words";

interface PlanPanelProps {
  words: PlanWords;
  /** What can be done about the plan. */
  children?: ReactNode;
}

/** The plan and the next charge, in words. */
export function PlanPanel({ words, children }: PlanPanelProps) {
  return (
    <Card>
      <CardContent className="grid gap-x-12 gap-y-5 md:grid-cols-2">
        <section aria-labelledby="your-plan" className="flex flex-col gap-1">
          <h2 id="your-plan" className="text-13 text-muted">
            Your plan
          </h2>
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="text-xl font-semibold tracking-tight">{words.name}</span>
            {words.state && <Badge tone={words.state.tone}>{words.state.label}</Badge>}
          </p>
          <ul className="flex flex-col gap-0.5 text-sm text-muted">
            {words.price && <li>{words.price}</li>}
            <li>{words.allowance}</li>
            {words.beyond && <li>{words.beyond}</li>}
          </ul>
        </section>
        <section aria-labelledby="next-charge" className="flex flex-col gap-1">
          <h2 id="next-charge" className="text-13 text-muted">
            What is charged next
          </h2>
          <p className="max-w-md text-base font-medium">{words.next}</p>
        </section>
      </CardContent>
      {children && <CardFooter className="flex-col items-stretch gap-3 py-4">{children}</CardFooter>}
    </Card>
  );
}
