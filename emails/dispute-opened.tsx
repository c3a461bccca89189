import { formatCredits, formatMoney } from "@/lib/billing/format";
import { debtWords } from "./debt-words";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface DisputeOpenedFacts {
  /** What the payment was for, in words. */
  what?: string | null | undefined;
  amountCents: number;
  currency: string;
  /** The cardholder says that they did not buy; then the whole account is on hold. */
  isFraud: boolean;
  creditsTaken?: number | null | undefined;
  debt?: number | null | undefined;
}

/** A cardholder has questioned a payment at the bank: what that holds, and how it is settled. */
export function disputeOpened(facts: DisputeOpenedFacts, sender: Sender): Mail {
  const sum = formatMoney(facts.amountCents, facts.currency);
  const debt = facts.debt ?? 0;
  return {
    subject: `Your payment of ${sum} is disputed at the bank`,
    body: (
      <Layout
        sender={sender}
        preview="What this holds for now, and how to settle it."
        title={`Your payment of ${sum} is disputed`}
        button={{ label: "See what is held", href: `${sender.appUrl}/credits` }}
        reason="You get this mail because a payment of your account was disputed."
      >
        <Paragraph>
          The owner of the card has asked the bank about this payment, and the bank holds the money until it has
          decided. That can take two to three months.
        </Paragraph>
        <Facts
          facts={[
            ...(facts.what ? [["For", facts.what] as [string, string]] : []),
            ["Held by the bank", sum],
            ...(facts.creditsTaken ? [["Credits held", formatCredits(facts.creditsTaken)] as [string, string]] : []),
          ]}
        />
        <Paragraph>
          {facts.isFraud
            ? "Because the bank was told that the payment is not the cardholder's, your account is on hold: nothing can be spent or bought, and a plan that this card paid for has ended. Everything you have is kept."
            : "Until then the credits it bought are held, and nothing can be used beyond your credits. Everything else works as before."}
        </Paragraph>
        {debt > 0 && <Paragraph>{debtWords(debt)}</Paragraph>}
        <Paragraph>
          Was it a mistake? Tell your bank that you withdraw the dispute, and write to us. If something went wrong with
          what you bought, write to us too: a refund is quicker than a dispute.
        </Paragraph>
      </Layout>
    ),
  };
}
