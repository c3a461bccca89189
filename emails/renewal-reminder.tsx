import { formatDate, formatMoney } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface RenewalReminderFacts {
  planName?: string | null | undefined;
  interval?: "monthly" | "yearly" | null | undefined;
  amountCents: number;
  currency: string;
  renewsAt: Date;
}

/** A yearly plan renews soon. */
export function renewalReminder(facts: RenewalReminderFacts, sender: Sender): Mail {
  const { planName, interval, amountCents, currency, renewsAt } = facts;
  const plan = planName ? `${planName} plan` : "plan";
  const price = formatMoney(amountCents, currency);
  const on = formatDate(renewsAt);
  return {
    subject: `Your ${plan} renews on ${on} for ${price}`,
    body: (
      <Layout
        sender={sender}
        preview="Nothing to do if you want to go on."
        title={`Your ${plan} renews on ${on}`}
        button={{ label: "See your plan", href: `${sender.appUrl}/billing` }}
        reason="You get this mail because the plan of your account renews by itself."
      >
        <Paragraph>
          Your card is charged {price} on {on} for the next {interval === "monthly" ? "month" : "year"}. If you want to
          go on, there is nothing to do.
        </Paragraph>
        <Facts
          facts={[
            ["Charge", price],
            ["On", on],
          ]}
        />
        <Paragraph>
          If not, cancel before that day, and nothing more is charged: {sender.appUrl}/billing/cancel
        </Paragraph>
      </Layout>
    ),
  };
}
