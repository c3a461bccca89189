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
        share you have not used. The credits leave your balance when the money goes back.
      </p>
      <h2>Plans</h2>
      <p>
        You cancel yourself, at any time, under <Link href="/billing/cancel">Billing, Cancel plan</Link>. The plan runs
        to the end of what is paid and is not charged again; until then you can change your mind. You can also end it at
        once: then what was paid in advance is not returned. What you have used beyond your credits is billed either
        way. If you were charged by mistake, or the service was down for long, write to us and we will put it right.
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
