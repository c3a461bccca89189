import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import type { Sign } from "./health-words";

const dots = { success: "bg-success", warning: "bg-warning", danger: "bg-danger" };

/** The state of the machinery, a cell each. */
export function HealthCells({ signs }: { signs: readonly Sign[] }) {
  return (
    <Card className="grid divide-border max-sm:divide-y sm:grid-cols-2 lg:grid-cols-4 lg:divide-x">
      {signs.map(({ name, value, note, tone }) => (
        <div key={name} className="flex min-w-0 flex-col gap-0.5 px-5 py-4">
          <span className="flex items-center gap-2 text-xs text-muted">
            <span aria-hidden="true" className={cn("size-2 rounded-full", dots[tone])} />
            {name}
          </span>
          <span className="text-sm font-medium">{value}</span>
          {note && <span className="text-13 break-words text-muted">{note}</span>}
        </div>
      ))}
    </Card>
  );
}
