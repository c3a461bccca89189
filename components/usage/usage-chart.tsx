"use client";

import { useState, useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCredits } from "@/lib/billing/format";
import { StackedBars } from "./bars";
import type { DayOfUsage, Series } from "./series";
import { UsageTable } from "./usage-table";
import { share } from "./words";

const noChanges = () => () => undefined;

/** The chart is drawn in the browser only: what it measures does not exist on the server. */
const useInBrowser = (): boolean =>
  useSyncExternalStore(
    noChanges,
    () => true,
    () => false,
  );

interface UsageChartProps {
  /** What the chart shows, in one sentence. */
  sentence: string;
  series: Series[];
  days: DayOfUsage[];
}

function Labels({ series }: { series: Series[] }) {
  const total = series.reduce((sum, { credits }) => sum + credits, 0);
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 text-13">
      {series.map(({ name, credits, color }) => (
        <li key={name} className="flex items-center gap-2">
          <svg aria-hidden="true" className="size-2.5 shrink-0">
            <rect width="10" height="10" rx="2" fill={color} />
          </svg>
          {name}
          <span className="text-muted tabular-nums">
            {formatCredits(credits)} ({share(credits, total)})
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Credits by day and model, as stacked bars, with the same numbers as a table behind a button. */
export function UsageChart({ sentence, series, days }: UsageChartProps) {
  const [asTable, setAsTable] = useState(false);
  const inBrowser = useInBrowser();
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <p className="max-w-2xl font-medium">{sentence}</p>
        <Button variant="secondary" size="sm" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? "Show as chart" : "Show as table"}
        </Button>
      </div>
      <Labels series={series} />
      {asTable ? (
        <UsageTable series={series} days={days} />
      ) : (
        <div className="h-64" role="img" aria-label={`${sentence} The table has the numbers of each day.`}>
          {inBrowser ? <StackedBars series={series} days={days} /> : <Skeleton className="h-full" />}
        </div>
      )}
    </div>
  );
}
