import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { InvoiceLines } from "@/components/billing/invoice-lines";
import { documentPath, paymentWords, statusOf } from "@/components/billing/invoice-words";
import { PortalButton } from "@/components/billing/portal-button";
import { ReturnedList } from "@/components/billing/returned-list";
import { returnedBadge } from "@/components/billing/returned-words";
import { Badge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { buttonVariants } from "@/components/ui/button-variants";
import { PageHeader } from "@/components/ui/page-header";
import { formatDate, formatMoney } from "@/lib/billing/format";
import { type ExplainedInvoice, readInvoice } from "@/lib/invoices/read";
import { readReturned } from "@/lib/invoices/returned";
import { canManageBilling, type Session } from "@/lib/session";
import { userClient } from "@/lib/supabase/server";
import { readAccount } from "../../../account";

export const metadata: Metadata = { title: "Invoice" };

const isPayable = ({ status }: ExplainedInvoice) => status === "open" || status === "uncollectible";

function ToPay({ invoice, session }: { invoice: ExplainedInvoice; session: Session }) {
  const due = formatMoney(invoice.dueCents, invoice.currency);
  return (
    <Banner
      tone="warning"
      title={`${due} is still to be paid`}
      action={
        <>
          {invoice.hostedUrl && (
            <a href={documentPath(invoice.id, "page")} className={buttonVariants({ size: "sm" })}>
              Pay now
            </a>
          )}
          {canManageBilling(session) && (
            <PortalButton account={session.account.id} flow="card" size="sm">
              Change card
            </PortalButton>
          )}
        </>
      }
    >
      {paymentWords(invoice) ?? "Pay it with any card on Stripe's page."}
    </Banner>
  );
}

export default async function InvoicePage({ params }: PageProps<"/billing/invoices/[invoiceId]">) {
  const { invoiceId } = await params;
  const { session } = await readAccount();
  const client = await userClient();
  const [invoice, returned] = await Promise.all([
    readInvoice(client, session.account.id, invoiceId),
    readReturned(client, session.account.id, [invoiceId]),
  ]);
  if (!invoice) notFound();
  const returns = returned.get(invoiceId);
  const badge = returns && invoice.status === "paid" ? returnedBadge(returns, invoice.totalCents) : null;
  const state = badge ?? statusOf(invoice);
  const words = isPayable(invoice) ? null : paymentWords(invoice);
  return (
    <div className="flex flex-col gap-6">
      <Link
        href="/billing/invoices"
        className="self-start rounded-sm text-13 text-muted underline-offset-4 hover:underline"
      >
        All invoices
      </Link>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-3">
            {invoice.number ? `Invoice ${invoice.number}` : "Invoice, being prepared"}
            {invoice.status !== "draft" && <Badge tone={state.tone}>{state.label}</Badge>}
          </span>
        }
        description={[
          invoice.about,
          formatDate(invoice.createdAt),
          formatMoney(invoice.totalCents, invoice.currency),
          words,
        ]
          .filter(Boolean)
          .join(" · ")}
        actions={
          <>
            {invoice.hostedUrl && !isPayable(invoice) && (
              <a href={documentPath(invoice.id, "page")} className={buttonVariants({ variant: "secondary" })}>
                View at Stripe
              </a>
            )}
            {invoice.pdfUrl && (
              <a href={documentPath(invoice.id, "pdf")} className={buttonVariants({ variant: "secondary" })}>
                PDF
              </a>
            )}
          </>
        }
      />
      {isPayable(invoice) && <ToPay invoice={invoice} session={session} />}
      {returns && (
        <section aria-labelledby="returned" className="flex flex-col gap-3">
          <h2 id="returned" className="text-base font-semibold">
            What happened to its money since
          </h2>
          <ReturnedList invoice={invoice.id} returns={returns} currency={invoice.currency} />
        </section>
      )}
      <section aria-labelledby="why" className="flex flex-col gap-3">
        <h2 id="why" className="text-base font-semibold">
          What you were charged for, and why
        </h2>
        <InvoiceLines invoice={invoice} />
      </section>
    </div>
  );
}
