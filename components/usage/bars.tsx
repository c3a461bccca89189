"use client";

import {
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from "recharts";
import { formatCredits } from "@/lib/billing/format";
import type { DayOfUsage, Series } from "./series";
import { shortDay } from "./words";

interface StackedBarsProps {
  series: Series[];
  days: DayOfUsage[];
}

const compact = new Intl.NumberFormat("en-US", { notation: "compact" });
const tick = { fill: "var(--chart-axis)", fontSize: 12 };

function DayBox({ active, payload, label, series }: Partial<TooltipContentProps> & { series: Series[] }) {
  if (!active || !payload || payload.length === 0) return null;
  const day = payload[0]?.payload as DayOfUsage | undefined;
  if (!day) return null;
  return (
    <div className="rounded-lg border border-border bg-surface px-3 py-2 text-13 shadow-popup">
      <p className="font-medium">{shortDay(String(label))}</p>
      <ul className="tabular-nums">
        {series
          .filter(({ name }) => day.credits[name])
          .map(({ name, color }) => (
            <li key={name} className="flex items-center gap-2">
              <svg aria-hidden="true" className="size-2.5">
                <rect width="10" height="10" rx="2" fill={color} />
              </svg>
              <span className="flex-1">{name}</span>
              <span>{formatCredits(day.credits[name] ?? 0)}</span>
            </li>
          ))}
        <li className="mt-1 flex justify-between gap-4 border-t border-border pt-1 text-muted">
          <span>Credits</span>
          <span>{formatCredits(day.total)}</span>
        </li>
      </ul>
    </div>
  );
}

/** Stacked bars, one for each day. */
export function StackedBars({ series, days }: StackedBarsProps) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={days} margin={{ top: 8, right: 0, bottom: 0, left: 0 }} barCategoryGap="20%">
        <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
        <XAxis
          dataKey="day"
          tickFormatter={shortDay}
          tick={tick}
          tickLine={false}
          axisLine={{ stroke: "var(--chart-grid)" }}
          minTickGap={24}
        />
        <YAxis
          width={44}
          tick={tick}
          tickLine={false}
          axisLine={false}
          allowDecimals={false}
          tickCount={5}
          tickFormatter={(value: number) => compact.format(value)}
        />
        <Tooltip
          cursor={{ fill: "var(--surface-2)" }}
          isAnimationActive={false}
          content={(props) => <DayBox {...props} series={series} />}
        />
        {series.map(({ name, color }) => (
          <Bar
            key={name}
            name={name}
            dataKey={(day: DayOfUsage) => day.credits[name] ?? 0}
            stackId="credits"
            fill={color}
            maxBarSize={40}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}
