import { formatCredits } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface UsageDigestFacts {
  /** The first day after the month, in UTC. */
  monthEndsAt: Date;
  credits: number;
  overageCredits: number;
  events: number;
  topModel?: string | null | undefined;
  leftCredits: number;
}

const monthName = (ends: Date) =>
  new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" }).format(
    new Date(ends.getTime() - 86_400_000),
  );

/** What an account used in the month that is over, for whoever asked to hear it. */
export function usageDigest(facts: UsageDigestFacts, sender: Sender): Mail {
  const { monthEndsAt, credits, overageCredits, events, topModel, leftCredits } = facts;
  const month = monthName(monthEndsAt);
  const known: Array<[string, string]> = [
    ["Used", `${formatCredits(credits)} credits, in ${formatCredits(events)} ${events === 1 ? "request" : "requests"}`],
  ];
  if (overageCredits > 0) known.push(["Of it overage", `${formatCredits(overageCredits)} credits`]);
  if (topModel) known.push(["Most by", topModel]);
  known.push(["Left now", `${formatCredits(leftCredits)} credits`]);
  return {
    subject: `${month}: you used ${formatCredits(credits)} credits`,
    body: (
      <Layout
        sender={sender}
        preview={`${formatCredits(leftCredits)} credits are left now.`}
        title={`You used ${formatCredits(credits)} credits in ${month}`}
        button={{ label: "See the days", href: `${sender.appUrl}/usage` }}
        reason="You get this mail because you asked for it in your settings."
      >
        <Facts facts={known} />
        <Paragraph>The usage page shows every day, model and entry, and downloads them.</Paragraph>
      </Layout>
    ),
  };
}
