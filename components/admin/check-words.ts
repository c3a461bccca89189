import { formatCredits } from "@/lib/billing/format";

/** How a check stands, in a word and its color. */
export interface CheckSign {
  readonly label: string;
  readonly tone: "neutral" | "accent" | "success" | "warning" | "danger";
}

export interface CheckState {
  readonly isPossible: boolean;
  readonly isRunning: boolean;
  readonly outcome: "agrees" | "differs" | "failed" | null;
  readonly open: number;
}

/** What the last run has come to; what is open counts more than what a run that was given up says. */
export function signOf({ isPossible, isRunning, outcome, open }: CheckState): CheckSign {
  if (!isPossible) return { label: "Not run here", tone: "neutral" };
  if (open > 0) return { label: `${formatCredits(open)} ${open === 1 ? "differs" : "differ"}`, tone: "danger" };
  if (isRunning && outcome === null) return { label: "Running", tone: "accent" };
  if (outcome === "failed") return { label: "Given up", tone: "warning" };
  if (outcome === null) return { label: "Not yet run", tone: "neutral" };
  return { label: "Agrees", tone: "success" };
}

/** How much a run looked at and brought in step. */
export function amountWords(checked: number, mended: number): string {
  const looked = `${formatCredits(checked)} looked at`;
  return mended > 0 ? `${looked}, ${formatCredits(mended)} mended` : looked;
}

interface Sides {
  readonly ours: string | null;
  readonly theirs: string | null;
}

/** Both sides of a difference, as far as there are two. */
export function sidesOf({ ours, theirs }: Sides): Array<[label: string, value: string]> {
  return [
    ...(ours === null ? [] : [["Here", ours] as [string, string]]),
    ...(theirs === null ? [] : [["There", theirs] as [string, string]]),
  ];
}
