import { formatMoney } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface AsyncPaymentFailedFacts {
  packName?: string | null | undefined;
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
}

/** A payment that takes days, such as a bank debit, failed in the end; no credits were added for it. */
export function asyncPaymentFailed({ packName, amountCents, currency }: AsyncPaymentFailedFacts, sender: Sender): Mail {
  const price = amountCents != null && currency ? ` of ${formatMoney(amountCents, currency)}` : "";
  const bought = packName ? ` for ${packName}` : "";
  return {
    subject: `Your bank payment${price} did not go through`,
    body: (
      <Layout
        sender={sender}
        preview="No money was taken, and no credits were added."
        title={`Your bank payment${price} did not go through`}
        button={{ label: "Try another way to pay", href: `${sender.appUrl}/credits` }}
        reason="You get this mail because credits were ordered for your account."
      >
        <Paragraph>
          Your bank told us that the payment{bought} failed. No money was taken, and no credits were added.
        </Paragraph>
        <Paragraph>You can order again with a card; those credits are there at once.</Paragraph>
      </Layout>
    ),
  };
}
