import { ChevronDown } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { exampleCredits, examples } from "@/components/pricing/examples";
import { packExpiryWords } from "@/components/pricing/packs";
import { formatCredits } from "@/lib/billing/format";
import { rateCard } from "@/lib/billing/plans";

const answerLink = "text-accent underline underline-offset-4 hover:no-underline";

const questions: Array<{ ask: string; answer: ReactNode }> = [
  {
    ask: "What is a credit?",
    answer: (
      <>
        The unit everything is priced in. A model&apos;s input and output are counted in tokens, and the rate card says
        how many credits a thousand tokens cost. A short answer by {rateCard["small-1"].name} comes to about{" "}
        {formatCredits(exampleCredits(examples[0], "small-1"))} credits.{" "}
        <Link href="/pricing#credit" className={answerLink}>
          More examples
        </Link>
      </>
    ),
  },
  {
    ask: "What happens when my credits run out?",
    answer:
      "We tell you before that, on the page and by mail. At zero, questions are not sent and nothing is charged; what you have written is kept, and you can buy a pack or change your plan.",
  },
  {
    ask: "Do credits expire?",
    answer: `The credits of a plan belong to their month. ${packExpiryWords()} The month's credits are always spent first.`,
  },
  {
    ask: "Can I cancel?",
    answer:
      "Yes, yourself, on the billing page. The plan ends with the period that is paid; nothing in advance is charged after that, and credits you bought stay yours. Until it ends you can change your mind.",
  },
  {
    ask: "Who sees my card number?",
    answer: "Stripe, which runs the checkout. It never reaches our servers.",
  },
  {
    ask: "Can I get my money back?",
    answer: (
      <>
        For packs you have not used, yes.{" "}
        <Link href="/legal/refunds" className={answerLink}>
          How refunds work
        </Link>
      </>
    ),
  },
];

export function Questions() {
  return (
    <div className="max-w-3xl divide-y divide-border border-y border-border">
      {questions.map(({ ask, answer }) => (
        <details key={ask} className="group">
          <summary className="flex list-none items-center justify-between gap-4 py-4 text-base font-medium [&::-webkit-details-marker]:hidden">
            {ask}
            <ChevronDown
              aria-hidden="true"
              className="size-4 shrink-0 text-muted transition-transform group-open:rotate-180"
            />
          </summary>
          <p className="max-w-2xl pb-5 text-base text-muted">{answer}</p>
        </details>
      ))}
    </div>
  );
}
