import Link from "next/link";
import { heldBackWords, type OverageFacts, priceWords } from "@/components/billing/overage-card";
import { buttonVariants } from "@/components/ui/button-variants";
import { Card, CardContent } from "@/components/ui/card";
import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";

function words(overage: OverageFacts): string {
  const { limit, most, choice, used, usedCents, currency, restartsAt } = overage;
  if (choice === "off" && used === 0) return "Then requests stop: overage is off for this account.";
  const so =
    used > 0 ? ` ${formatCredits(used)} are used, which costs ${formatMoney(usedCents, currency)} so far.` : "";
  const again = restartsAt ? ` It counts from 0 again on ${formatDate(restartsAt)}.` : "";
  if (most === 0 || limit === 0) return `Then requests stop.${so}${again}`;
  return `Then use goes on at ${priceWords(overage)}, up to ${formatCredits(limit)} credits this period.${so}${again}`;
}

/** What happens once the credits are used up, with the way to change it. */
export function OverageNote({ overage }: { overage: OverageFacts }) {
  const heldBack = heldBackWords(overage);
  return (
    <Card>
      <CardContent className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3">
        <div className="flex max-w-2xl flex-col gap-0.5">
          <h2 className="text-sm font-semibold">When your credits are used up</h2>
          <p className="text-13 text-muted tabular-nums">{words(overage)}</p>
          {heldBack && <p className="text-13 text-warning">{heldBack}</p>}
        </div>
        {overage.permitted && (
          <Link href="/billing#overage" className={buttonVariants({ variant: "secondary", size: "sm" })}>
            Change
          </Link>
        )}
      </CardContent>
    </Card>
  );
}
