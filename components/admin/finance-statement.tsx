import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatCredits, formatMoney } from "@/lib/billing/format";
import type { FinanceMonth } from "@/lib/finance/months";
import { currencyName } from "./finance-words";

interface Line {
  words: string;
  cents?: number;
  credits?: number;
  isSum?: boolean;
}

function linesOf({ owed, credits }: FinanceMonth): Line[] {
  return [
    { words: "Owed in credits at the beginning", cents: owed.opening, credits: credits.opening, isSum: true },
    { words: "Packs sold", cents: owed.packs },
    { words: "Plans paid", cents: owed.plans },
    { words: "Brought along with an import", cents: owed.imports },
    { words: "Given back after a refund or dispute came to nothing", cents: owed.reinstated },
    { words: "All credits that came", credits: credits.granted },
    { words: "Used", cents: -owed.used, credits: -credits.used },
    { words: "Expired or canceled", cents: -owed.expired, credits: -credits.expired },
    { words: "Taken back with refunds and disputes", cents: -owed.clawed, credits: -credits.clawed },
    { words: "Owed in credits at the end", cents: owed.closing, credits: credits.closing, isSum: true },
  ].filter(({ cents, credits: count, isSum }) => isSum || (cents ?? 0) !== 0 || (count ?? 0) !== 0);
}

function earningsOf(month: FinanceMonth): Line[] {
  const { owed } = month;
  return [
    { words: "Credits used", cents: owed.used },
    { words: "Credits expired or canceled", cents: owed.expired },
    { words: "Overage paid", cents: month.overage },
    { words: "Paid without credits", cents: month.other },
    { words: "Credits taken back, less those given back", cents: owed.clawed - owed.reinstated },
    { words: "Money refunded, credited or disputed", cents: -month.returned },
    { words: "Earned", cents: month.earned, isSum: true },
  ].filter(({ cents, isSum }) => isSum || cents !== 0);
}

function Lines({
  caption,
  lines,
  currency,
  withCredits,
}: {
  caption: string;
  lines: Line[];
  currency: string;
  withCredits: boolean;
}) {
  return (
    <Table caption={caption}>
      <THead>
        <TR>
          <TH>What</TH>
          {withCredits && <TH numeric>Credits</TH>}
          {currency && <TH numeric>Money</TH>}
        </TR>
      </THead>
      <TBody>
        {lines.map(({ words, cents, credits, isSum }) => (
          <TR key={words} className={isSum ? "font-medium" : undefined}>
            <TD>{words}</TD>
            {withCredits && <TD numeric>{credits === undefined ? "" : formatCredits(credits)}</TD>}
            {currency && <TD numeric>{cents === undefined ? "" : formatMoney(cents, currency)}</TD>}
          </TR>
        ))}
      </TBody>
    </Table>
  );
}

/** One month in one currency, line by line: what is owed in credits, and what was earned. */
export function FinanceStatement({ month }: { month: FinanceMonth }) {
  const { currency } = month;
  const name = currencyName(currency);
  return (
    <>
      <Card>
        <CardHeader className="pb-2">
          <CardTitle>{currency ? `Owed in credits, ${name}` : "Credits that nobody paid for"}</CardTitle>
          <CardDescription>
            {currency
              ? "What has been paid for credits, without tax, until they are used, lapse or are taken back."
              : "Free allowances, trials and gifts. They cost nothing and are worth nothing here."}
          </CardDescription>
        </CardHeader>
        <Lines caption={`Credits of the month, ${name}`} lines={linesOf(month)} currency={currency} withCredits />
      </Card>
      {currency && (
        <Card>
          <CardHeader className="pb-2">
            <CardTitle>Earned, {name}</CardTitle>
            <CardDescription>
              Money that went back counts with its tax; the credits taken back for it reduce it.
            </CardDescription>
          </CardHeader>
          <Lines
            caption={`Earned in the month, ${name}`}
            lines={earningsOf(month)}
            currency={currency}
            withCredits={false}
          />
        </Card>
      )}
    </>
  );
}
