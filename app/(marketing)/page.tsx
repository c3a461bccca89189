import Link from "next/link";
import { brand } from "@/components/brand/brand";
import { ProductShot } from "@/components/marketing/product-shot";
import { Questions } from "@/components/marketing/questions";
import { Reasons } from "@/components/marketing/reasons";
import { Section } from "@/components/marketing/section";
import { exampleCredits, examples, timesFor } from "@/components/pricing/examples";
import { PlanCards } from "@/components/pricing/plan-cards";
import { buttonVariants } from "@/components/ui/button";
import { formatCredits } from "@/lib/billing/format";
import { planOf } from "@/lib/billing/offers";

const free = planOf("free").monthlyAllowance;
const freeAnswers = timesFor(free, exampleCredits(examples[1], "small-1"));

export default function LandingPage() {
  return (
    <>
      <section className="page-width flex flex-col gap-10 pt-12 pb-12 md:pt-20 md:pb-16">
        <div className="flex max-w-3xl flex-col gap-5">
          <h1 className="text-3xl font-semibold tracking-tight md:text-4xl">{brand.tagline}</h1>
          <p className="max-w-2xl text-base text-muted md:text-lg">
            Ask in your own words. You see what a question costs before you send it, and afterwards where every credit
            went.
          </p>
          <div className="flex flex-wrap gap-3">
            <Link href="/sign-up" prefetch={false} className={buttonVariants({ size: "lg" })}>
              Start free
            </Link>
            <Link href="/pricing" className={buttonVariants({ size: "lg", variant: "secondary" })}>
              See prices
            </Link>
          </div>
          <p className="text-13 text-muted">
            {formatCredits(free)} credits a month are free, about {formatCredits(freeAnswers)} long answers. No card
            needed.
          </p>
        </div>
        <ProductShot />
      </section>
      <Section
        id="pricing"
        title="Simple prices"
        lead="Pick a plan, or stay on Free and buy credits when you need them."
      >
        <PlanCards heading="h3" />
        <Link href="/pricing" className={buttonVariants({ variant: "link", className: "self-start" })}>
          Everything about prices, with a calculator
        </Link>
      </Section>
      <Section title="No surprises, and we can prove it">
        <Reasons />
      </Section>
      <Section title="Questions">
        <Questions />
      </Section>
      <section className="border-t border-border">
        <div className="page-width flex flex-wrap items-center justify-between gap-6 py-12">
          <p className="text-lg font-semibold tracking-tight">Try it with {formatCredits(free)} credits on us.</p>
          <Link href="/sign-up" prefetch={false} className={buttonVariants({ size: "lg" })}>
            Start free
          </Link>
        </div>
      </section>
    </>
  );
}
