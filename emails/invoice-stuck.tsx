import { formatMoney } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface InvoiceStuckFacts {
  /** What of the customer's keeps the invoice from being made. */
  lacks: "address" | "tax_id";
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
}

/** An invoice cannot be made before the customer has put something right. */
export function invoiceStuck({ lacks, amountCents, currency }: InvoiceStuckFacts, sender: Sender): Mail {
  const lacking = lacks === "address" ? "billing address" : "tax id";
  const sum = amountCents != null && currency ? ` of ${formatMoney(amountCents, currency)}` : "";
  return {
    subject: `Your ${lacking} is needed for your next invoice`,
    body: (
      <Layout
        sender={sender}
        preview={`Nothing has been charged yet. Please check your ${lacking}.`}
        title={`We need your ${lacking}`}
        button={{ label: `Change the ${lacking}`, href: `${sender.appUrl}/billing` }}
        reason="You get this mail because an invoice of your account could not be made."
      >
        <Paragraph>
          {lacks === "address"
            ? `Your next invoice${sum} could not be made, because the tax depends on where you are and your billing address is missing or not known.`
            : `Your next invoice${sum} could not be made, because the tax id on it is not valid.`}
        </Paragraph>
        <Paragraph>
          Please put it right under “Billing details” on the billing page. Nothing has been charged. Until the invoice
          is made and paid, your plan goes on with the first part of the month's credits.
        </Paragraph>
      </Layout>
    ),
  };
}
