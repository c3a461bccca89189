import { formatCredits } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface LowCreditFacts {
  /** Credits that can be spent now. */
  available: number;
  /** The number of credits the owner wants to hear about. */
  threshold: number;
}

/** Credits have fallen to the threshold: sent once for each time they do. */
export function lowCredit({ available, threshold }: LowCreditFacts, sender: Sender): Mail {
  const left = available > 0 ? `${formatCredits(available)} credits left` : "no credits left";
  return {
    subject: `You have ${left}`,
    body: (
      <Layout
        sender={sender}
        preview="Add credits, so that nothing stops."
        title={`You have ${left}`}
        button={{ label: "Add credits", href: `${sender.appUrl}/credits` }}
        reason={`You get this mail because your credits fell to ${formatCredits(threshold)} or fewer.`}
      >
        <Paragraph>
          {available > 0 ? "When they are used up, requests" : "Requests"} are refused until there are credits again, or
          billed as overage if your plan includes it.
        </Paragraph>
        <Paragraph>Credits you add now are there at once.</Paragraph>
      </Layout>
    ),
  };
}
