import type { Entitlement } from "./entitlement";
import { formatCredits, formatDate } from "./format";
import type { OverageLimit } from "./overage";
import type { Credits } from "./units";

/** What lifts a stop; who may do it is a matter of roles. */
export type WayOut = "allow_overage" | "raise_cap" | "buy_credits" | "change_plan" | "pay";

/** Why spending has stopped although there could be overage: which limit, how far it is used, when it starts again. */
export interface OverageStop {
  readonly limitedBy: OverageLimit;
  readonly limit: Credits;
  readonly used: Credits;
  /** When the period ends in which overage is counted; null while none runs. */
  readonly restartsAt: Date | null;
  /** The ways out, the shortest first. */
  readonly ways: readonly WayOut[];
}

const WAYS: Record<OverageLimit, readonly WayOut[]> = {
  not_sold: ["buy_credits", "change_plan"],
  off: ["allow_overage", "buy_credits", "change_plan"],
  owner: ["raise_cap", "buy_credits", "change_plan"],
  plan: ["buy_credits", "change_plan"],
  trust: ["buy_credits", "change_plan"],
  terms: ["buy_credits"],
  grace: ["pay", "buy_credits"],
  blocked: ["buy_credits", "change_plan"],
};

/**
 * What stands in the way of spending more once credits are used up.
 * @param period what of it was used, and when it ends, as the ledger counts it
 */
export function overageStop(
  entitlement: Pick<Entitlement, "overagePermitted" | "overageLimitedBy" | "canBuy" | "canChangePlan">,
  period: { used: Credits; restartsAt: Date | null },
): OverageStop {
  const { overageLimitedBy: limitedBy, overagePermitted: limit, canBuy, canChangePlan } = entitlement;
  const isOpen: Record<WayOut, boolean> = {
    allow_overage: true,
    raise_cap: true,
    pay: true,
    buy_credits: canBuy,
    change_plan: canChangePlan === "yes",
  };
  return { ...period, limitedBy, limit, ways: WAYS[limitedBy].filter((way) => isOpen[way]) };
}

const WAY_WORDS: Record<WayOut, string> = {
  allow_overage: "allow overage",
  raise_cap: "raise the cap",
  buy_credits: "buy credits",
  change_plan: "change the plan",
  pay: "pay the invoice",
};

/** The ways out as one sentence: "To go on, raise the cap, buy credits or change the plan." */
export function waysOutWords(ways: readonly WayOut[]): string {
  const words = ways.map((way) => WAY_WORDS[way]);
  const last = words.pop();
  if (!last) return "";
  return `To go on, ${words.length > 0 ? `${words.join(", ")} or ${last}` : last}.`;
}

function restart({ restartsAt }: OverageStop): string {
  return restartsAt ? ` It starts again on ${formatDate(restartsAt)}.` : "";
}

/** The stop in words: which limit was reached, how far it is used, and when it starts again. */
export function overageStopWords(stop: OverageStop): string {
  const state = stop.used >= stop.limit ? "is reached" : "leaves too little";
  const used = `${formatCredits(stop.used)} of ${formatCredits(stop.limit)} credits`;
  switch (stop.limitedBy) {
    case "owner":
      return `The cap on overage that this account has set ${state}: ${used} are used.${restart(stop)}`;
    case "plan":
      return `The most overage that the plan allows ${state}: ${used} are used.${restart(stop)}`;
    case "trust":
      return `Until a first invoice is paid, overage is limited: ${used} are used.`;
    case "terms":
      return `The credit limit that was agreed ${state}: ${used} of new overage are used.`;
    case "grace":
      return stop.limit > 0
        ? `While an invoice is unpaid, overage is limited to what the last paid one had: ${used} are used.`
        : "While an invoice is unpaid, there is no overage.";
    case "off":
      return "Overage is off for this account, so nothing beyond its credits is used.";
    case "blocked":
      return "There is no overage in the present state of the account.";
    case "not_sold":
      return "The credits are used up, and the plan has no overage.";
  }
}
