import { Banner } from "@/components/ui/banner";
import { Card, CardContent, CardDescription, CardFooter, CardHeader, CardTitle } from "@/components/ui/card";
import { RelativeTime } from "@/components/ui/relative-time";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import type { SoFarLine } from "@/lib/billing/upcoming";

export interface SoFarProps {
  periodStart: Date;
  periodEnd: Date;
  currency: string;
  lines: readonly SoFarLine[];
  totalCents: number;
  unsentCredits: number;
  inDoubtCredits: number;
  source: "stripe" | "ours";
  isLast: boolean;
  isPaused: boolean;
  asOf: Date;
}

function NotYetThere({ unsentCredits, inDoubtCredits, source }: SoFarProps) {
  const notes = [
    ...(source === "stripe" && unsentCredits > 0
      ? [
          `Stripe has not counted ${formatCredits(unsentCredits)} of these credits yet; here they are, at your plan's price.`,
        ]
      : []),
    ...(inDoubtCredits > 0 ? [`${formatCredits(inDoubtCredits)} more are being confirmed and may be added.`] : []),
  ];
  return notes.length > 0 ? <p className="text-13 text-muted">{notes.join(" ")}</p> : null;
}

/** A plan without a base price has a line of nothing, which says nothing; its overage does. */
export const linesToShow = (lines: readonly SoFarLine[]) =>
  lines.filter(({ kind, cents }) => kind !== "base" || cents !== 0);

/** When it is charged, and whether use adds to it. */
export function chargedWords({
  periodEnd,
  lines,
  isLast,
  isPaused,
}: Pick<SoFarProps, "periodEnd" | "lines" | "isLast" | "isPaused">): string {
  if (isPaused) return "Nothing is charged while the plan is paused.";
  if (isLast) return `The plan ends on ${formatDate(periodEnd)}; what was used until then is charged that day.`;
  const grows = lines.some(({ kind }) => kind === "overage")
    ? " What you use beyond your credits until then is added."
    : "";
  return `Charged around ${formatDate(periodEnd)}.${grows}`;
}

const discountLike: readonly SoFarLine["kind"][] = ["discount", "tax", "balance", "minimum"];

/** What the running period has come to, line by line, and what the next invoice will be if nothing more is used. */
export function SoFar(props: SoFarProps) {
  const { periodStart, periodEnd, currency, lines, totalCents, source, asOf } = props;
  return (
    <Card>
      <CardHeader>
        <CardTitle>This period so far</CardTitle>
        <CardDescription>
          {formatDate(periodStart)} to {formatDate(periodEnd)}, as of <RelativeTime date={asOf} now={asOf} />
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        {source === "ours" && (
          <Banner tone="warning" title="Stripe does not answer right now">
            This is what our own books say, without discounts, tax and what is on your balance. Nothing is lost; the
            full figure comes back by itself.
          </Banner>
        )}
        <dl className="flex flex-col gap-2 text-sm">
          {linesToShow(lines).map((line, index) => (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id, and their order is the invoice's
              key={index}
              className="flex items-baseline justify-between gap-6"
            >
              <dt className={discountLike.includes(line.kind) ? "text-muted" : undefined}>{line.description}</dt>
              <dd className="shrink-0 tabular-nums">{formatMoney(line.cents, currency)}</dd>
            </div>
          ))}
          <div className="mt-1 flex items-baseline justify-between gap-6 border-t border-border pt-3 font-semibold">
            <dt>So far</dt>
            <dd className="shrink-0 tabular-nums">{formatMoney(totalCents, currency)}</dd>
          </div>
        </dl>
        <NotYetThere {...props} />
      </CardContent>
      <CardFooter>
        <p className="text-13 text-muted">{chargedWords(props)}</p>
      </CardFooter>
    </Card>
  );
}

/** Nothing to charge: said, not left empty. */
export function NothingSoFar() {
  return (
    <Card>
      <CardHeader>
        <CardTitle>This period so far</CardTitle>
      </CardHeader>
      <CardContent>
        <p className="text-sm text-muted">There is nothing to bill, and no invoice is coming.</p>
      </CardContent>
    </Card>
  );
}

/** In the shape of what comes. */
export function SoFarSkeleton() {
  return (
    <Card aria-busy="true" aria-label="This period so far is being worked out">
      <CardHeader>
        <CardTitle>This period so far</CardTitle>
        <Skeleton className="h-4 w-56" />
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <Skeleton className="h-5 w-full" />
        <Skeleton className="h-5 w-full" />
        <Skeleton className="mt-2 h-5 w-full" />
      </CardContent>
    </Card>
  );
}
