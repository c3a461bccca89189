import { Badge } from "@/components/ui/badge";
import { Table, TBody, TD, TH, THead, TR } from "@/components/ui/table";
import { formatDate, formatMoney } from "@/lib/billing/format";
import type { Invoice } from "@/lib/invoices/list";

const states: Record<Invoice["status"], { label: string; tone: "success" | "warning" | "danger" | "neutral" }> = {
  paid: { label: "Paid", tone: "success" },
  open: { label: "To pay", tone: "warning" },
  draft: { label: "Being prepared", tone: "neutral" },
  void: { label: "Canceled", tone: "neutral" },
  uncollectible: { label: "Unpaid", tone: "danger" },
};

const purposes = { plan: "Plan", pack: "Credits", other: "Other" } as const;

const linkClass = "rounded-sm text-accent underline underline-offset-4 hover:no-underline";

export function InvoicesTable({ invoices }: { invoices: readonly Invoice[] }) {
  return (
    <Table caption="Invoices, the newest first">
      <THead>
        <TR>
          <TH>Date</TH>
          <TH>Number</TH>
          <TH>For</TH>
          <TH>State</TH>
          <TH numeric>Sum</TH>
          <TH numeric>
            <span className="sr-only">Documents</span>
          </TH>
        </TR>
      </THead>
      <TBody>
        {invoices.map((invoice) => {
          const state = states[invoice.status];
          const name = invoice.number ?? formatDate(invoice.createdAt);
          return (
            <TR key={invoice.id}>
              <TD className="whitespace-nowrap tabular-nums">{formatDate(invoice.createdAt)}</TD>
              <TD className="whitespace-nowrap text-muted">{invoice.number ?? "Not yet"}</TD>
              <TD>{invoice.description ?? purposes[invoice.purpose]}</TD>
              <TD>
                <Badge tone={state.tone}>{state.label}</Badge>
              </TD>
              <TD numeric>{formatMoney(invoice.totalCents, invoice.currency)}</TD>
              <TD numeric className="whitespace-nowrap">
                <span className="inline-flex gap-4">
                  {invoice.hostedUrl && (
                    <a href={invoice.hostedUrl} aria-label={`Invoice ${name}`} className={linkClass}>
                      {invoice.status === "open" ? "Pay" : "View"}
                    </a>
                  )}
                  {invoice.pdfUrl && (
                    <a href={invoice.pdfUrl} aria-label={`Invoice ${name} as a PDF`} className={linkClass}>
                      PDF
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
