import { formatCredits, formatMoney } from "@/lib/billing/format";
import { debtWords } from "./debt-words";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface RefundMadeFacts {
  /** What the payment was for, in words. */
  what?: string | null | undefined;
  amountCents: number;
  currency: string;
  /** Where the money went: the way it came, or to the balance that Stripe keeps for the next invoice. */
  to: "card" | "balance";
  /** The number of the credit note. */
  number?: string | null | undefined;
  /** Sent back by us because the bank warned that the payment may be fraud. */
  isFraud?: boolean | null | undefined;
  creditsTaken?: number | null | undefined;
  debt?: number | null | undefined;
}

/** Money of a payment went back, and the credits it had bought with it. */
export function refundMade(facts: RefundMadeFacts, sender: Sender): Mail {
  const sum = formatMoney(facts.amountCents, facts.currency);
  const title = facts.to === "card" ? `${sum} is on its way back to you` : `${sum} was credited to you`;
  const debt = facts.debt ?? 0;
  return {
    subject: title,
    body: (
      <Layout
        sender={sender}
        preview={facts.what ? `It was paid for ${facts.what}.` : "It was paid by your account."}
        title={title}
        button={{ label: "See your credits", href: `${sender.appUrl}/credits` }}
        reason="You get this mail because a payment of your account was refunded."
      >
        {facts.isFraud && (
          <Paragraph>
            The bank told us that this payment may not have been made by the owner of the card, so we have sent it back.
            If it was yours, write to us and you can pay again.
          </Paragraph>
        )}
        <Paragraph>
          {facts.to === "card"
            ? "The money goes back the way it came, usually within five to ten working days."
            : "It stands on your balance, and your next invoice uses it first."}{" "}
          The credits that this money had bought were taken back with it.
        </Paragraph>
        <Facts
          facts={[
            ...(facts.what ? [["For", facts.what] as [string, string]] : []),
            ["Returned", sum],
            ...(facts.number ? [["Credit note", facts.number] as [string, string]] : []),
            ...(facts.creditsTaken
              ? [["Credits taken back", formatCredits(facts.creditsTaken)] as [string, string]]
              : []),
          ]}
        />
        {debt > 0 && <Paragraph>{debtWords(debt)}</Paragraph>}
      </Layout>
    ),
  };
}
