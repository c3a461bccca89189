import type { CreditSummary } from "@/lib/credits/summary";

/**
 * What is left of the plan's credits, and of those that belong to no plan: bought ones and gifts.
 * Credits still to come are in neither.
 */
export function ownCredits({ grants }: Pick<CreditSummary, "grants">, now: Date): { bought: number; left: number } {
  const there = grants.filter(({ effectiveAt }) => effectiveAt <= now);
  const sum = (isOurs: (category: string, source: string) => boolean) =>
    there.reduce((all, { category, source, remaining }) => (isOurs(category, source) ? all + remaining : all), 0);
  return {
    bought: sum((category) => category !== "included"),
    left: sum((category, source) => category === "included" && source !== "free"),
  };
}
