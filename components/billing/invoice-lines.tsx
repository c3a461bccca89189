import { Card } from "@/components/ui/card";
import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import type { ExplainedInvoice, InvoiceLine } from "@/lib/invoices/read";
import { LineReason } from "./invoice-reasons";

const titles: Partial<Record<InvoiceLine["kind"], string>> = {
  overage: "Overage",
  proration: "Change of plan",
  credit: "Credit",
};

/** The price of one, as people compare it: credits by the thousand, everything else by the piece. */
export function priceWords({ unit, unitPrice, quantity }: InvoiceLine, currency: string): string | null {
  if (unitPrice === null || quantity === null) return null;
  const cents = Number(unitPrice);
  if (unit === "credits") return `${formatCredits(quantity)} credits at ${fine(cents * 1000, currency)} per 1,000`;
  return quantity === 1 ? null : `${formatCredits(quantity)} × ${fine(cents, currency)}`;
}

function fine(cents: number, currency: string): string {
  if (Number.isInteger(cents)) return formatMoney(cents, currency);
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: currency.toUpperCase(),
    maximumFractionDigits: 8,
  }).format(cents / 100);
}

const isSpan = ({ periodStart, periodEnd }: InvoiceLine) => periodEnd > periodStart;

function Line({ invoice, line }: { invoice: ExplainedInvoice; line: InvoiceLine }) {
  const price = priceWords(line, invoice.currency);
  return (
    <li className="flex flex-col gap-3 px-5 py-4">
      <div className="flex items-baseline justify-between gap-6">
        <div className="min-w-0">
          <h3 className="text-sm font-medium">{titles[line.kind] ?? line.description ?? "Line"}</h3>
          <p className="text-13 text-muted">
            {[
              isSpan(line) ? `${formatDate(line.periodStart)} to ${formatDate(line.periodEnd)}` : null,
              titles[line.kind] && !price ? line.description : null,
              price,
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </div>
        <p className="shrink-0 text-sm font-medium tabular-nums">{formatMoney(line.amountCents, invoice.currency)}</p>
      </div>
      <LineReason invoice={invoice} line={line} />
    </li>
  );
}

function Totals({ invoice }: { invoice: ExplainedInvoice }) {
  const sum = (of: (line: InvoiceLine) => number) => invoice.lines.reduce((total, line) => total + of(line), 0);
  const subtotal = sum(({ amountCents }) => amountCents);
  const discount = sum(({ discountCents }) => discountCents);
  const tax = sum(({ taxCents }) => taxCents);
  const isOpen = invoice.status === "open" || invoice.status === "uncollectible";
  const rows: Array<[label: string, cents: number]> = [
    ...(discount !== 0 || tax !== 0 ? [["Subtotal", subtotal] as [string, number]] : []),
    ...(discount !== 0 ? [["Discount", -discount] as [string, number]] : []),
    ...(tax !== 0 ? [["Tax", tax] as [string, number]] : []),
  ];
  return (
    <dl className="flex flex-col gap-2 border-t border-border px-5 py-4 text-sm">
      {rows.map(([label, cents]) => (
        <div key={label} className="flex justify-between gap-6 text-muted">
          <dt>{label}</dt>
          <dd className="tabular-nums">{formatMoney(cents, invoice.currency)}</dd>
        </div>
      ))}
      <div className="flex justify-between gap-6 font-semibold">
        <dt>Total</dt>
        <dd className="tabular-nums">{formatMoney(invoice.totalCents, invoice.currency)}</dd>
      </div>
      {isOpen && invoice.dueCents !== invoice.totalCents && (
        <div className="flex justify-between gap-6 font-semibold">
          <dt>Still to pay</dt>
          <dd className="tabular-nums">{formatMoney(invoice.dueCents, invoice.currency)}</dd>
        </div>
      )}
    </dl>
  );
}

/** The lines of an invoice, each with its period, quantity, price, and why it was charged. */
export function InvoiceLines({ invoice }: { invoice: ExplainedInvoice }) {
  return (
    <Card>
      <ul className="divide-y divide-border">
        {invoice.lines.map((line) => (
          <Line key={line.id} invoice={invoice} line={line} />
        ))}
      </ul>
      <Totals invoice={invoice} />
    </Card>
  );
}
