import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PlanChangeScheduledFacts {
  planName: string;
  formerPlanName?: string | null | undefined;
  credits: number;
  interval: "monthly" | "yearly";
  amountCents?: number | null | undefined;
  currency: string;
  changesAt: Date;
}

/** Another plan begins at the end of the period. */
export function planChangeScheduled(facts: PlanChangeScheduledFacts, sender: Sender): Mail {
  const { planName, formerPlanName, credits, interval, amountCents, currency, changesAt } = facts;
  const name = planName === formerPlanName ? `${planName}, ${interval}` : planName;
  const known: Array<[string, string]> = [
    ["Until then", formerPlanName ?? "Your plan as it is"],
    ["From then on", `${planName}, paid ${interval}`],
    ["Included", credits > 0 ? `${formatCredits(credits)} credits a month` : "No credits; every use is billed"],
  ];
  if (amountCents != null)
    known.push(["Price", `${formatMoney(amountCents, currency)} a ${interval === "yearly" ? "year" : "month"}`]);
  return {
    subject: `Your plan changes to ${name} on ${formatDate(changesAt)}`,
    body: (
      <Layout
        sender={sender}
        preview="Nothing is charged today."
        title={`Your plan changes to ${name} on ${formatDate(changesAt)}`}
        button={{ label: "See your plan", href: `${sender.appUrl}/billing` }}
        reason="You get this mail because a change of your account's plan was planned."
      >
        <Paragraph>Nothing is charged today, and everything you have paid for stays yours until then.</Paragraph>
        <Facts facts={known} />
        <Paragraph>
          Changed your mind? Until {formatDate(changesAt)} you can keep your plan on the billing page.
        </Paragraph>
      </Layout>
    ),
  };
}
