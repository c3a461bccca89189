import { Card, CardContent } from "@/components/ui/card";
import { formatCredits, formatDate } from "@/lib/billing/format";
import type { Forecast } from "./forecast";

interface ForecastCardProps {
  forecast: Forecast;
  /** How many days the pace was measured over. */
  days: number;
  /** When the plan's next credits come, if they do. */
  renewsAt: Date | null;
  /** Whether use goes on as overage once they are used up. */
  goesOn: boolean;
}

function lasts({ perDay, emptyAt }: Forecast): string {
  if (perDay === 0) return "No end in sight";
  return emptyAt ? `Until about ${formatDate(emptyAt)}` : "Longer than a year";
}

/** How fast credits go and when they end at that pace. */
export function ForecastCard({ forecast, days, renewsAt, goesOn }: ForecastCardProps) {
  const { perDay, emptyAt, expiringUnused } = forecast;
  const renewsFirst = renewsAt !== null && emptyAt !== null && renewsAt < emptyAt;
  return (
    <Card>
      <CardContent className="flex flex-col gap-5">
        <div>
          <h2 className="text-13 text-muted">They last</h2>
          <p className="text-xl font-semibold tracking-tight">{lasts(forecast)}</p>
        </div>
        <dl className="flex flex-col gap-2 text-sm">
          <div className="flex justify-between gap-4">
            <dt className="text-muted">{days === 1 ? "Your pace today" : `Your pace, last ${days} days`}</dt>
            <dd className="tabular-nums">{formatCredits(perDay)} a day</dd>
          </div>
          {renewsAt && (
            <div className="flex justify-between gap-4">
              <dt className="text-muted">Next credits from your plan</dt>
              <dd className="tabular-nums">{formatDate(renewsAt)}</dd>
            </div>
          )}
          {expiringUnused > 0 && (
            <div className="flex justify-between gap-4">
              <dt className="text-muted">Will expire unused at this pace</dt>
              <dd className="tabular-nums">{formatCredits(expiringUnused)}</dd>
            </div>
          )}
        </dl>
        {perDay > 0 && emptyAt && (
          <p className="text-13 text-muted">
            {renewsFirst
              ? "New credits come before these end."
              : goesOn
                ? "After that, use goes on as overage; see below."
                : renewsAt
                  ? "They end before new ones come. A pack bridges the gap."
                  : "A pack or a plan keeps you going after that."}
          </p>
        )}
      </CardContent>
    </Card>
  );
}
