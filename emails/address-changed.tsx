import { formatDate } from "@/lib/billing/format";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface AddressChangedFacts {
  /** The new address, all but its first letter and its domain left out: this mail goes to the old one. */
  address: string;
  changedAt: Date;
}

/** To the address that counted until now: it does so no more. */
export function addressChanged({ address, changedAt }: AddressChangedFacts, sender: Sender): Mail {
  return {
    subject: `Your ${sender.name} account has another email address now`,
    body: (
      <Layout
        sender={sender}
        preview="Was it not you? Write to us at once."
        title="Your email address was changed"
        button={{ label: "It was not me", href: `mailto:${sender.supportEmail}` }}
        reason="You get this mail because this address belonged to your account until now. It is the last one we send here."
      >
        <Paragraph>
          Since {formatDate(changedAt)} you sign in with {address}, and our mail goes there.
        </Paragraph>
        <Paragraph>
          Was it not you? Then somebody else is in your account. Write to us at once, from this address, and we give you
          your account back.
        </Paragraph>
      </Layout>
    ),
  };
}
