import { formatMoney } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface DuplicateRefundedFacts {
  /** The plan that was bought a second time. */
  planName?: string | null | undefined;
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
}

/** A plan was bought beside one that runs already; it was ended and its money sent back. */
export function duplicateRefunded({ planName, amountCents, currency }: DuplicateRefundedFacts, sender: Sender): Mail {
  const price = amountCents && currency ? formatMoney(amountCents, currency) : null;
  const what = price ? `${price} is on its way back` : "the second was ended";
  return {
    subject: `You bought a plan twice; ${what}`,
    body: (
      <Layout
        sender={sender}
        preview="The plan you had before goes on unchanged."
        title={`You bought a plan twice; ${what}`}
        button={{ label: "See your plan", href: `${sender.appUrl}/billing` }}
        reason="You get this mail because a plan was bought for your account."
      >
        <Paragraph>
          Your account had a plan already when {planName ? `the ${planName} plan` : "another one"} was bought. We have
          ended the second one{price ? ` and sent ${price} back the way it came` : ""}. The plan you had before goes on
          unchanged.
        </Paragraph>
        <Paragraph>
          {price ? "The money usually arrives within five to ten working days. " : ""}If you meant to change to the
          other plan, choose &ldquo;Change plan&rdquo; on your billing page.
        </Paragraph>
      </Layout>
    ),
  };
}
