import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface TrialStartedFacts {
  planName: string;
  /** Credits that come with the trial. */
  credits: number;
  interval: "monthly" | "yearly";
  /** What the plan costs each time, before discounts. */
  amountCents: number;
  currency: string;
  chargedAt: Date;
}

/** A trial has begun: until when it is free, what is charged then, and how to prevent it. */
export function trialStarted(facts: TrialStartedFacts, sender: Sender): Mail {
  const { planName, credits, interval, amountCents, currency, chargedAt } = facts;
  const each = `${formatMoney(amountCents, currency)} a ${interval === "yearly" ? "year" : "month"}`;
  const date = formatDate(chargedAt);
  return {
    subject: `Your ${planName} trial has started, free until ${date}`,
    body: (
      <Layout
        sender={sender}
        preview={`${formatCredits(credits)} credits to try it with. From ${date} it costs ${each}, unless you cancel.`}
        title={`Your ${planName} trial has started`}
        button={{ label: "See your plan", href: `${sender.appUrl}/billing` }}
        reason="You get this mail because a free trial was started for your account."
      >
        <Paragraph>
          You have {formatCredits(credits)} credits to try it with. Nothing is charged before {date}; from then on it
          costs {each} until you cancel. We write again before that.
        </Paragraph>
        <Paragraph>
          If you cancel before that date, nothing is ever charged. The page is {sender.appUrl}/billing/cancel
        </Paragraph>
        <Facts
          facts={[
            ["Plan", planName],
            ["Free until", date],
            ["Then", each],
          ]}
        />
      </Layout>
    ),
  };
}
