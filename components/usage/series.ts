import { formatCredits } from "@/lib/billing/format";
import { featureInWords } from "./words";

/** What was used on one day by one model, or by something with a fixed price. */
export interface UsageRow {
  day: string;
  model: string | null;
  feature: string;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  credits: number;
}

export interface Series {
  name: string;
  credits: number;
  /** A CSS colour that survives colour-blindness and both themes. */
  color: string;
}

export interface DayOfUsage {
  day: string;
  total: number;
  /** Credits by the name of the series. */
  credits: Record<string, number>;
}

const MOST_SERIES = 5;
const REST = "Everything else";
const DAY_MS = 86_400_000;

const nameOf = (row: UsageRow): string => row.model ?? featureInWords(row.feature);
const sum = (rows: readonly UsageRow[]): number => rows.reduce((total, row) => total + row.credits, 0);

function totals(rows: readonly UsageRow[]): Array<[name: string, credits: number]> {
  const byName = new Map<string, number>();
  for (const row of rows) byName.set(nameOf(row), (byName.get(nameOf(row)) ?? 0) + row.credits);
  return [...byName].filter(([, credits]) => credits > 0).sort((a, b) => b[1] - a[1]);
}

/** The series of a chart, largest first: models, and what has a fixed price by its feature; at most five. */
export function seriesOf(rows: readonly UsageRow[]): Series[] {
  const all = totals(rows);
  const shown = all.length > MOST_SERIES ? all.slice(0, MOST_SERIES - 1) : all;
  const rest = all.slice(shown.length).reduce((total, [, credits]) => total + credits, 0);
  const named = rest > 0 ? [...shown, [REST, rest] as const] : shown;
  return named.map(([name, credits], index) => ({ name, credits, color: `var(--chart-${index + 1})` }));
}

/**
 * Usage day by day, days without use included, so that time runs evenly.
 * @param from - the first day, midnight UTC
 * @param to - the day after the last
 */
export function daysOf(rows: readonly UsageRow[], series: readonly Series[], from: Date, to: Date): DayOfUsage[] {
  const names = new Set(series.map(({ name }) => name));
  const days = new Map<string, DayOfUsage>();
  for (let at = from.getTime(); at < to.getTime(); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    days.set(day, { day, total: 0, credits: {} });
  }
  for (const row of rows) {
    const day = days.get(row.day);
    if (!day) continue;
    const name = names.has(nameOf(row)) ? nameOf(row) : REST;
    day.credits[name] = (day.credits[name] ?? 0) + row.credits;
    day.total += row.credits;
  }
  return [...days.values()];
}

function comparison(now: number, before: number): string {
  if (before === 0) return "";
  const percent = Math.round(((now - before) / before) * 100);
  if (percent === 0) return ", as much as in the days before";
  return `, ${Math.abs(percent)} % ${percent > 0 ? "more" : "less"} than in as many days before`;
}

/**
 * What a chart shows, in one sentence: "You used 12,400 credits, 41 % more than in as many days before, mostly on large-1."
 * @param before - the usage of as many days before
 */
export function sentenceOf(rows: readonly UsageRow[], before: readonly UsageRow[]): string {
  const used = sum(rows);
  if (used === 0) return "You used no credits in this time.";
  const [largest] = totals(rows);
  const mostly = largest && largest[1] > used / 2 ? `, mostly on ${largest[0]}` : "";
  return `You used ${formatCredits(used)} credits${comparison(used, sum(before))}${mostly}.`;
}
