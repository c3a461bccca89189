import type { ReactNode } from "react";
import { Card, CardContent, CardFooter } from "@/components/ui/card";
import type { PlanWords } from "./plan-words";

interface PlanPanelProps {
  words: PlanWords;
  /** What can be done about the plan. */
  children?: ReactNode;
}

/** The plan and the next invoice, in words. */
export function PlanPanel({ words, children }: PlanPanelProps) {
  return (
    <Card>
      <CardContent className="flex flex-wrap items-start justify-between gap-x-12 gap-y-4">
        <div className="flex flex-col gap-1">
          <h2 className="text-13 text-muted">Your plan</h2>
          <p className="text-xl font-semibold tracking-tight">{words.name}</p>
          <p className="text-sm text-muted">{words.allowance}</p>
        </div>
        <div className="flex max-w-md flex-col gap-1">
          <h2 className="text-13 text-muted">Next invoice</h2>
          <p className="text-base font-medium">{words.next}</p>
          {words.price && <p className="text-sm text-muted">{words.price}, until you cancel</p>}
        </div>
      </CardContent>
      {children && <CardFooter>{children}</CardFooter>}
    </Card>
  );
}
