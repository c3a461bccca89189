import type { Route } from "next";
import Link from "next/link";
import { BuyButton } from "@/components/pricing/buy-button";
import { buttonVariants } from "@/components/ui/button-variants";
import { formatCredits, formatMoney } from "@/lib/billing/format";
import { inOurCurrency } from "@/lib/billing/offers";
import type { WayOut } from "@/lib/billing/overage-stop";
import { packs } from "@/lib/billing/plans";
import type { Stop } from "./problem";

interface OutOfCreditsProps {
  /** Whom this page was drawn for. */
  account: string;
  available: number;
  /** Credits that the shortest answer worth having would take. */
  needed: number;
  stop: Stop;
  canBuy: boolean;
}

const LINKS: Record<Exclude<WayOut, "buy_credits">, { label: string; href: string }> = {
  pay: { label: "Pay the invoice", href: "/billing" },
  allow_overage: { label: "Allow overage", href: "/billing#overage" },
  raise_cap: { label: "Raise the cap", href: "/billing#overage" },
  change_plan: { label: "Compare plans", href: "/billing/plan" },
};

function WayOutLink({ way, first }: { way: Exclude<WayOut, "buy_credits">; first: boolean }) {
  const { label, href } = LINKS[way];
  return (
    <Link href={href as Route} className={buttonVariants({ variant: first ? "primary" : "ghost", size: "sm" })}>
      {label}
    </Link>
  );
}

function PackButtons({ account }: { account: string }) {
  return packs.map((pack) => {
    const { cents, currency } = inOurCurrency(pack.price);
    return (
      <BuyButton key={pack.key} account={account} purchase={{ pack: pack.key }} variant="secondary" size="sm">
        {formatCredits(pack.credits)} for {formatMoney(cents, currency)}
      </BuyButton>
    );
  });
}

/** Says what is missing, which limit is reached, and offers what mends it. It stands where the question would be sent. */
export function OutOfCredits({ account, available, needed, stop, canBuy }: OutOfCreditsProps) {
  return (
    <section aria-label="Too few credits" className="rounded-lg border border-warning/30 bg-warning-soft px-4 py-3">
      <p className="font-medium">
        {available === 0 ? "You have no credits left." : `You have ${formatCredits(available)} credits left.`}
      </p>
      <p className="text-13 text-muted">
        {`This answer needs at least ${formatCredits(needed)}. ${stop.words} Nothing was sent to the model. `}
        {canBuy ? "What you typed stays." : "Ask an owner or admin of this account what to do; what you typed stays."}
      </p>
      {canBuy && (
        <div className="mt-3 flex flex-wrap items-start gap-2">
          {stop.ways.map((way, index) =>
            way === "buy_credits" ? (
              <PackButtons key={way} account={account} />
            ) : (
              <WayOutLink key={way} way={way} first={index === 0} />
            ),
          )}
        </div>
      )}
    </section>
  );
}
