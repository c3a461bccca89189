import type { CreditSummary, GrantSummary } from "@/lib/credits/summary";

const isOfPlan = ({ category, source }: GrantSummary) => category === "included" || source === "trial";

/**
 * What is left of the plan's credits, and of those that belong to no plan: bought ones and gifts.
 * Credits still to come, and the Free plan's, are in neither.
 */
export function ownCredits({ grants }: Pick<CreditSummary, "grants">, now: Date): { bought: number; left: number } {
  const there = grants.filter(({ effectiveAt, source }) => effectiveAt <= now && source !== "free");
  const [ofPlan, own] = [there.filter(isOfPlan), there.filter((grant) => !isOfPlan(grant))];
  const sum = (some: typeof there) => some.reduce((all, { remaining }) => all + remaining, 0);
  return { bought: sum(own), left: sum(ofPlan) };
}
