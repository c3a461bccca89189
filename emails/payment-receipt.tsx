import { formatDate, formatMoney } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PaymentReceiptFacts {
  planName?: string | null | undefined;
  /** The invoice's number. */
  number?: string | null | undefined;
  amountCents: number;
  currency: string;
  paidAt: Date;
  invoiceUrl?: string | null | undefined;
  /** When it is charged again; null for a plan that has ended or will. */
  renewsAt?: Date | null | undefined;
}

/** An invoice of a plan was paid: a renewal, one that had been unpaid, or the last one. */
export function paymentReceipt(facts: PaymentReceiptFacts, sender: Sender): Mail {
  const { planName, number, amountCents, currency, paidAt, invoiceUrl, renewsAt } = facts;
  const price = formatMoney(amountCents, currency);
  const what = planName ? ` for ${planName}` : "";
  const known: Array<[string, string]> = [
    ["Paid", price],
    ["On", formatDate(paidAt)],
  ];
  if (planName) known.push(["Plan", planName]);
  if (number) known.push(["Invoice", number]);
  if (renewsAt) known.push(["Renews on", formatDate(renewsAt)]);
  return {
    subject: `Receipt: ${price}${what}`,
    body: (
      <Layout
        sender={sender}
        preview={`Paid on ${formatDate(paidAt)}. Thank you.`}
        title={`You paid ${price}${what}`}
        button={
          invoiceUrl
            ? { label: "See the invoice", href: invoiceUrl }
            : { label: "See your invoices", href: `${sender.appUrl}/billing/invoices` }
        }
        reason="You get this mail because a payment was made for your account."
      >
        <Facts facts={known} />
        {renewsAt ? (
          <Paragraph>The plan renews until you cancel. To cancel, go to {sender.appUrl}/billing/cancel</Paragraph>
        ) : null}
      </Layout>
    ),
  };
}
