import Link from "next/link";
import { statusOf } from "@/components/billing/invoice-words";
import { Badge } from "@/components/ui/badge";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import type { AdminCase } from "@/lib/admin/account";
import { formatDate, formatMoney } from "@/lib/billing/format";
import type { AccountId } from "@/lib/billing/units";
import type { Invoice } from "@/lib/invoices/list";
import { linkClass } from "./account-link";
import { actPath } from "./act-path";

interface InvoicesTableProps {
  account: AccountId;
  invoices: readonly Invoice[];
  cases: readonly AdminCase[];
}

const isOwed = ({ status }: Invoice) => status === "open" || status === "uncollectible";

/** The invoices of an account, the newest first, with the attempts to collect the unpaid ones. */
export function AdminInvoicesTable({ account, invoices, cases }: InvoicesTableProps) {
  const members = new Map(cases.flatMap((found) => found.invoices.map((invoice) => [invoice.id, invoice])));
  return (
    <Table caption="Invoices, the newest first">
      <THead>
        <TR>
          <TH>Invoice</TH>
          <TH>Date</TH>
          <TH>Status</TH>
          <TH numeric>Sum</TH>
          <TH numeric>Due</TH>
          <TH numeric>
            <span className="sr-only">What can be done</span>
          </TH>
        </TR>
      </THead>
      <TBody>
        {invoices.map((invoice) => {
          const state = statusOf(invoice);
          const attempts = members.get(invoice.id)?.attempts;
          return (
            <TR key={invoice.id}>
              <TD className="min-w-40">
                {invoice.about}
                <span className="block font-mono text-xs break-all text-muted">{invoice.number ?? invoice.id}</span>
              </TD>
              <TD className="whitespace-nowrap text-muted tabular-nums">{formatDate(invoice.createdAt)}</TD>
              <TD className="min-w-24">
                <Badge tone={state.tone}>{state.label}</Badge>
                {attempts !== undefined && (
                  <span className="block pt-0.5 text-xs text-muted">
                    {attempts} {attempts === 1 ? "attempt" : "attempts"}
                    {invoice.nextAttemptAt && isOwed(invoice) && `, next on ${formatDate(invoice.nextAttemptAt)}`}
                  </span>
                )}
              </TD>
              <TD numeric>{formatMoney(invoice.totalCents, invoice.currency)}</TD>
              <TD numeric>{isOwed(invoice) ? formatMoney(invoice.dueCents, invoice.currency) : "–"}</TD>
              <TD numeric className="whitespace-nowrap">
                <span className="inline-flex gap-4">
                  {isOwed(invoice) && invoice.purpose === "plan" && (
                    <Link href={actPath(account, "forgive", { invoice: invoice.id })} className={linkClass}>
                      Forgive…
                    </Link>
                  )}
                  {invoice.hostedUrl && (
                    <a href={invoice.hostedUrl} className={linkClass}>
                      Open
                    </a>
                  )}
                </span>
              </TD>
            </TR>
          );
        })}
      </TBody>
    </Table>
  );
}
