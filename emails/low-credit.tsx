import { formatCredits } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface LowCreditFacts {
  /** Credits that can be spent now. */
  available: number;
  /** The number of credits the owner wants to hear about. */
  threshold: number;
  /** Whether use goes on as overage once they are used up; absent where that depends on the plan. */
  overage?: "on" | "off" | null | undefined;
}

function whatComes({ available, overage }: LowCreditFacts): string {
  const when = available > 0 ? "When they are used up, " : "";
  if (overage === "on")
    return `${when || "From now on "}use goes on as overage: it is billed with your next invoice, up to the cap that holds for this account.`;
  const stops = `${when}requests are refused until there are credits again`;
  return `${stops.charAt(0).toUpperCase()}${stops.slice(1)}${overage === "off" ? "." : ", or billed as overage if your plan allows it."}`;
}

/** Credits have fallen to the threshold: sent once for each time they do. */
export function lowCredit(facts: LowCreditFacts, sender: Sender): Mail {
  const { available, threshold, overage } = facts;
  const goesOn = overage === "on";
  const left = available > 0 ? `${formatCredits(available)} credits left` : "no credits left";
  const title = goesOn && available === 0 ? "Your credits are used up, and overage has begun" : `You have ${left}`;
  return {
    subject: title,
    body: (
      <Layout
        sender={sender}
        preview={
          goesOn ? "Nothing stops. What you use now is billed afterwards." : "Add credits, so that nothing stops."
        }
        title={title}
        button={
          goesOn
            ? { label: "See what it costs", href: `${sender.appUrl}/billing#overage` }
            : { label: "Add credits", href: `${sender.appUrl}/credits` }
        }
        reason={`You get this mail because your credits fell to ${formatCredits(threshold)} or fewer.`}
      >
        <Paragraph>{whatComes(facts)}</Paragraph>
        <Paragraph>Credits you add now are there at once.</Paragraph>
      </Layout>
    ),
  };
}
