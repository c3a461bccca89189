import { formatCredits } from "@/lib/billing/format";

/** What an account owes, why, and what settles it. */
export const debtWords = (debt: number): string =>
  `Some of those credits had been used, so your account owes ${formatCredits(debt)} credits. The next credits that come in, bought or included in your plan, settle this first; until then nothing new can be asked.`;
