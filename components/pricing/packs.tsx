import { formatCredits, formatMoney } from "@/lib/billing/format";
import { inOurCurrency } from "@/lib/billing/offers";
import { packs, policy } from "@/lib/billing/plans";
import { BuyButton } from "./buy-button";
import { priceTag } from "./money";

export function packExpiryWords(): string {
  return policy.packsExpireAfterDays === null
    ? "Credits you buy do not expire."
    : `Credits you buy expire ${formatCredits(policy.packsExpireAfterDays)} days after you buy them.`;
}

/** The credit packs, each with its price for 10,000 credits so that they can be compared. */
export function Packs({ heading: Heading = "h3", account }: { heading?: "h2" | "h3"; account?: string }) {
  return (
    <ul className="grid gap-4 sm:grid-cols-3">
      {packs.map((pack) => {
        const { cents, currency } = inOurCurrency(pack.price);
        return (
          <li key={pack.key} className="flex flex-col gap-4 rounded-xl border border-border bg-surface p-5">
            <div className="flex flex-col gap-0.5">
              <Heading className="text-sm font-semibold tabular-nums">{formatCredits(pack.credits)} credits</Heading>
              <p className="text-13 text-muted tabular-nums">
                {formatMoney(Math.round((cents * 10_000) / pack.credits), currency)} per 10,000
              </p>
            </div>
            <p className="text-2xl font-semibold tracking-tight tabular-nums">{priceTag(cents, currency)}</p>
            <BuyButton
              purchase={{ pack: pack.key }}
              account={account}
              variant="secondary"
              className="w-full"
              label={`Buy ${formatCredits(pack.credits)} credits for ${priceTag(cents, currency)}`}
            >
              Buy
            </BuyButton>
          </li>
        );
      })}
    </ul>
  );
}
