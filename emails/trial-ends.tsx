import { formatDate, formatMoney } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface TrialEndsFacts {
  planName?: string | null | undefined;
  amountCents: number;
  currency: string;
  interval?: "monthly" | "yearly" | null | undefined;
  /** When the trial ends and the first charge is made. */
  chargedAt: Date;
  hasCard: boolean;
  /** How many days before the end it is sent: 7, then 1. */
  days?: number | null | undefined;
}

/** A trial ends in 7 days, or in one: sent before the first charge, with its amount, its date and how to prevent it. */
export function trialEnds(facts: TrialEndsFacts, sender: Sender): Mail {
  const { planName, amountCents, currency, interval, chargedAt, hasCard, days } = facts;
  const plan = planName ?? "Your plan";
  const amount = formatMoney(amountCents, currency);
  const date = formatDate(chargedAt);
  const each = interval ? ` and then every ${interval === "yearly" ? "year" : "month"}` : "";
  return {
    subject: `${days === 1 ? "Last reminder: your" : "Your"} ${plan} trial ends on ${date}${
      hasCard ? `: ${amount} will be charged` : ", and no card is saved"
    }`,
    body: (
      <Layout
        sender={sender}
        preview={hasCard ? `${amount} on ${date}, unless you cancel before.` : "Add a card to keep the plan."}
        title={`Your ${plan} trial ends on ${date}`}
        button={
          hasCard
            ? { label: "See your plan", href: `${sender.appUrl}/billing` }
            : { label: "Add a card", href: `${sender.appUrl}/billing` }
        }
        reason="You get this mail because your account has a free trial that is about to end."
      >
        <Paragraph>
          {hasCard
            ? `On ${date} your card will be charged ${amount}${each}, until you cancel.`
            : `On ${date} ${amount} will be due, and there is no card to charge. Without one the plan ends.`}
        </Paragraph>
        <Paragraph>
          If you do not want to go on, cancel on the billing page before that date: nothing will be charged then. The
          page is {sender.appUrl}/billing/cancel
        </Paragraph>
        <Facts
          facts={[
            ["Plan", plan],
            ["First charge", amount],
            ["Date", date],
          ]}
        />
      </Layout>
    ),
  };
}
