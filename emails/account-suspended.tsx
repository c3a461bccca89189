import { formatMoney } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface AccountSuspendedFacts {
  planName?: string | null | undefined;
  amountCents?: number | null | undefined;
  currency?: string | null | undefined;
  invoiceUrl?: string | null | undefined;
}

/** Unpaid for so long that nothing can be used until it is paid. */
export function accountSuspended(facts: AccountSuspendedFacts, sender: Sender): Mail {
  const { planName, amountCents, currency, invoiceUrl } = facts;
  const sum = amountCents != null && currency ? formatMoney(amountCents, currency) : "an invoice";
  return {
    subject: `Your account is suspended until ${sum} is paid`,
    body: (
      <Layout
        sender={sender}
        preview="Nothing is lost: paying lifts it at once."
        title="Your account is suspended"
        button={
          invoiceUrl
            ? { label: "Pay the invoice", href: invoiceUrl }
            : { label: "See your invoices", href: `${sender.appUrl}/billing` }
        }
        reason="You get this mail because an invoice of your account is unpaid."
      >
        <Paragraph>
          {sum === "an invoice" ? "An invoice" : sum} has gone unpaid for too long. You can read and export what you
          have, and pay; nothing else works until then.
        </Paragraph>
        <Paragraph>
          {planName ? `The ${planName} plan ends now` : "The plan ends now"}, so that no further month is charged; what
          you used beyond your credits is on its last invoice. Credits you bought are kept, and paying makes them usable
          again at once.
        </Paragraph>
      </Layout>
    ),
  };
}
