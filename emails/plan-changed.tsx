import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PlanChangedFacts {
  planName: string;
  formerPlanName: string;
  /** Credits a month that the plan includes now. */
  credits: number;
  interval: "monthly" | "yearly";
  /** What a whole period costs in advance. */
  amountCents?: number | null | undefined;
  currency: string;
  /** What was charged for the rest of the running period; null when the change came with a renewal. */
  paidCents?: number | null | undefined;
  changedAt: Date;
  renewsAt: Date;
}

/** Another plan, or another interval, is in force. */
export function planChanged(facts: PlanChangedFacts, sender: Sender): Mail {
  const { planName, formerPlanName, credits, interval, amountCents, currency, paidCents, changedAt, renewsAt } = facts;
  const name = planName === formerPlanName ? `${planName}, ${interval}` : planName;
  const known: Array<[string, string]> = [
    ["Plan", `${planName}, until now ${formerPlanName}`],
    ["In force since", formatDate(changedAt)],
    ["Included", `${formatCredits(credits)} credits a month`],
  ];
  if (paidCents != null) known.push(["Charged now", formatMoney(paidCents, currency)]);
  if (amountCents != null)
    known.push(["Price", `${formatMoney(amountCents, currency)} a ${interval === "yearly" ? "year" : "month"}`]);
  known.push(["Renews on", formatDate(renewsAt)]);
  return {
    subject: `Your plan is now ${name}`,
    body: (
      <Layout
        sender={sender}
        preview={`${formatCredits(credits)} credits a month are included.`}
        title={`Your plan is now ${name}`}
        button={{ label: "See your plan", href: `${sender.appUrl}/billing` }}
        reason="You get this mail because the plan of your account has changed."
      >
        <Facts facts={known} />
        <Paragraph>
          To go back, choose &ldquo;Change plan&rdquo; on your billing page; a smaller plan begins when the period that
          is paid is over. To cancel, go to {sender.appUrl}/billing/cancel
        </Paragraph>
      </Layout>
    ),
  };
}
