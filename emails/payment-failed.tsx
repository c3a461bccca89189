import { formatDate, formatMoney } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PaymentFailedFacts {
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
  /** Where the invoice can be paid with another card. */
  payUrl?: string | null | undefined;
  /** When Stripe tries again, if it does. */
  nextAttemptAt?: Date | null | undefined;
}

/** A subscription's invoice could not be paid. */
export function paymentFailed(
  { amountCents, currency, payUrl, nextAttemptAt }: PaymentFailedFacts,
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
          payUrl ? { label: "Pay now", href: payUrl } : { label: "Use another card", href: `${sender.appUrl}/billing` }
        }
        reason="You get this mail because an invoice of your account is unpaid."
      >
        <Paragraph>The bank declined it. Nothing has changed yet: your plan stays as it is for the moment.</Paragraph>
        <Paragraph>
          {nextAttemptAt
            ? `We try again on ${formatDate(nextAttemptAt)}. To be sure, pay with another card before that.`
            : "Pay with another card to keep your plan."}
        </Paragraph>
      </Layout>
    ),
  };
}
