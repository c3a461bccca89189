import { formatCredits, formatDate, formatMoney } from "@/lib/billing/format";
import { Facts, Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface SubscriptionStartedFacts {
  planName: string;
  /** Credits the plan includes each month. */
  credits?: number | null | undefined;
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
  interval?: "monthly" | "yearly" | null | undefined;
  /** When the first period ends. */
  renewsAt?: Date | null | undefined;
  /** What 1,000 credits beyond the included ones cost, in cents. */
  overageCents?: number | null | undefined;
  /** When the first invoice was paid: this mail is its receipt. */
  paidAt?: Date | null | undefined;
}

/** A plan has begun. */
export function subscriptionStarted(facts: SubscriptionStartedFacts, sender: Sender): Mail {
  const { planName, credits, amountCents, currency, interval, renewsAt, overageCents, paidAt } = facts;
  const price = amountCents != null && currency ? formatMoney(amountCents, currency) : undefined;
  const known: Array<[string, string]> = [["Plan", planName]];
  if (credits) known.push(["Included", `${formatCredits(credits)} credits a month`]);
  const rate =
    overageCents != null && currency ? `${formatMoney(overageCents, currency)} per 1,000 credits` : undefined;
  if (price && amountCents !== 0)
    known.push(["Price", interval ? `${price} a ${interval === "yearly" ? "year" : "month"}` : price]);
  if (rate && !credits) known.push(["What you use", `${rate}, billed after each month`]);
  if (rate && credits) known.push(["Beyond the included credits", `${rate}, only if you allow it`]);
  if (price && amountCents !== 0 && paidAt) known.push(["Paid", `${price} on ${formatDate(paidAt)}`]);
  if (renewsAt) known.push(["Renews on", formatDate(renewsAt)]);
  return {
    subject: `Your ${planName} plan has started`,
    body: (
      <Layout
        sender={sender}
        preview={credits ? `${formatCredits(credits)} credits a month are included.` : "It is ready to use."}
        title={`Your ${planName} plan has started`}
        button={{ label: "See your plan", href: `${sender.appUrl}/billing` }}
        reason="You get this mail because a plan was started for your account."
      >
        <Paragraph>
          It is ready to use. It renews until you cancel; you can change it on the billing page at any time. To cancel,
          go to {sender.appUrl}/billing/cancel
        </Paragraph>
        <Facts facts={known} />
      </Layout>
    ),
  };
}
