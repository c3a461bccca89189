import Link from "next/link";
import { Card, CardContent } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { formatCredits, formatDate } from "@/lib/billing/format";

interface AllowanceBarProps {
  /** Credits used in the period. */
  used: number;
  /** Credits the plan includes each period. */
  allowance: number;
  /** Credits of the period that are billed afterwards. */
  overage: number;
  period: { from: Date; to: Date };
  planName: string;
}

/** What the total means for what is left, and for the next invoice. */
export function meaning({
  used,
  allowance,
  overage,
}: Pick<AllowanceBarProps, "used" | "allowance" | "overage">): string {
  const billed = `${formatCredits(overage)} of them are overage, billed with your next invoice.`;
  if (overage > 0)
    return used > allowance && allowance > 0
      ? `${formatCredits(used - allowance)} beyond what your plan includes. ${billed}`
      : billed;
  if (allowance === 0) return "Your plan includes no credits; what you use comes from credits you have.";
  if (used <= allowance) return `${formatCredits(allowance - used)} of the credits your plan includes are left.`;
  return `${formatCredits(used - allowance)} beyond what your plan includes.`;
}

/** The period's total against the allowance, as one bar. */
export function AllowanceBar({ used, allowance, overage, period, planName }: AllowanceBarProps) {
  const lastDay = new Date(period.to.getTime() - 1);
  const whole = `${formatCredits(used)} of ${formatCredits(allowance)} credits`;
  return (
    <Card>
      <CardContent className="flex flex-col gap-3">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
          <h2 className="text-sm font-semibold">
            {formatDate(period.from)} to {formatDate(lastDay)}
          </h2>
          <p className="text-13 text-muted">
            <Link href="/billing" className="rounded-sm underline underline-offset-2 hover:text-foreground">
              {planName}
            </Link>
            {allowance > 0 && `, ${formatCredits(allowance)} credits included`}
          </p>
        </div>
        <p className="text-2xl font-semibold tracking-tight tabular-nums">
          {formatCredits(used)} <span className="text-sm font-normal tracking-normal text-muted">credits used</span>
        </p>
        {allowance > 0 && (
          <Progress
            value={used}
            max={allowance}
            label="Credits used of those your plan includes"
            valueText={whole}
            tone={used > allowance ? "warning" : "accent"}
          />
        )}
        <p className="text-13 text-muted tabular-nums">{meaning({ used, allowance, overage })}</p>
      </CardContent>
    </Card>
  );
}
