import { formatCredits, formatDate } from "@/lib/billing/format";

export interface DebtFacts {
  debt: number;
  /** A payment is disputed at the bank: won, it returns what it took. */
  isDisputed: boolean;
  /** The packs on sale, by their credits. */
  packs: ReadonlyArray<{ readonly name: string; readonly credits: number }>;
  /** The next credits of the plan, if any come; null: none do, or not while something is unpaid. */
  next: { readonly at: Date; readonly credits: number } | null;
}

/** Why credits are owed. */
export const debtReason = ({ isDisputed }: DebtFacts): string =>
  isDisputed
    ? "A payment is disputed at the bank, so the credits it bought were taken back, and some of them had been used. If the bank decides that the payment stands, this debt goes away by itself."
    : "More was used than there was, or a payment was returned after some of its credits had been used.";

const settles = (one: boolean, credits: number, debt: number) =>
  credits >= debt
    ? `${one ? "settles" : "settle"} it and ${one ? "leaves" : "leave"} you ${formatCredits(credits - debt)}`
    : `${one ? "settles" : "settle"} ${formatCredits(credits)} of it`;

/** Everything that settles a debt, a sentence each. Whatever comes in does so first, without anybody doing anything. */
export function debtWaysOut({ debt, packs, next }: DebtFacts): string[] {
  const bySize = packs.toSorted((a, b) => a.credits - b.credits);
  const pack = bySize.find(({ credits }) => credits >= debt) ?? bySize.at(-1);
  const bought = pack ? [`The pack "${pack.name}" ${settles(true, pack.credits, debt)}.`] : [];
  if (!next || next.credits === 0) return bought;
  const coming = `The ${formatCredits(next.credits)} credits of your plan on ${formatDate(next.at)}`;
  return [...bought, `${coming} ${settles(false, next.credits, debt)}.`];
}
