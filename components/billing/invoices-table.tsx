import type { Route } from "next";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { buttonVariants } from "@/components/ui/button-variants";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatDate, formatMoney } from "@/lib/billing/format";
import type { Invoice } from "@/lib/invoices/list";
import type { Returns } from "@/lib/invoices/returned";
import { documentPath, paymentWords, statusOf } from "./invoice-words";
import { returnedBadge, returnedWords } from "./returned-words";

const linkClass = "rounded-sm text-accent underline underline-offset-4 hover:no-underline";

const isPayable = ({ status }: Invoice) => status === "open" || status === "uncollectible";
const nameOf = (invoice: Invoice) => invoice.number ?? `of ${formatDate(invoice.createdAt)}`;

function PayNow({ invoice, className }: { invoice: Invoice; className?: string }) {
  if (!invoice.hostedUrl || !isPayable(invoice)) return null;
  return (
    <a
      href={documentPath(invoice.id, "page")}
      aria-label={`Pay invoice ${nameOf(invoice)}`}
      className={buttonVariants({ size: "sm", className })}
    >
      Pay now
    </a>
  );
}

function Documents({ invoice }: { invoice: Invoice }) {
  return (
    <span className="inline-flex items-center gap-4">
      <PayNow invoice={invoice} />
      {invoice.hostedUrl && !isPayable(invoice) && (
        <a href={documentPath(invoice.id, "page")} aria-label={`Invoice ${nameOf(invoice)}`} className={linkClass}>
          View
        </a>
      )}
      {invoice.pdfUrl && (
        <a
          href={documentPath(invoice.id, "pdf")}
          aria-label={`Invoice ${nameOf(invoice)} as a PDF`}
          className={linkClass}
        >
          PDF
        </a>
      )}
    </span>
  );
}

interface InvoicesTableProps {
  invoices: readonly Invoice[];
  /** What went back of them, by id. */
  returned?: ReadonlyMap<string, Returns>;
}

/** Invoices, newest first: number, date, what for, status in words, sum, what went back, and the documents. */
export function InvoicesTable({ invoices, returned }: InvoicesTableProps) {
  return (
    <Table caption="Invoices, the newest first">
      <THead>
        <TR>
          <TH>Number</TH>
          <TH className="hidden md:table-cell">Date</TH>
          <TH className="hidden md:table-cell">For</TH>
          <TH>Status</TH>
          <TH numeric>Sum</TH>
          <TH numeric className="hidden md:table-cell">
            <span className="sr-only">Documents</span>
          </TH>
        </TR>
      </THead>
      <TBody>
        {invoices.map((invoice) => {
          const returns = invoice.status === "paid" ? returned?.get(invoice.id) : undefined;
          const state = (returns && returnedBadge(returns, invoice.totalCents)) ?? statusOf(invoice);
          const isSettled = invoice.status === "paid" && invoice.totalCents > 0;
          const words =
            (returns && returnedWords(returns, invoice.currency)) ?? (isSettled ? null : paymentWords(invoice));
          return (
            <TR key={invoice.id}>
              <TD className="whitespace-nowrap">
                <Link href={`/billing/invoices/${invoice.id}` as Route} className={linkClass}>
                  {invoice.number ?? "Not yet"}
                </Link>
                <span className="block pt-0.5 text-xs whitespace-normal text-muted md:hidden">
                  {invoice.about}, {formatDate(invoice.createdAt)}
                </span>
              </TD>
              <TD className="hidden whitespace-nowrap text-muted tabular-nums md:table-cell">
                {formatDate(invoice.createdAt)}
              </TD>
              <TD className="hidden min-w-40 md:table-cell">{invoice.about}</TD>
              <TD className="min-w-24">
                <Badge tone={state.tone}>{state.label}</Badge>
                {words && <span className="block pt-0.5 text-xs text-muted">{words}</span>}
                <PayNow invoice={invoice} className="mt-2 flex w-fit md:hidden" />
              </TD>
              <TD numeric>{formatMoney(invoice.totalCents, invoice.currency)}</TD>
              <TD numeric className="hidden whitespace-nowrap md:table-cell">
                <Documents invoice={invoice} />
              </TD>
            </TR>
          );
        })}
      </TBody>
    </Table>
  );
}
