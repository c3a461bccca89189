import type { Metadata } from "next";
import Link from "next/link";
import { brand } from "@/components/brand/brand";
import { LegalPage } from "@/components/marketing/legal-page";

export const metadata: Metadata = { title: "Refunds and cancellation" };

export default function RefundsPage() {
  return (
    <LegalPage title="Refunds and cancellation" changed="22 Nov 2026">
      <h2>Packs</h2>
      <p>
        A pack you have not touched is refunded in full within 14 days. Of a pack you have partly used, we refund the
        share you have not used: half of the credits left, half of the price back. The credits leave your balance when
        the money goes back. Credits set aside for an answer that is being written count as used.
      </p>
      <h2>Plans</h2>
      <p>
        You cancel yourself, at any time, under <Link href="/billing/cancel">Billing, Cancel plan</Link>. The plan runs
        to the end of what is paid and is not charged again; until then you can change your mind. You can also end it at
        once: then what was paid in advance is not returned. What you have used beyond your credits is billed either
        way. If you were charged by mistake, or the service was down for long, write to us and we will put it right.
      </p>
      <h2>When money goes back</h2>
      <p>
        A payment and the credits it bought belong together. If part of a payment is refunded, the same part of its
        credits goes with it; of a plan, that is the allowance of the period it paid for, of a yearly plan that of every
        month. If some of them were used already, your account owes them: the next credits that come in, bought or from
        your plan, settle that first. If a refund fails on its way, the credits come back.
      </p>
      <h2>Disputes at your bank</h2>
      <p>
        If you do not recognize a charge, write to us first: a refund takes days, a dispute two to three months. While a
        bank decides a dispute, the credits that payment bought are held, and nothing can be used beyond your credits.
        If the bank was told that the payment was not yours, the account is on hold and a plan paid with that card ends,
        so that it is not charged again. If the dispute is decided for the payment, everything that was held is yours
        again. When a bank only warns us of fraud, we may send the money back ourselves.
      </p>
      <h2>Right of withdrawal</h2>
      <p>
        If you are a consumer in the European Union you may withdraw from a purchase within 14 days without giving a
        reason. If you asked us to begin at once, you pay for what was used until then.
      </p>
      <h2>How to ask</h2>
      <p>
        Write to <a href={`mailto:${brand.supportEmail}`}>{brand.supportEmail}</a> from the address you sign in with and
        name the invoice. Money goes back the way it came, usually within five to ten working days.
      </p>
    </LegalPage>
  );
}
