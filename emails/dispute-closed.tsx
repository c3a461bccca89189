import { formatCredits, formatMoney } from "@/lib/billing/format";
import { debtWords } from "./debt-words";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface DisputeClosedFacts {
  what?: string | null | undefined;
  amountCents: number;
  currency: string;
  isFraud: boolean;
  outcome: "won" | "lost";
  creditsBack?: number | null | undefined;
  debt?: number | null | undefined;
}

function wordsOf({ outcome, isFraud }: DisputeClosedFacts): string {
  if (outcome === "won")
    return `The bank has decided that the payment stands. The credits it bought are yours again${isFraud ? ", and your account is no longer on hold. A plan that ended with the dispute can be taken again" : ""}.`;
  return isFraud
    ? "The bank has given the money back to the owner of the card, so the credits it bought are gone. Your account stays on hold. Write to us if you want to go on; we will look at it with you."
    : "The bank has given the money back to you, so the credits it bought are gone. Everything else works as before.";
}

/** A dispute was decided. */
export function disputeClosed(facts: DisputeClosedFacts, sender: Sender): Mail {
  const sum = formatMoney(facts.amountCents, facts.currency);
  const isWon = facts.outcome === "won";
  const debt = facts.debt ?? 0;
  const title = isWon ? `The dispute of ${sum} is settled` : `The disputed ${sum} went back`;
  return {
    subject: isWon ? `The dispute of ${sum} is settled, your credits are back` : `The disputed ${sum} went back`,
    body: (
      <Layout
        sender={sender}
        preview={isWon ? "The payment stands." : "What that means for your credits."}
        title={title}
        button={{ label: "See your credits", href: `${sender.appUrl}/credits` }}
        reason="You get this mail because a dispute about a payment of your account was decided."
      >
        <Paragraph>{wordsOf(facts)}</Paragraph>
        <Facts
          facts={[
            ...(facts.what ? [["For", facts.what] as [string, string]] : []),
            [isWon ? "Paid" : "Gone back", sum],
            ...(facts.creditsBack ? [["Credits back", formatCredits(facts.creditsBack)] as [string, string]] : []),
          ]}
        />
        {debt > 0 && <Paragraph>{debtWords(debt)}</Paragraph>}
      </Layout>
    ),
  };
}
