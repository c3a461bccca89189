import { formatDate, formatMoney } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PaymentFailedFacts {
  planName?: string | null | undefined;
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
  /** Where the invoice can be paid with another card. */
  invoiceUrl?: string | null | undefined;
  /** When Stripe tries again, if it does. */
  nextAttemptAt?: Date | null | undefined;
}

/** A subscription's invoice could not be paid. */
export function paymentFailed(
  { planName, amountCents, currency, invoiceUrl, nextAttemptAt }: PaymentFailedFacts,
  sender: Sender,
): Mail {
  const payment =
    amountCents != null && currency ? `Your payment of ${formatMoney(amountCents, currency)}` : "Your payment";
  return {
    subject: `${payment} did not go through`,
    body: (
      <Layout
        sender={sender}
        preview="Use another card to keep your plan."
        title={`${payment} did not go through`}
        button={
          invoiceUrl
            ? { label: "Pay now", href: invoiceUrl }
            : { label: "Use another card", href: `${sender.appUrl}/billing` }
        }
        reason="You get this mail because an invoice of your account is unpaid."
      >
        <Paragraph>
          The bank declined it. Nothing has changed yet: {planName ? `your ${planName} plan` : "your plan"} stays as it
          is for the moment.
        </Paragraph>
        <Paragraph>
          {nextAttemptAt
            ? `We try again on ${formatDate(nextAttemptAt)}. To be sure, pay with another card before that.`
            : "Pay with another card to keep your plan."}
        </Paragraph>
      </Layout>
    ),
  };
}
