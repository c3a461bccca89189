import Link from "next/link";
import { buttonVariants } from "@/components/ui/button-variants";
import { Card, CardContent } from "@/components/ui/card";
import { formatCredits } from "@/lib/billing/format";
import { type DebtFacts, debtReason, debtWaysOut } from "./debt-words";

/** What an account owes, why, and everything that settles it. */
export function DebtCard({ facts }: { facts: DebtFacts }) {
  return (
    <Card>
      <CardContent className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3">
        <div className="flex max-w-2xl flex-col gap-1">
          <h2 className="text-sm font-semibold tabular-nums">
            What settles the {formatCredits(facts.debt)} credits you owe
          </h2>
          <p className="text-13 text-muted">{debtReason(facts)}</p>
          <ul className="list-disc pl-4 text-13 text-muted tabular-nums">
            {debtWaysOut(facts).map((way) => (
              <li key={way}>{way}</li>
            ))}
          </ul>
        </div>
        <Link href="/billing/invoices" className={buttonVariants({ variant: "secondary", size: "sm" })}>
          See your payments
        </Link>
      </CardContent>
    </Card>
  );
}
