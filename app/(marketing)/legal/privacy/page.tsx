import type { Metadata } from "next";
import { brand } from "@/components/brand/brand";
import { LegalPage } from "@/components/marketing/legal-page";

export const metadata: Metadata = { title: "Privacy" };

export default function PrivacyPage() {
  return (
    <LegalPage title="Privacy" changed="22 Nov 2026">
      <p>What {brand.company} keeps about you, why, and how to have it deleted.</p>
      <h2>What we keep</h2>
      <ul>
        <li>Your mail address and a hash of your password, so that you can sign in.</li>
        <li>Your conversations, until you delete them, so that you can read them again.</li>
        <li>
          For every use: the time, the model, the number of tokens and the credits. Not the text. We need this to
          explain your bill.
        </li>
        <li>
          Your invoices and what was paid. Card numbers are kept by Stripe and never reach us. Tax law makes us keep
          invoices after you leave.
        </li>
      </ul>
      <h2>Who else receives something</h2>
      <ul>
        <li>The provider of the AI model receives the text of your question and its answer.</li>
        <li>Stripe receives what is needed to take a payment.</li>
        <li>Supabase stores the database; Resend delivers our mail.</li>
      </ul>
      <h2>Cookies</h2>
      <p>
        One that keeps you signed in and one that remembers which account you work in. Your choice of light or dark
        stays in your browser. There is no advertising and no tracking, so there is nothing to consent to.
      </p>
      <h2>Your rights</h2>
      <p>
        You can see, correct, take with you and delete what we keep about you. Write to{" "}
        <a href={`mailto:${brand.supportEmail}`}>{brand.supportEmail}</a>; we answer within 30 days.
      </p>
    </LegalPage>
  );
}
