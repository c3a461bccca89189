import Link from "next/link";
import { BuyButton } from "@/components/pricing/buy-button";
import { buttonVariants } from "@/components/ui/button-variants";
import { formatCredits, formatMoney } from "@/lib/billing/format";
import { inOurCurrency } from "@/lib/billing/offers";
import { packs } from "@/lib/billing/plans";

interface OutOfCreditsProps {
  available: number;
  /** Credits that the shortest answer worth having would take. */
  needed: number;
  canBuy: boolean;
}

/** Says what is missing and offers what mends it. It stands where the question would be sent. */
export function OutOfCredits({ available, needed, canBuy }: OutOfCreditsProps) {
  return (
    <section aria-label="Too few credits" className="rounded-lg border border-warning/30 bg-warning-soft px-4 py-3">
      <p className="font-medium">
        {available === 0 ? "You have no credits left." : `You have ${formatCredits(available)} credits left.`}
      </p>
      <p className="text-13 text-muted">
        {`This answer needs at least ${formatCredits(needed)}. Nothing was sent to the model. `}
        {canBuy
          ? "Add credits and go on where you are; what you typed stays."
          : "Ask an owner or admin of this account to add credits; what you typed stays."}
      </p>
      {canBuy && (
        <div className="mt-3 flex flex-wrap items-start gap-2">
          {packs.map((pack) => {
            const { cents, currency } = inOurCurrency(pack.price);
            return (
              <BuyButton key={pack.key} purchase={{ pack: pack.key }} variant="secondary" size="sm">
                {formatCredits(pack.credits)} for {formatMoney(cents, currency)}
              </BuyButton>
            );
          })}
          <Link href="/pricing" className={buttonVariants({ variant: "ghost", size: "sm" })}>
            Compare plans
          </Link>
        </div>
      )}
    </section>
  );
}
