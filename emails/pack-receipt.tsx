import { formatCredits, formatMoney } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PackReceiptFacts {
  packName: string;
  credits: number;
  amountCents: number;
  currency: string;
  /** Stripe's invoice, when there is one. */
  invoiceUrl?: string | null | undefined;
}

/** A pack was paid for and its credits are there. */
export function packReceipt(facts: PackReceiptFacts, sender: Sender): Mail {
  const credits = `${formatCredits(facts.credits)} credits`;
  const price = formatMoney(facts.amountCents, facts.currency);
  return {
    subject: `${credits} added, ${price} paid`,
    body: (
      <Layout
        sender={sender}
        preview={`Thank you. ${facts.packName} is on your account.`}
        title={`${credits} were added`}
        button={
          facts.invoiceUrl
            ? { label: "See the invoice", href: facts.invoiceUrl }
            : { label: "See your credits", href: `${sender.appUrl}/credits` }
        }
        reason="You get this mail because credits were bought for your account."
      >
        <Paragraph>Your payment went through, and the credits can be spent.</Paragraph>
        <Facts
          facts={[
            ["Bought", facts.packName],
            ...(facts.packName === credits ? [] : [["Credits", formatCredits(facts.credits)] as [string, string]]),
            ["Paid", price],
          ]}
        />
      </Layout>
    ),
  };
}
