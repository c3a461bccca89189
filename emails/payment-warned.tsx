import { formatDate, formatMoney } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PaymentWarnedFacts {
  planName?: string | null | undefined;
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
  invoiceUrl?: string | null | undefined;
  /** When Stripe tries again; null: it does not. */
  nextAttemptAt?: Date | null | undefined;
  /** When the plan is withdrawn at the latest. */
  downgradeAt?: Date | null | undefined;
}

/** An invoice is still unpaid, and what follows if it stays so. */
export function paymentWarned(facts: PaymentWarnedFacts, sender: Sender): Mail {
  const { planName, amountCents, currency, invoiceUrl, nextAttemptAt, downgradeAt } = facts;
  const plan = planName ? `your ${planName} plan` : "your plan";
  const sum = amountCents != null && currency ? formatMoney(amountCents, currency) : "An invoice";
  const amount = amountCents != null && currency ? `${sum} is` : "an invoice is";
  return {
    subject: downgradeAt ? `Pay by ${formatDate(downgradeAt)} to keep ${plan}` : `Pay now to keep ${plan}`,
    body: (
      <Layout
        sender={sender}
        preview={`${sum} is still unpaid.`}
        title={`${sum} is still unpaid`}
        button={
          invoiceUrl
            ? { label: "Pay now", href: invoiceUrl }
            : { label: "Use another card", href: `${sender.appUrl}/billing` }
        }
        reason="You get this mail because an invoice of your account is unpaid."
      >
        <Paragraph>
          {nextAttemptAt
            ? `We try your card again on ${formatDate(nextAttemptAt)}. To be sure, pay with another card before that.`
            : "We cannot try again by ourselves. Please pay it, with another card if need be."}
        </Paragraph>
        <Paragraph>
          {downgradeAt
            ? `If ${amount} still unpaid on ${formatDate(downgradeAt)}, your account goes to the Free plan until it is paid.`
            : "If it stays unpaid, your account goes to the Free plan until it is paid."}{" "}
          For now nothing is billed beyond your credits. Credits you bought stay yours.
        </Paragraph>
      </Layout>
    ),
  };
}
