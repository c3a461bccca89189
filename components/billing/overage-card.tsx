import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import type { FormAction } from "@/lib/action";
import type { Currency } from "@/lib/billing/catalogue";
import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import type { OverageLimit } from "@/lib/billing/overage";
import { OverageForm } from "./overage-form";

/** An account's overage: what was chosen, what is used of it in the running period, and what that costs. */
export interface OverageFacts {
  /** Whom this page was drawn for. */
  account: string;
  /** Whether this person may set the cap. */
  permitted: boolean;
  currency: Currency;
  centsPer1000: number;
  /** What they cost from the next period on; another price after an upgrade. */
  nextCentsPer1000: number;
  limitedBy: OverageLimit;
  /** Whether the plan is being tried, in which nothing can be used beyond the trial's credits. */
  isTrial: boolean;
  /** What the running period may have in all, in credits. */
  limit: number;
  /** What the plan permits in the present state of the account. */
  most: number;
  /** What it permits in good standing. */
  planMost: number;
  choice: "off" | "number" | "plan";
  chosenCredits: number | null;
  used: number;
  usedCents: number;
  /** When the period ends that it is counted in; null while none runs. */
  restartsAt: Date | null;
}

/** "$0.10 per 1,000 credits", and another price from the day it holds. */
export function priceWords(facts: Pick<OverageFacts, "centsPer1000" | "nextCentsPer1000" | "currency" | "restartsAt">) {
  const { centsPer1000, nextCentsPer1000, currency, restartsAt } = facts;
  const price = `${formatMoney(centsPer1000, currency)} per 1,000 credits`;
  if (nextCentsPer1000 === centsPer1000 || !restartsAt) return price;
  return `${price} until ${formatDate(restartsAt)} and ${formatMoney(nextCentsPer1000, currency)} from then on`;
}

/** Why less is permitted than was chosen; null when nothing but the choice holds it back. */
export function heldBackWords({
  limitedBy,
  most,
  isTrial,
}: Pick<OverageFacts, "limitedBy" | "most" | "isTrial">): string | null {
  switch (limitedBy) {
    case "trust":
      return `Until your first invoice is paid, at most ${formatCredits(most)} credits can be used this way.`;
    case "grace":
      return most > 0
        ? `An invoice is unpaid. Until it is paid, at most ${formatCredits(most)} credits can be used this way, as many as on your last paid invoice.`
        : "An invoice is unpaid. Until it is paid, nothing can be used this way.";
    case "blocked":
      return isTrial
        ? "In the trial nothing can be used this way. What you choose here holds when it is over."
        : "At the moment nothing can be used this way, whatever is chosen here. What you choose holds as soon as it can.";
    case "not_sold":
    case "off":
    case "owner":
    case "plan":
    case "terms":
      return null;
    default:
      return limitedBy satisfies never;
  }
}

function Used({ used, usedCents, limit, currency, restartsAt }: OverageFacts) {
  const of = limit > 0 ? ` of ${formatCredits(limit)}` : "";
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <p className="text-sm tabular-nums">
          <span className="font-medium">{formatCredits(used)}</span>
          {of} credits used beyond your credits this period
        </p>
        <p className="text-sm font-medium tabular-nums">{formatMoney(usedCents, currency)} so far</p>
      </div>
      {limit > 0 && (
        <Progress
          value={used}
          max={limit}
          label="Overage used this period"
          valueText={`${formatCredits(used)} of ${formatCredits(limit)} credits`}
          tone={used >= limit ? "danger" : used >= limit * 0.8 ? "warning" : "accent"}
        />
      )}
      {restartsAt && (
        <p className="text-13 text-muted">Counted from 0 again on {formatDate(restartsAt)}, when it is billed.</p>
      )}
    </div>
  );
}

function choiceWords({ choice, chosenCredits, planMost }: OverageFacts): string {
  if (choice === "off") return "Off: nothing beyond the credits of this account is used.";
  const credits = choice === "plan" ? planMost : (chosenCredits ?? 0);
  return `Up to ${formatCredits(credits)} credits a month. Only owners and admins can change this.`;
}

interface OverageCardProps {
  overage: OverageFacts;
  setCap: FormAction<{ said: string }>;
}

/** Use beyond the account's credits: how much is allowed, how much is used, what it costs and when it starts again. */
export function OverageCard({ overage, setCap }: OverageCardProps) {
  const { permitted, used, choice } = overage;
  const heldBack = heldBackWords(overage);
  return (
    <Card id="overage" className="scroll-mt-6">
      <CardHeader>
        <CardTitle>When your credits are used up</CardTitle>
        <CardDescription>
          You can let use go on at {priceWords(overage)}, billed with the next invoice. That is overage.
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4 pb-0 last:pb-5">
        {(choice !== "off" || used > 0) && <Used {...overage} />}
        {heldBack && <p className="text-13 text-warning">{heldBack}</p>}
        {!permitted && <p className="text-13 text-muted">{choiceWords(overage)}</p>}
      </CardContent>
      {permitted && <OverageForm overage={overage} setCap={setCap} />}
    </Card>
  );
}
