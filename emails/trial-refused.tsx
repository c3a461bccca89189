import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface TrialRefusedFacts {
  planName?: string | null | undefined;
}

/** A trial was ended at once, since its account, its person or its card has had one. Nothing was charged. */
export function trialRefused({ planName }: TrialRefusedFacts, sender: Sender): Mail {
  const plan = planName ?? "The plan";
  return {
    subject: `${plan} was not started: this card has had its trial`,
    body: (
      <Layout
        sender={sender}
        preview="Nothing was charged. You can take the plan without a trial."
        title={`${plan} was not started`}
        button={{ label: "Choose a plan", href: `${sender.appUrl}/billing/plan` }}
        reason="You get this mail because a free trial was asked for in your account."
      >
        <Paragraph>
          A trial is once for each person and card, and this card has had one. So the new trial was ended at once.
          Nothing was charged, and nothing will be.
        </Paragraph>
        <Paragraph>
          You can take {planName ?? "the plan"} without a trial at any time; it is then paid from the first day.
        </Paragraph>
      </Layout>
    ),
  };
}
