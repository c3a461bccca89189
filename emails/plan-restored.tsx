import { formatDate } from "@/lib/billing/format";
import type { DunningStage } from "@/lib/billing/standing";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PlanRestoredFacts {
  planName?: string | null | undefined;
  /** How far it had come. */
  stage: DunningStage;
  /** The subscription is over at Stripe. */
  hasEnded: boolean;
  /** Until when the plan is honoured although it has ended. */
  paidThrough?: Date | null | undefined;
}

function whatIsBack({ planName, stage, hasEnded, paidThrough }: PlanRestoredFacts): string {
  const plan = planName ? `${planName} plan` : "plan";
  if (hasEnded && paidThrough)
    return `Your ${plan} is back until ${formatDate(paidThrough)}, the end of what you paid for. It does not renew by itself any more.`;
  if (hasEnded) return `Your ${plan} has ended, so your account is on the Free plan.`;
  if (stage === "downgraded" || stage === "suspended")
    return `Your ${plan} is back, and with it the month's credits that wait for a payment.`;
  return `Your ${plan} goes on as before.`;
}

/** Everything that was owed is paid. */
export function planRestored(facts: PlanRestoredFacts, sender: Sender): Mail {
  const { stage, hasEnded } = facts;
  return {
    subject: "Thank you, everything is paid",
    body: (
      <Layout
        sender={sender}
        preview={whatIsBack(facts)}
        title="Everything is paid"
        button={
          hasEnded
            ? { label: "Choose a plan", href: `${sender.appUrl}/billing/plan` }
            : { label: "See your plan", href: `${sender.appUrl}/billing` }
        }
        reason="You get this mail because an invoice of your account was unpaid and is paid now."
      >
        <Paragraph>{whatIsBack(facts)}</Paragraph>
        <Paragraph>
          {stage === "suspended"
            ? "Credits you bought can be used again, and none of them ends within the next 30 days."
            : "Credits you bought stay yours."}
          {hasEnded ? " You can choose a plan again at any time." : ""}
        </Paragraph>
      </Layout>
    ),
  };
}
