import { formatDate } from "@/lib/billing/format";
import type { Invoice } from "@/lib/invoices/list";

export type InvoiceTone = "success" | "warning" | "danger" | "neutral";

/** How an invoice stands, in words. */
export function statusOf(invoice: Pick<Invoice, "status">): { label: string; tone: InvoiceTone } {
  switch (invoice.status) {
    case "paid":
      return { label: "Paid", tone: "success" };
    case "open":
      return { label: "To pay", tone: "warning" };
    case "draft":
      return { label: "Being prepared", tone: "neutral" };
    case "void":
      return { label: "Canceled", tone: "neutral" };
    case "uncollectible":
      return { label: "Unpaid", tone: "danger" };
  }
}

/** What else there is to know about its payment: when it was paid, is tried again, or why it was not. */
export function paymentWords(
  invoice: Pick<Invoice, "status" | "paidAt" | "nextAttemptAt" | "paymentProblem" | "totalCents">,
): string | null {
  if (invoice.status === "paid") {
    if (invoice.totalCents <= 0) return "Nothing to pay";
    return invoice.paidAt ? `Paid on ${formatDate(invoice.paidAt)}` : null;
  }
  if (invoice.status === "draft") return "The sum may still change";
  if (invoice.status !== "open") return null;
  if (invoice.paymentProblem) return `Your new card could not pay it. ${invoice.paymentProblem}`;
  return invoice.nextAttemptAt ? `We try again on ${formatDate(invoice.nextAttemptAt)}` : null;
}

export const documentPath = (id: string, as: "page" | "pdf") => `/billing/invoices/${id}/document?as=${as}`;
