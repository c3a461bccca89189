import type { Metadata } from "next";
import { Section } from "@/components/marketing/section";
import { Calculator } from "@/components/pricing/calculator";
import { OtherPlans } from "@/components/pricing/other-plans";
import { Packs, packExpiryWords } from "@/components/pricing/packs";
import { PlanCards } from "@/components/pricing/plan-cards";
import { WhatACreditIs } from "@/components/pricing/what-a-credit-is";

export const metadata: Metadata = {
  title: "Pricing",
  description: "Plans with monthly credits, packs to buy when you need more, and a calculator.",
};

export default function PricingPage() {
  return (
    <>
      <section className="page-width flex flex-col gap-8 pt-12 pb-12 md:pt-16">
        <div className="flex max-w-2xl flex-col gap-2">
          <h1 className="text-3xl font-semibold tracking-tight">Pricing</h1>
          <p className="text-base text-muted">
            Everything is priced in credits. A plan brings some every month; packs add more.
          </p>
        </div>
        <PlanCards />
        <OtherPlans />
      </section>
      <Section id="calculator" title="What would you pay?" lead="Move the slider to what you use in a month.">
        <Calculator />
      </Section>
      <Section
        id="credit"
        title="What a credit is"
        lead="Models count in tokens, about three quarters of a word each. The rate card turns them into credits."
      >
        <WhatACreditIs />
      </Section>
      <Section id="packs" title="Credit packs" lead={`On any plan, whenever you need more. ${packExpiryWords()}`}>
        <Packs />
      </Section>
    </>
  );
}
