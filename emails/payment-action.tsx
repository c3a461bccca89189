import { formatMoney } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PaymentActionFacts {
  planName?: string | null | undefined;
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
  /** Where the bank's question can be answered. */
  invoiceUrl?: string | null | undefined;
}

/** The bank wants its customer to confirm a payment (3D Secure). */
export function paymentAction(
  { planName, amountCents, currency, invoiceUrl }: PaymentActionFacts,
  sender: Sender,
): Mail {
  const payment =
    amountCents != null && currency ? `your payment of ${formatMoney(amountCents, currency)}` : "your payment";
  return {
    subject: `Please confirm ${payment}`,
    body: (
      <Layout
        sender={sender}
        preview="Your bank asks for it; it takes a minute."
        title={`Please confirm ${payment}`}
        button={
          invoiceUrl
            ? { label: "Confirm the payment", href: invoiceUrl }
            : { label: "See your invoices", href: `${sender.appUrl}/billing` }
        }
        reason="You get this mail because your bank asks you to confirm a payment of your account."
      >
        <Paragraph>
          Your bank wants to be sure that it is you before it pays. Open the invoice and confirm it there, as you do in
          a shop.
        </Paragraph>
        <Paragraph>
          Until then it is unpaid. Confirmed, {planName ? `your ${planName} plan` : "your plan"} goes on.
        </Paragraph>
      </Layout>
    ),
  };
}
