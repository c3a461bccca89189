import { formatDate } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface CancellationScheduledFacts {
  planName?: string | null | undefined;
  endsAt: Date;
}

/** A plan was canceled for the end of what is paid. */
export function cancellationScheduled({ planName, endsAt }: CancellationScheduledFacts, sender: Sender): Mail {
  const plan = planName ? `${planName} plan` : "plan";
  return {
    subject: `Your ${plan} ends on ${formatDate(endsAt)}`,
    body: (
      <Layout
        sender={sender}
        preview="Until then everything stays as it is."
        title={`Your ${plan} ends on ${formatDate(endsAt)}`}
        button={{ label: "Resume the plan", href: `${sender.appUrl}/billing` }}
        reason="You get this mail because the plan of your account was canceled."
      >
        <Paragraph>
          Until then everything stays as it is. The plan&rsquo;s price is not charged again; what you use beyond the
          allowance until that day is billed at the end.
        </Paragraph>
        <Paragraph>
          Credits you bought stay yours. Changed your mind? Resume the plan on the billing page before{" "}
          {formatDate(endsAt)}.
        </Paragraph>
      </Layout>
    ),
  };
}
