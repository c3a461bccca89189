import type { Route } from "next";
import Link from "next/link";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { featureInWords } from "@/components/usage/words";
import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import type { ExplainedInvoice, InvoiceLine, OverageReason } from "@/lib/invoices/read";

const linkClass = "rounded-sm whitespace-nowrap text-accent underline underline-offset-4 hover:no-underline";

/** "from 22 Nov 2026 to 22 Dec 2026", "on 22 Nov 2026". */
function when({ periodStart, periodEnd }: InvoiceLine): string {
  const [from, to] = [formatDate(periodStart), formatDate(periodEnd)];
  return from === to ? `on ${from}` : `from ${from} to ${to}`;
}

function usageHref({ periodStart, periodEnd }: InvoiceLine): Route {
  return `/usage?from=${periodStart.toISOString()}&to=${periodEnd.toISOString()}` as Route;
}

interface Part {
  readonly label: string;
  readonly credits: number;
}

/** What makes up a line's quantity besides what its own period used. */
export function otherParts(overage: OverageReason, quantity: number | null): Part[] {
  const { usedCredits, carriedInCredits, carriedOutCredits, unbilledCredits, carriedFrom } = overage;
  const known = usedCredits + carriedInCredits - carriedOutCredits - unbilledCredits;
  const rest = (quantity ?? known) - known;
  const since = carriedFrom ? `, used from ${formatDate(carriedFrom)}` : "";
  return [
    { label: `Late use of an earlier period${since}, whose invoice was made already`, credits: carriedInCredits },
    { label: "Came too late for this invoice and is on a later one", credits: -carriedOutCredits },
    { label: "Not charged", credits: -unbilledCredits },
    { label: rest > 0 ? "Counted at the turn of the period" : "Still on its way to this invoice", credits: rest },
  ].filter(({ credits }) => credits !== 0);
}

const signedCredits = (amount: number) => (amount < 0 ? `−${formatCredits(-amount)}` : formatCredits(amount));

/** The use behind a line of overage: by model and feature, with a sum that is the line's quantity. */
export function OverageReasons({
  invoice,
  line,
  overage,
}: {
  invoice: string;
  line: InvoiceLine;
  overage: OverageReason;
}) {
  const others = otherParts(overage, line.quantity);
  const sum = overage.usedCredits + others.reduce((total, { credits }) => total + credits, 0);
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm text-muted">
        What you used {when(line)} beyond your allowance and the credits you had bought, by what it was used for.
      </p>
      <div className="rounded-lg border border-border">
        <Table caption="What the overage was used for">
          <THead>
            <TR>
              <TH>For</TH>
              <TH>Model</TH>
              <TH numeric>Calls</TH>
              <TH numeric>Credits</TH>
            </TR>
          </THead>
          <TBody>
            {overage.used.map(({ feature, model, entries, credits }) => (
              <TR key={`${feature} ${model}`}>
                <TD>{feature ? featureInWords(feature) : "Other"}</TD>
                <TD className="text-muted">{model ?? "Fixed price"}</TD>
                <TD numeric>{formatCredits(entries)}</TD>
                <TD numeric>{formatCredits(credits)}</TD>
              </TR>
            ))}
            {others.map(({ label, credits }) => (
              <TR key={label}>
                <TD colSpan={3} className="text-muted">
                  {label}
                </TD>
                <TD numeric>{signedCredits(credits)}</TD>
              </TR>
            ))}
            <TR className="font-medium">
              <TD colSpan={3}>On this invoice</TD>
              <TD numeric>{signedCredits(sum)}</TD>
            </TR>
          </TBody>
        </Table>
      </div>
      <p className="flex flex-wrap gap-x-5 gap-y-1 text-13">
        <Link href={usageHref(line)} className={linkClass}>
          See every call of this period
        </Link>
        <a href={`/billing/invoices/${invoice}/overage?line=${line.id}`} download className={linkClass}>
          Download this overage as CSV
        </a>
      </p>
    </div>
  );
}

function GrantWords({ line, isPaid }: { line: InvoiceLine; isPaid: boolean }) {
  const total = line.grants.reduce((sum, { credits }) => sum + credits, 0);
  const bridge = line.grants
    .filter(({ source }) => source === "alw_bridge")
    .reduce((sum, { credits }) => sum + credits, 0);
  const months = line.grants.filter(({ source }) => source === "alw_rest").length;
  const waits = isPaid ? "" : " The rest comes when this invoice is paid.";
  if (total === 0 && line.amountCents === 0 && isPaid)
    return <>Nothing is charged in advance; what you use is billed afterwards.</>;
  if (total === 0) return isPaid ? <>This line gave no credits.</> : <>Its credits come when this invoice is paid.</>;
  if (months > 1)
    return (
      <>
        The plan {when(line)}. It gives you {formatCredits(total)} credits in {months} monthly parts.
      </>
    );
  return (
    <>
      The plan {when(line)}. It gave you {formatCredits(total)} credits
      {bridge > 0 && total > bridge
        ? `: ${formatCredits(bridge)} when the period began and ${formatCredits(total - bridge)} when it was paid.`
        : "."}
      {waits}
    </>
  );
}

function ProrationWords({ invoice, line }: { invoice: ExplainedInvoice; line: InvoiceLine }) {
  const total = line.grants.reduce((sum, { credits }) => sum + credits, 0);
  const changedAt = formatDate(line.periodStart);
  if (line.amountCents < 0)
    return (
      <>
        You changed your plan on {changedAt}. What you had paid for the time until {formatDate(line.periodEnd)} comes
        back: {formatMoney(-line.amountCents, invoice.currency)}.
      </>
    );
  return (
    <>
      The new plan for the time that was left, {when(line)}.
      {total > 0 && ` The change gave you ${formatCredits(total)} credits more for that time.`}
    </>
  );
}

/** Why a line is on its invoice, in words. */
export function LineReason({ invoice, line }: { invoice: ExplainedInvoice; line: InvoiceLine }) {
  const isPaid = invoice.status === "paid";
  switch (line.kind) {
    case "overage":
      if (line.overage && (line.quantity ?? 0) > 0)
        return <OverageReasons invoice={invoice.id} line={line} overage={line.overage} />;
      return (
        <p className="text-sm text-muted">
          {line.quantity === 0
            ? `You stayed within your allowance and bought credits ${when(line)}.`
            : `Use beyond your allowance ${when(line)} that was not on its own invoice yet.`}
        </p>
      );
    case "base":
      return (
        <p className="text-sm text-muted">
          <GrantWords line={line} isPaid={isPaid} />{" "}
          <Link href="/credits" className={linkClass}>
            See your credits
          </Link>
        </p>
      );
    case "proration":
      return (
        <p className="text-sm text-muted">
          <ProrationWords invoice={invoice} line={line} />
        </p>
      );
    case "pack": {
      const total = line.grants.reduce((sum, { credits }) => sum + credits, 0);
      return (
        <p className="text-sm text-muted">
          {total > 0
            ? `You bought ${formatCredits(total)} credits on ${formatDate(invoice.createdAt)}. `
            : "Its credits come when it is paid. "}
          <Link href="/credits" className={linkClass}>
            See your credits
          </Link>
        </p>
      );
    }
    case "credit":
    case "other":
      return null;
    default:
      return line.kind satisfies never;
  }
}
