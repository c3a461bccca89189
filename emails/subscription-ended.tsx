import { formatDate, formatMoney } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface SubscriptionEndedFacts {
  planName?: string | null | undefined;
  endedAt: Date;
  /** The last invoice, for use that was not billed before; null if there is none. */
  amountCents?: number | null | undefined;
  currency: string;
  invoiceUrl?: string | null | undefined;
  /** Whether that invoice is made, or a draft whose sum may still grow. */
  lastInvoice?: "draft" | "made" | null | undefined;
}

/** A plan is over. */
export function subscriptionEnded(facts: SubscriptionEndedFacts, sender: Sender): Mail {
  const { planName, endedAt, amountCents, currency, invoiceUrl, lastInvoice } = facts;
  const plan = planName ? `${planName} plan` : "plan";
  return {
    subject: `Your ${plan} has ended`,
    body: (
      <Layout
        sender={sender}
        preview="Your account is on the Free plan now."
        title={`Your ${plan} has ended`}
        button={
          amountCents && invoiceUrl
            ? { label: "See the last invoice", href: invoiceUrl }
            : { label: "See your plan", href: `${sender.appUrl}/billing` }
        }
        reason="You get this mail because the plan of your account has ended."
      >
        <Paragraph>
          It ended on {formatDate(endedAt)}. Your account is on the Free plan now, and credits you bought stay yours.
        </Paragraph>
        <Paragraph>
          {amountCents
            ? `The last invoice, for use beyond your allowance, comes to ${formatMoney(amountCents, currency)}. Nothing is charged after it.`
            : lastInvoice === "draft"
              ? "What you used beyond your allowance, if anything, comes on one last invoice. Nothing is charged after it."
              : "Nothing is charged any more."}{" "}
          You can choose a plan again at any time.
        </Paragraph>
      </Layout>
    ),
  };
}
