import { formatDate } from "@/lib/billing/format";
import type { DunningStage } from "@/lib/billing/standing";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface PlanRestoredFacts {
  planName?: string | null | undefined;
  /** How far it had come. */
  stage: DunningStage;
  /** The subscription is over at Stripe. */
  hasEnded: boolean;
  /** A period that runs is paid, so that its credits are there. */
  creditsBack?: boolean | null | undefined;
  /** Until when the plan is honoured although it has ended. */
  paidThrough?: Date | null | undefined;
}

/** What came back of what each stage had taken. */
const RETURNS: Record<DunningStage, string> = {
  retrying: "The rest of the month's credits is there, and automatic top-up runs again if you use it.",
  warned: "The rest of the month's credits is there, and overage and automatic top-up run again if you use them.",
  downgraded: "It has all of the month's credits again, those that were withdrawn too, and you can change plans again.",
  suspended: "You can use everything again, with all of the month's credits, those that were withdrawn too.",
};

function whatIsBack({ planName, stage, hasEnded, creditsBack, paidThrough }: PlanRestoredFacts): string {
  const plan = planName ? `${planName} plan` : "plan";
  if (hasEnded && paidThrough)
    return `Your ${plan} is back until ${formatDate(paidThrough)}, the end of what you paid for. It does not renew by itself any more.`;
  if (hasEnded) return `Your ${plan} has ended, so your account is on the Free plan.`;
  const isBack = stage === "downgraded" || stage === "suspended" ? "is back" : "goes on as before";
  return creditsBack === false ? `Your ${plan} ${isBack}.` : `Your ${plan} ${isBack}. ${RETURNS[stage]}`;
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
