import type { GrantSummary } from "@/lib/credits/summary";

const bySource: Record<string, string> = {
  free: "Free plan, this month",
  alw_bridge: "Plan, at the start",
  alw_rest: "Plan, once paid",
  alw_back: "Plan, back since it was paid",
  trial: "Trial",
  pack: "Credits you bought",
  topup: "Automatic top-up",
  upg: "Plan upgrade",
  gift: "Gift from us",
  restore: "Returned to you",
  import: "Carried over",
};

export const kinds = {
  included: { name: "From your plan", colour: "fill-chart-1", dot: "bg-chart-1" },
  paid: { name: "Bought", colour: "fill-chart-3", dot: "bg-chart-3" },
  promotional: { name: "Gifts", colour: "fill-chart-2", dot: "bg-chart-2" },
} as const;

export type Kind = keyof typeof kinds;

/** Where credits came from, in words. */
export function grantName({ source, category }: Pick<GrantSummary, "source" | "category">): string {
  return bySource[source] ?? kinds[category].name;
}

/** The same without the parts in which a plan's credits come: they end together. */
export function periodName(grant: Pick<GrantSummary, "source" | "category">): string {
  return grant.source.startsWith("alw_") ? "Plan, this period" : grantName(grant);
}
