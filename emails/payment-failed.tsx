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
  /** For an invoice that is paid by a date instead of charged. */
  dueAt?: Date | null | undefined;
}

function overdue(
  { planName, amountCents, currency, invoiceUrl }: PaymentFailedFacts,
  dueAt: Date,
  sender: Sender,
): Mail {
  const invoice =
    amountCents != null && currency ? `Your invoice of ${formatMoney(amountCents, currency)}` : "Your invoice";
  const title = `${invoice} was due on ${formatDate(dueAt)}`;
  return {
    subject: title,
    body: (
      <Layout
        sender={sender}
        preview="Pay it to keep your plan."
        title={title}
        button={
          invoiceUrl
            ? { label: "Pay the invoice", href: invoiceUrl }
            : { label: "See your invoices", href: `${sender.appUrl}/billing` }
        }
        reason="You get this mail because an invoice of your account is unpaid."
      >
        <Paragraph>
          We have not received the money yet. {planName ? `Your ${planName} plan` : "Your plan"} stays as it is for the
          moment.
        </Paragraph>
        <Paragraph>If you have paid already, it may still be on its way, and there is nothing for you to do.</Paragraph>
      </Layout>
    ),
  };
}

/** A subscription's invoice could not be paid, or was not by its date. */
export function paymentFailed(facts: PaymentFailedFacts, sender: Sender): Mail {
  const { planName, amountCents, currency, invoiceUrl, nextAttemptAt, dueAt } = facts;
  if (dueAt) return overdue(facts, dueAt, sender);
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
