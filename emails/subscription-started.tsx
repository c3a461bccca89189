import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface SubscriptionStartedFacts {
  planName: string;
  /** Credits the plan includes each period. */
  allowance?: number | null | undefined;
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
  interval?: "month" | "year" | null | undefined;
  /** When the first period ends. */
  renewsAt?: Date | null | undefined;
}

/** A plan has begun. */
export function subscriptionStarted(facts: SubscriptionStartedFacts, sender: Sender): Mail {
  const { planName, allowance, amountCents, currency, interval, renewsAt } = facts;
  const price = amountCents != null && currency ? formatMoney(amountCents, currency) : undefined;
  const known: Array<[string, string]> = [["Plan", planName]];
  if (allowance) known.push(["Included", `${formatCredits(allowance)} credits each period`]);
  if (price) known.push(["Price", interval ? `${price} a ${interval}` : price]);
  if (renewsAt) known.push(["Renews on", formatDate(renewsAt)]);
  return {
    subject: `Your ${planName} plan has started`,
    body: (
      <Layout
        sender={sender}
        preview={allowance ? `${formatCredits(allowance)} credits are ready.` : "It is ready to use."}
        title={`Your ${planName} plan has started`}
        button={{ label: "See your plan", href: `${sender.appUrl}/billing` }}
        reason="You get this mail because a plan was started for your account."
      >
        <Paragraph>It is ready to use. You can change or cancel it at any time.</Paragraph>
        <Facts facts={known} />
      </Layout>
    ),
  };
}
