import type { Route } from "next";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { buttonVariants } from "@/components/ui/button-variants";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatDate, formatMoney } from "@/lib/billing/format";
import type { Invoice } from "@/lib/invoices/list";
import { documentPath, paymentWords, statusOf } from "./invoice-words";

const linkClass = "rounded-sm text-accent underline underline-offset-4 hover:no-underline";

function Documents({ invoice }: { invoice: Invoice }) {
  const name = invoice.number ?? `of ${formatDate(invoice.createdAt)}`;
  const isPayable = invoice.status === "open" || invoice.status === "uncollectible";
  return (
    <span className="inline-flex items-center gap-4">
      {invoice.hostedUrl && (
        <a
          href={documentPath(invoice.id, "page")}
          aria-label={isPayable ? `Pay invoice ${name}` : `Invoice ${name}`}
          className={isPayable ? buttonVariants({ size: "sm" }) : linkClass}
        >
          {isPayable ? "Pay now" : "View"}
        </a>
      )}
      {invoice.pdfUrl && (
        <a href={documentPath(invoice.id, "pdf")} aria-label={`Invoice ${name} as a PDF`} className={linkClass}>
          PDF
        </a>
      )}
    </span>
  );
}

/** Invoices, newest first: number, date, what for, status in words, sum, and the documents. */
export function InvoicesTable({ invoices }: { invoices: readonly Invoice[] }) {
  return (
    <Table caption="Invoices, the newest first">
      <THead>
        <TR>
          <TH>Number</TH>
          <TH>Date</TH>
          <TH>For</TH>
          <TH>Status</TH>
          <TH numeric>Sum</TH>
          <TH numeric>
            <span className="sr-only">Documents</span>
          </TH>
        </TR>
      </THead>
      <TBody>
        {invoices.map((invoice) => {
          const state = statusOf(invoice);
          const words = paymentWords(invoice);
          return (
            <TR key={invoice.id}>
              <TD className="whitespace-nowrap">
                <Link href={`/billing/invoices/${invoice.id}` as Route} className={linkClass}>
                  {invoice.number ?? "Not yet"}
                </Link>
              </TD>
              <TD className="whitespace-nowrap text-muted tabular-nums">{formatDate(invoice.createdAt)}</TD>
              <TD className="min-w-40">{invoice.about}</TD>
              <TD className="min-w-36">
                <Badge tone={state.tone}>{state.label}</Badge>
                {words && <span className="block pt-0.5 text-xs text-muted">{words}</span>}
              </TD>
              <TD numeric>{formatMoney(invoice.totalCents, invoice.currency)}</TD>
              <TD numeric className="whitespace-nowrap">
                <Documents invoice={invoice} />
              </TD>
            </TR>
          );
        })}
      </TBody>
    </Table>
  );
}
