import { formatDate, formatMoney } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PlanDowngradedFacts {
  planName?: string | null | undefined;
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
  invoiceUrl?: string | null | undefined;
  /** The subscription is over at Stripe, so that paying does not bring it back. */
  hasEnded: boolean;
  /** When the account is suspended if nothing is paid; null while that date is open. */
  suspendAt?: Date | null | undefined;
}

/** The plan is withdrawn, since an invoice is unpaid. */
export function planDowngraded(facts: PlanDowngradedFacts, sender: Sender): Mail {
  const { planName, amountCents, currency, invoiceUrl, hasEnded, suspendAt } = facts;
  const plan = planName ? `${planName} plan` : "plan";
  const sum = amountCents != null && currency ? formatMoney(amountCents, currency) : null;
  return {
    subject: hasEnded
      ? `Your ${plan} has ended with ${sum ?? "an invoice"} unpaid`
      : `Your ${plan} is paused: ${sum ?? "an invoice"} is unpaid`,
    body: (
      <Layout
        sender={sender}
        preview="Your account is on the Free plan for now."
        title={hasEnded ? `Your ${plan} has ended` : `Your ${plan} is paused`}
        button={
          invoiceUrl
            ? { label: "Pay the invoice", href: invoiceUrl }
            : { label: "See your invoices", href: `${sender.appUrl}/billing` }
        }
        reason="You get this mail because an invoice of your account is unpaid."
      >
        <Paragraph>
          {sum ?? "An invoice"} is still unpaid. Your account is on the Free plan now, and what was left of the unpaid
          month's credits is gone. Credits you bought can be used as before.
        </Paragraph>
        <Paragraph>
          {hasEnded
            ? "Once it is paid you can choose a plan again."
            : "Pay it, and your plan comes back at once with the month's credits."}
          {suspendAt ? ` If it is unpaid on ${formatDate(suspendAt)}, the account is suspended.` : ""}
        </Paragraph>
      </Layout>
    ),
  };
}
