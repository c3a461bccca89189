import type { Metadata } from "next";
import Link from "next/link";
import { brand } from "@/components/brand/brand";
import { LegalPage } from "@/components/marketing/legal-page";
import { packExpiryWords } from "@/components/pricing/packs";
import { policy } from "@/lib/billing/plans";

export const metadata: Metadata = { title: "Terms of service" };

export default function TermsPage() {
  const { downgradeAfterDays, suspendAfterDays } = policy.dunning;
  return (
    <LegalPage title="Terms of service" changed="22 Nov 2026">
      <p>
        These terms are an agreement between you and {brand.company}. By making an account you accept them. If you use{" "}
        {brand.name} for a company, you accept them for that company.
      </p>
      <h2>What you get</h2>
      <p>
        An assistant that answers by means of AI models. Its answers can be wrong. Check them before you rely on them,
        and do not use them where a mistake could hurt someone.
      </p>
      <h2>Credits</h2>
      <p>
        Use is paid for with credits. How many a thing costs stands on the <Link href="/pricing">pricing page</Link>.
        Credits that come with a plan belong to their month and end with it. {packExpiryWords()} Credits are not money,
        cannot be exchanged for it except as our <Link href="/legal/refunds">refund policy</Link> says, and cannot be
        passed to another account.
      </p>
      <h2>Plans and payment</h2>
      <p>
        A plan is paid in advance, monthly or yearly, and renews until you cancel it. You cancel it yourself on the{" "}
        <Link href="/billing/cancel">billing page</Link>; the plan then runs to the end of what is paid. A change to a
        larger plan happens at once and is charged for the rest of the period; a change to a smaller one happens when
        the period ends. Use beyond your credits is billed after each month, up to the cap that you set. Payments are
        made through Stripe. Prices are without tax unless the checkout says otherwise.
      </p>
      <p>
        If a payment fails we tell you and try again. If it is still unpaid, we may put you on the Free plan after{" "}
        {downgradeAfterDays} days and suspend the account after {suspendAfterDays} days. Bought credits are kept
        meanwhile and come back when the invoice is paid.
      </p>
      <h2>What is not allowed</h2>
      <ul>
        <li>Breaking the law, or helping others to.</li>
        <li>Attacking the service, going around its limits, or reselling access without our agreement.</li>
        <li>Sending personal data of others without a right to.</li>
      </ul>
      <h2>Ending</h2>
      <p>
        Write to us if you want your account closed. We may close one that breaks these terms; unless it was for fraud,
        we then return what you paid for credits you have not used.
      </p>
      <h2>Changes and contact</h2>
      <p>
        We announce changes by mail 30 days ahead. Questions go to{" "}
        <a href={`mailto:${brand.supportEmail}`}>{brand.supportEmail}</a>.
      </p>
    </LegalPage>
  );
}
